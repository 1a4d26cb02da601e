"""Whose form a form is: signed, so that what was typed is given back to nobody else, and nobody can put words in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing

FORM_OF = "form_of"
OPEN = timedelta(days=30)  # a form that was drawn longer ago is given back to nobody
_signer = signing.TimestampSigner(salt="form-of")


def mark_of(user: Any, workspace: str) -> str:
    """What a form drawn for ``user`` in the ``workspace`` carries, which has let them in."""
    return _signer.sign(f"{workspace} {user.pk}")


def person_of(mark: str, workspace: str | None) -> str:
    """Return the id of the user whose form carries ``mark``; "" for what we have not signed there, or too long ago."""
    try:
        drawn_in, _space, person = _signer.unsign(mark, max_age=OPEN).partition(" ")
    except signing.BadSignature:
        return ""
    return person if drawn_in == workspace else ""
