"""Questions about mailing lists."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models

from crm import catalogue
from crm.mailing_lists.fields import OPTED_OUT
from crm.mailing_lists.models import MailingList, MailingListMember
from crm.tenants.memo import memo
from crm.tenants.prepared import prepared


def mailing_lists(*, active_only: bool = True) -> list[MailingList]:
    """Return the workspace's lists by name."""
    return [row for row in _all_lists() if row.is_active or not active_only]


@memo("lists.all", of_setup=True)
def _all_lists() -> list[MailingList]:
    return _list_rows()


@prepared
def _list_rows() -> models.QuerySet[MailingList]:
    return MailingList.objects.order_by("name", "id")


def mailing_list(list_id: UUID) -> MailingList:
    """Return the list, active or not; raise ``MailingList.DoesNotExist`` when there is none with that id."""
    found = next((row for row in mailing_lists(active_only=False) if row.pk == list_id), None)
    if found is None:
        raise MailingList.DoesNotExist(f"No mailing list {list_id}.")
    return found


def memberships_of(record: Any) -> list[MailingListMember]:
    """Return which lists ``record`` is on."""
    return _memberships(record_type=record.type_key, record_id=record.pk)


@prepared
def _memberships(*, record_type: str, record_id: UUID) -> models.QuerySet[MailingListMember]:
    rows = MailingListMember.objects.filter(record_type=record_type, record_id=record_id)
    return rows.select_related("mailing_list").order_by("mailing_list__name", "pk")


def lists_of(record: Any) -> list[MailingList]:
    """Return which of the workspace's lists ``record`` is on, by name."""
    asked: list[UUID] | None = vars(record).get("list_ids")
    ids = [one.mailing_list_id for one in memberships_of(record)] if asked is None else asked
    return [one for one in _all_lists() if one.pk in ids]


def list_fact(key: str) -> dict[str, Any]:
    """What ``lists_of`` goes by, for the page of a record."""
    rows = MailingListMember.objects.filter(record_type=key, record_id=models.OuterRef("pk"))
    return {"list_ids": ArraySubquery(rows.values("mailing_list_id"))}


def member_counts() -> dict[UUID, Counter[tuple[str, bool]]]:
    """Return for each list how many records of each type are on it, and how many that were deleted: by the type's key,
    and whether they were."""
    found: dict[UUID, Counter[tuple[str, bool]]] = defaultdict(Counter)
    there = set(MailingListMember.objects.order_by().values_list("record_type", flat=True).distinct())
    for one in catalogue.record_types():
        if one.key in there:
            deleted = one.model.all_objects.filter(pk=models.OuterRef("record_id")).exclude(deleted_at=None)
            rows = MailingListMember.objects.filter(record_type=one.key).annotate(is_deleted=models.Exists(deleted))
            told_apart = rows.order_by().values_list("mailing_list_id", "is_deleted")
            for list_id, is_deleted, count in told_apart.annotate(count=models.Count("id")):
                found[list_id][one.key, is_deleted] = count
    return found


def has_opted_out(record: Any) -> bool:
    """Whether the person does not want mail that goes to many."""
    return catalogue.type_of(record).has(OPTED_OUT.name) and bool(OPTED_OUT.value(record))
