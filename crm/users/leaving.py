"""What somebody is told whose access to a workspace was ended: at sign-in, and in the tabs that are still open."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from crm.users.models import User
from crm.users.selectors import workspaces_closed_to
from crm.users.session_store import SessionStore


def list_session(request: HttpRequest) -> None:
    """Let the session be seen by who looks where they are signed in, and end with the others, although it did not begin
    on the page to sign in."""
    UserSession.objects.create_from_request(request)


def end_sessions(user: User) -> None:
    """Sign ``user`` out everywhere. Their browsers can still be told why."""
    for session in UserSession.objects.filter(user=user):
        store = SessionStore(session.session_key)
        if store.exists(session.session_key):
            store.shut_out(str(user.pk))
        session.delete()


def words_for(request: HttpRequest) -> str:
    """Say to who is signed in, or was until then, that they were deactivated: in the workspace of the address, else
    in each in which they were. "" for everybody else.
    """
    person: Any = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        left = request.session.whose() if hasattr(request, "session") else ""  # type: ignore[attr-defined]
        person = User.objects.filter(pk=left).first() if left else None
    if person is None:
        return ""
    slug = getattr(request, "workspace_slug", None)
    closed = [f"“{tenant.name}”" for tenant in workspaces_closed_to(person) if slug in (None, tenant.slug)]
    if not closed:
        return ""
    text = _("Your access to %(workspaces)s was deactivated. An admin there can activate it again.")
    return text % {"workspaces": ", ".join(closed)}


def answer_to_fragment(request: HttpRequest) -> HttpResponse | None:
    """Tell a page that asked for a part of itself, in place of asking to sign in; None for everybody else."""
    if not (words := words_for(request)):
        return None
    text = f"{words} {_('Nothing was saved.')}" if request.method == "POST" else words
    return HttpResponse(text, status=409, content_type="text/plain; charset=utf-8")
