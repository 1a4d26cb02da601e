"""Where an e-mail address is typed, and how it is shown."""

from __future__ import annotations

from typing import Any

from django import forms

_ATTRIBUTES = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}


class AddressInput(forms.TextInput):
    """A box of type "email" sends another address than was typed in it: ``weiß.example`` as ``weiss.example``."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({**_ATTRIBUTES, **(attrs or {})})
