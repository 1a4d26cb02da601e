"""Bytes that no row names are put away for a while before they are gone for good.

A database that was restored from an older dump knows nothing of newer files. When the newer dump is restored after all,
they are named again, and come back by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone

from crm.activities.files.models import folder_of

KEPT = timedelta(days=30)


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


def put_away(tenant_id: UUID, file_id: UUID) -> None:
    """Move the bytes into the trash; the time there counts from now."""
    _move(f"{folder_of(tenant_id)}/{file_id}", _in_trash(tenant_id, file_id))


def bring_back(tenant_id: UUID, file_id: UUID) -> bool:
    """Move the bytes out of the trash, if they are there."""
    if not default_storage.exists(_in_trash(tenant_id, file_id)):
        return False
    _move(_in_trash(tenant_id, file_id), f"{folder_of(tenant_id)}/{file_id}")
    return True


def empty_trash(tenant_id: UUID, are_named: Callable[[list[UUID]], set[UUID]]) -> int:
    """Bring back what a row names again, delete what lies here for too long; return how much was deleted."""
    found = list(names_in(_trash_of(tenant_id), before=timezone.now()))
    named = are_named(found)
    for file_id in named:
        if not default_storage.exists(f"{folder_of(tenant_id)}/{file_id}"):
            bring_back(tenant_id, file_id)
    too_old = set(names_in(_trash_of(tenant_id), before=timezone.now() - KEPT)) - named
    for file_id in too_old:
        default_storage.delete(_in_trash(tenant_id, file_id))
    return len(too_old)


def _trash_of(tenant_id: UUID) -> str:
    return f"trash/{tenant_id}"


def _in_trash(tenant_id: UUID, file_id: UUID) -> str:
    return f"{_trash_of(tenant_id)}/{file_id}"


def _move(source: str, target: str) -> None:
    """Through the storage's own means, which know no renaming: a crash leaves the bytes in both places."""
    default_storage.delete(target)
    with default_storage.open(source) as content:
        default_storage.save(target, content)
    default_storage.delete(source)
