"""A form that makes a record carries a key: sent twice (double click, lost answer), it makes one.

The key, a digest of what was sent with it and the record's address are written in the transaction that makes the
record, so that a second request waits for the first and then finds its answer. The same key with anything else in the
form (changed after Back, another form) is another act, and is done.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from crm.ground.ids import uuid7
from crm.ground.writes import insert_many
from crm.pages.models import MadeOnce
from crm.ui.once import PARAMETER
from crm.users.http import WorkspaceRequest

REMEMBERED = timedelta(days=2)  # longer than a form stays open in a browser
# What may differ although the same is asked for: tokens, and which of the buttons was pressed.
_NOT_ASKED = frozenset({PARAMETER, "csrfmiddlewaretoken", "form_of", "again", "anyway"})


def new_key() -> str:
    return uuid7().hex


def already_made(request: WorkspaceRequest) -> str:
    """Return the address of what this key has made of the same form, or "".

    Others with the same key wait until this request ends.
    """
    sent = _key(request)
    if not sent:
        return ""
    with connection.cursor() as cursor:
        name = f"{request.tenant.pk}:{request.actor.pk}:{sent}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    made = MadeOnce.objects.filter(member=request.actor, key=sent, digest=_digest(request)).first()
    if made is None:
        return ""
    _answered(request)
    return made.url


def remember_made(request: WorkspaceRequest, url: str) -> None:
    if sent := _key(request):
        MadeOnce.objects.create(member=request.actor, key=sent, digest=_digest(request), url=url)
        _answered(request)


def keep_sent(request: WorkspaceRequest, made: UUID) -> None:
    """Remember which form has made ``made``, whatever key it carried: for a view where there can be one only."""
    insert_many(MadeOnce, [MadeOnce(member=request.actor, key=made.hex, digest=_digest(request), url=request.path)])


def was_sent(request: WorkspaceRequest, made: UUID) -> bool:
    """Whether it was the same form, sent before, that has made ``made``."""
    return MadeOnce.objects.filter(member=request.actor, key=made.hex, digest=_digest(request)).exists()


def forget_old_keys() -> int:
    """Drop the keys that no browser sends any more; return how many."""
    return MadeOnce.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()[0]


def _answered(request: WorkspaceRequest) -> None:
    key = request.POST[PARAMETER]
    request.answered_key = key if key.isalnum() and key.isascii() else ""  # type: ignore[attr-defined]


def _key(request: WorkspaceRequest) -> str:
    """What is kept of the key: whatever was sent, of any length."""
    key = request.POST.get(PARAMETER, "")
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest() if key else ""


def _digest(request: WorkspaceRequest) -> str:
    found = hashlib.sha256(request.get_full_path().encode("utf-8", "surrogatepass"))
    for name in sorted(request.POST.keys() - _NOT_ASKED):
        found.update(repr((name, request.POST.getlist(name))).encode("utf-8", "surrogatepass"))
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            found.update(repr((name, file.name, file.size)).encode("utf-8", "surrogatepass"))
            for part in file.chunks():
                found.update(part)
            file.seek(0)
    return found.hexdigest()
