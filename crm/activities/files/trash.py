"""Bytes that no row names are put away for a while before they are gone for good.

A database that was restored from an older dump knows nothing of newer files. When the newer dump is restored after all,
they are named again, and come back by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from crm.activities.files.models import StoredFile, folder_of
from crm.tenants.context import tenant_context
from crm.tenants.jobs import Unfinished
from crm.tenants.models import Tenant

KEPT = timedelta(days=30)
AT_ONCE = 500


def names_in(folder: str, *, before: datetime) -> Iterator[UUID]:
    """Yield the ids under which something lies in ``folder`` that was written before that moment."""
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:  # nothing was ever added
        return
    for name in names:
        with suppress(FileNotFoundError, ValueError):  # gone meanwhile; not ours
            if default_storage.get_modified_time(f"{folder}/{name}") < before:
                yield UUID(name)


def put_away(tenant: Tenant, file_id: UUID) -> bool:
    """Move the bytes into the trash, unless a row names them by now; the time there counts from then."""
    with tenant_context(tenant), _held(file_id) as row:
        if row is None:
            _move(f"{folder_of(tenant.pk)}/{file_id}", _in_trash(tenant.pk, file_id))
        return row is None


def bring_back(file_id: UUID) -> bool:
    """Let the bytes that the row names lie in their place, if they lie there or in the trash; return whether."""
    with _held(file_id) as row:
        return row is not None and _bring_back(row)


def empty_trash(tenant: Tenant, is_over: Callable[[], bool]) -> int:
    """Bring back what a row names again, delete what lies here for too long; return how much was deleted."""
    deleted = 0
    too_old = set(names_in(_trash_of(tenant.pk), before=timezone.now() - KEPT))
    found = list(names_in(_trash_of(tenant.pk), before=timezone.now()))
    for file_id in too_old | named_of(tenant, found):
        with tenant_context(tenant), _held(file_id) as row:
            if row is not None:
                _bring_back(row)
            elif file_id in too_old:
                default_storage.delete(_in_trash(tenant.pk, file_id))
                deleted += 1
        if is_over():
            raise Unfinished
    return deleted


def named_of(tenant: Tenant, ids: Sequence[UUID]) -> set[UUID]:
    """Those of ``ids`` that are the id of a file's row."""
    named: set[UUID] = set()
    for start in range(0, len(ids), AT_ONCE):
        with tenant_context(tenant):
            some = StoredFile.objects.filter(pk__in=ids[start : start + AT_ONCE])
            named |= set(some.values_list("pk", flat=True))
    return named


def _trash_of(tenant_id: UUID) -> str:
    return f"trash/{tenant_id}"


def _in_trash(tenant_id: UUID, file_id: UUID) -> str:
    return f"{_trash_of(tenant_id)}/{file_id}"


@contextmanager
def _held(file_id: UUID) -> Iterator[StoredFile | None]:
    """The row that names the bytes, None if none does: nobody else moves them until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bytes of {file_id}"])
    yield StoredFile.objects.filter(pk=file_id).first()


def _bring_back(row: StoredFile) -> bool:
    trashed = _in_trash(row.tenant_id, row.pk)  # type: ignore[arg-type]
    is_there = default_storage.exists(row.key) and default_storage.size(row.key) == row.size
    if is_there:  # whoever was first brought it back, or the trash has half of it
        default_storage.delete(trashed)
    elif default_storage.exists(trashed):
        _move(trashed, row.key)
        is_there = True
    return is_there


def _move(source: str, target: str) -> None:
    """Through the storage's own means, which know no renaming: a crash leaves the bytes in both places, and perhaps
    half of them in the second. Only such a half is deleted; the bytes must be held.
    """
    if default_storage.exists(target) and default_storage.size(target) != default_storage.size(source):
        default_storage.delete(target)
    if not default_storage.exists(target):
        with default_storage.open(source) as content:
            default_storage.save(target, content)
    default_storage.delete(source)
