"""The doors to records: fetching is checking. What one may not reach answers 404, like what does not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.records.hiding import hide_unseen
from crm.tenants.prepared import prepared
from crm.users.access import can, in_sight, sight_of, visible
from crm.users.models import Membership


def visible_records(actor: Membership, record_type: RecordType, verb: str = "view") -> QuerySet:
    """Return the records that ``actor`` may view (or do ``verb`` to), without the recycle bin."""
    return visible(actor, record_type.model.objects.all(), verb)


def records_to_show(actor: Membership, record_type: RecordType) -> QuerySet:
    """Return all records, each as ``actor`` may see it; whether they may is asked elsewhere."""
    rows: Any = record_type.model.objects
    return rows.all().shown_to(actor)


def name_of(actor: Membership, record_id: UUID) -> str:
    """Return what the record of that id is called, whatever its type, in the recycle bin too; "" for no such record
    that ``actor`` may see."""
    found = (visible(actor, one.model.all_objects.filter(pk=record_id)).first() for one in catalogue.record_types())
    record = next(filter(None, found), None)
    return str(record.name) if record is not None else ""


def ask_visible(
    actor: Membership,
    record_type: RecordType,
    statement: Callable[..., list[Any]],
    *shape: Any,
    verb: str = "view",
    **values: Any,
) -> list[Any]:
    """Return the rows of a prepared ``statement`` about records that ``actor`` may view (or do ``verb`` to), as they
    may see them.

    It takes the scope first and the ids of ``sight_of`` among its values, for ``in_sight``.
    """
    scope, ids = sight_of(actor, record_type.key, verb)
    rows = statement(scope, *shape, **values, **ids)
    hide_unseen(actor, rows)
    return rows


def linked_records(
    actor: Membership, record_type: RecordType, link: str, record_id: UUID, *, order: tuple[Any, ...], most: int
) -> list[Any]:
    """Return the first ``most`` records whose ``link`` is the record of that id, and that ``actor`` may view."""
    return ask_visible(actor, record_type, _linked, record_type.model, link, order, most, record_id=record_id)


@prepared
def _linked(
    scope: str, model: Any, link: str, order: tuple[Any, ...], most: int, /, *, record_id: UUID, **ids: Any
) -> QuerySet[Any]:
    return in_sight(model.objects.filter(**{link: record_id}), scope, **ids).order_by(*order)[:most]


def get_record(
    actor: Membership,
    record_type: RecordType,
    record_id: UUID | str,
    *,
    verb: str = "view",
    lock: bool = False,
    deleted: bool = False,
    related: tuple[str, ...] = (),
    facts: tuple[Callable[[str], Mapping[str, Any]], ...] = (),
    whole: bool = False,
) -> Any:
    """Return the record if ``actor`` may do ``verb`` to it, else raise ``Http404``.

    Of one that was deleted and that ``actor`` could see, it is the kind ``GoneError``, which says by whom.

    ``lock`` keeps others from writing it until the transaction ends, but not from pointing at it: two who each wait
    for what the other points at would deadlock. Who is to delete it waits for those too (``records.holding``).
    ``deleted`` looks in the recycle bin instead; ``facts`` are those of ``catalogue.page_facts``. It comes without the
    fields that are hidden from ``actor``; a service that is told an id alone takes it ``whole``, and one that is given
    a record fills it in (``hiding.fill_in``).
    """
    model, no_key = record_type.model, verb != "delete" or deleted
    if deleted or not isinstance(record_id, UUID):
        manager = model.all_objects if deleted else model.objects
        rows = manager.filter(pk=record_id, **({"deleted_at__gte": oldest_kept()} if deleted else {}))
        if lock:
            rows = rows.select_for_update(of=("self",), no_key=no_key)
        record = rows.select_related(*related).first() if related else rows.first()
    elif lock:
        record = next(iter(_locked(model, related, no_key, record_id=record_id)), None)
    else:
        record = next(iter(_with_related(model, related, facts, record_id=record_id)), None)
    if record is None and not deleted and (gone := deleted_by(actor, record_type, record_id)):
        raise GoneError(gone)
    if record is None or not can(actor, verb, record):
        raise Http404
    if not whole:
        hide_unseen(actor, [record])
    return record


@prepared
def _with_related(
    model: Any, related: tuple[str, ...], facts: tuple[Callable[[str], Mapping[str, Any]], ...], /, *, record_id: UUID
) -> QuerySet[Any]:
    rows = model.objects.filter(pk=record_id)
    for make in facts:
        rows = rows.annotate(**make(model.type_key))
    return rows.select_related(*related) if related else rows


@prepared
def _locked(model: Any, related: tuple[str, ...], no_key: bool, /, *, record_id: UUID) -> QuerySet[Any]:
    return _with_related.make(model, related, (), record_id=record_id).select_for_update(of=("self",), no_key=no_key)


@dataclass(frozen=True)
class Deleted:
    """Something in the recycle bin that the actor could see, and who put it there.

    ``restore_url`` brings it back (by DELETE), if the actor may.
    """

    name: str
    by: str
    at: datetime
    restore_url: str = ""


class GoneError(Http404):
    """It was there, and the person who asks could see it (``deleted``)."""

    def __init__(self, deleted: Deleted) -> None:
        self.deleted = deleted
        super().__init__(deleted.name)


def deleted_by(actor: Membership, record_type: RecordType, record_id: UUID | str) -> Deleted | None:
    """Return who deleted the record; None when it is not in the recycle bin, or ``actor`` could not see it."""
    rows = record_type.model.all_objects.filter(pk=record_id, deleted_at__gte=oldest_kept())
    record = visible(actor, rows).select_related("deleted_by").first()
    if record is None:
        return None
    by = record.deleted_by.name if record.deleted_by else _("a workflow")
    restore = f"{get_script_prefix()}{record_type.key}/{record.pk}/deletion/" if can(actor, "delete", record) else ""
    return Deleted(record.name, by, record.deleted_at, restore)


def url_for(actor: Membership, record: Any) -> str:
    """Return the address of the record's page; "" when it lies in the recycle bin, or ``actor`` may not see it."""
    return catalogue.url(record) if record.deleted_at is None and can(actor, "view", record) else ""


def oldest_kept() -> datetime:
    """What was deleted before this moment can no longer be brought back."""
    return timezone.now() - timedelta(days=settings.RECORDS_KEPT_DAYS)


def deleted_records(actor: Membership, record_type: RecordType) -> QuerySet:
    """Return what ``actor`` may bring back from the recycle bin, last deleted first."""
    rows = record_type.model.all_objects.filter(deleted_at__gte=oldest_kept()).order_by("-deleted_at", "-id")
    return visible(actor, rows, "delete").select_related("deleted_by")
