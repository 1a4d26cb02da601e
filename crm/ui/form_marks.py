"""Whose form a form is: signed, so that what was typed is given back to nobody else, and nobody can put words in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString

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


def csrf_input(request: HttpRequest) -> SafeString:
    """What ``{{ csrf_input }}`` is in a form: the token against forged requests, and whose form it is."""
    actor = getattr(request, "actor", None)  # whom the workspace has let in
    mark = mark_of(request.user, request.workspace_slug) if actor is not None else ""  # type: ignore[attr-defined]
    return token_input(get_token(request)) + (_hidden(FORM_OF, mark) if mark else SafeString(""))


def token_input(token: str) -> SafeString:
    """The token alone, for a form that is nobody's."""
    return _hidden("csrfmiddlewaretoken", token)


def _hidden(name: str, value: str) -> SafeString:
    return format_html('<input type="hidden" name="{}" value="{}">', name, value)
