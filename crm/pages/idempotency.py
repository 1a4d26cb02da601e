"""A form that makes a record carries a key: sent twice (double click, lost answer), it makes one.

The key and the record's address are written in the transaction that makes the record, so that a second request
waits for the first and then finds its answer.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from crm.pages.models import MadeOnce
from crm.tenants.ids import uuid7
from crm.users.http import WorkspaceRequest

PARAMETER = "idempotency_key"
LONGEST_KEY = 64
REMEMBERED = timedelta(days=2)  # longer than a form stays open in a browser


def new_key() -> str:
    return uuid7().hex


def _key(request: WorkspaceRequest) -> str:
    return request.POST.get(PARAMETER, "")[:LONGEST_KEY]


def already_made(request: WorkspaceRequest) -> str:
    """Return the address of what this key has made, or "". Others with the same key wait until this request ends."""
    key = _key(request)
    if not key:
        return ""
    with connection.cursor() as cursor:
        name = f"{request.tenant.pk}:{request.actor.pk}:{key}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    made = MadeOnce.objects.filter(member=request.actor, key=key).first()
    return made.url if made else ""


def remember_made(request: WorkspaceRequest, url: str) -> None:
    if key := _key(request):
        MadeOnce.objects.create(member=request.actor, key=key, url=url)


def forget_old_keys() -> int:
    """Drop the keys that no browser sends any more; return how many."""
    return MadeOnce.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()[0]
