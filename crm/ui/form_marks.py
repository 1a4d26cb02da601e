"""Whose form a form is: signed, so that what was typed is given back to nobody else, and nobody can put words in."""

from __future__ import annotations

from typing import Any

from django.core import signing

FORM_OF = "form_of"
_signer = signing.Signer(salt="form-of")


def mark_of(user: Any) -> str:
    """What a form drawn for ``user`` carries."""
    return _signer.sign(str(user.pk))


def person_of(mark: str) -> str:
    """Return the id of the user whose form carries ``mark``; "" for what we have not signed."""
    try:
        return _signer.unsign(mark)
    except signing.BadSignature:
        return ""
