"""Making mailing lists, and putting records on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm import catalogue, events
from crm.events.models import Event
from crm.events.types import EventType, RecordEvent
from crm.ground.text import sort_key
from crm.ground.writes import insert_many, service
from crm.mailing_lists.events import CHANGED, CREATED, DELETED, PUT_ON_LIST, TAKEN_OFF_LIST
from crm.mailing_lists.models import MailingList, MailingListMember
from crm.mailing_lists.selectors import memberships_of
from crm.records.holding import refuse_gone
from crm.tenants.memo import forget
from crm.users.models import Membership


@service
def create_list(*, actor: Membership, name: str, description: str = "") -> MailingList:
    """Make an empty list."""
    made = MailingList(name=name.strip(), description=description.strip())
    _check(made)
    made.save(force_insert=True)
    _record(CREATED, made, actor)
    return made


@service
def update_list(*, mailing_list: MailingList, actor: Membership, name: str, description: str) -> MailingList:
    """Rename or describe a list."""
    return _change(mailing_list, actor, {"name": name.strip(), "description": description.strip()})


@service
def set_list_active(*, mailing_list: MailingList, is_active: bool, actor: Membership) -> MailingList:
    """Stop offering the list, or offer it again; who is on it stays."""
    return _change(mailing_list, actor, {"is_active": is_active})


@service
def delete_list(*, mailing_list: MailingList, actor: Membership) -> None:
    """Delete a list that nobody is on; another is only deactivated: ``ValidationError``."""
    if MailingListMember.objects.filter(mailing_list=mailing_list).exists():
        raise ValidationError(_("People are on this list. Deactivate it instead, or take them off first."))
    _record(DELETED, mailing_list, actor)
    mailing_list.delete()


@service
def put_on_lists(
    *, record: Any, lists: Iterable[MailingList], actor: Membership | None, because: Event | None = None
) -> list[MailingListMember]:
    """Put ``record`` on those of ``lists`` that it is not on yet; return the new places."""
    wanted = list(lists)
    there = {row.mailing_list_id for row in memberships_of(record)} if wanted else set()
    new = [one for one in wanted if one.pk not in there]
    if inactive := next((one for one in new if not one.is_active), None):
        raise ValidationError({"lists": _("“%(name)s” is no longer in use.") % {"name": inactive.name}})
    if new:
        refuse_gone([record])
    rows = [
        MailingListMember(mailing_list=one, record_type=record.type_key, record_id=record.pk, added_by=actor)
        for one in new
    ]
    insert_many(MailingListMember, rows)
    for one in new:
        tell(PUT_ON_LIST, record, one, actor, because)
    return rows


@service
def take_off_lists(
    *, record: Any, lists: Iterable[MailingList], actor: Membership | None, because: Event | None = None
) -> int:
    """Take ``record`` off ``lists``; return how many it was on."""
    ids = {one.pk for one in lists}
    gone = [row for row in memberships_of(record) if row.mailing_list_id in ids]
    for row in gone:
        MailingListMember.objects.filter(pk=row.pk).delete()
        tell(TAKEN_OFF_LIST, record, row.mailing_list, actor, because)
    return len(gone)


@service
def set_lists(*, record: Any, lists: Iterable[MailingList], actor: Membership) -> None:
    """Let ``record`` be on exactly those of ``lists``, and on the inactive ones that it is on already."""
    wanted = list(lists)
    ids = {one.pk for one in wanted}
    there = [row.mailing_list for row in memberships_of(record)]
    gone = [one for one in there if one.is_active and one.pk not in ids]
    take_off_lists(record=record, lists=gone, actor=actor)
    put_on_lists(record=record, lists=wanted, actor=actor)


def follow_lists(
    *, from_record: Any, to_record: Any, actor: Membership | None, because: Event
) -> list[MailingListMember]:
    """Put ``to_record`` on the lists that ``from_record`` is on and that are in use; return the new places."""
    lists = [row.mailing_list for row in memberships_of(from_record) if row.mailing_list.is_active]
    return put_on_lists(record=to_record, lists=lists, actor=actor, because=because)


def _change(mailing_list: MailingList, actor: Membership, values: dict[str, Any]) -> MailingList:
    fresh = MailingList.objects.select_for_update().get(pk=mailing_list.pk)
    changes = {name: [getattr(fresh, name), value] for name, value in values.items() if getattr(fresh, name) != value}
    for name in changes:
        setattr(fresh, name, values[name])
    _check(fresh)
    if changes:
        fresh.save(update_fields=sorted(changes))
        _record(CHANGED, fresh, actor, changes)
    return fresh


def _check(mailing_list: MailingList) -> None:
    mailing_list.clean_fields(exclude={"tenant"})
    key = sort_key(mailing_list.name)
    others = MailingList.objects.exclude(pk=mailing_list.pk).values_list("name", flat=True)
    if any(sort_key(name) == key for name in others):
        raise ValidationError({"name": _("There is a list with this name already.")})


def tell(
    happened: RecordEvent, record: Any, mailing_list: MailingList, actor: Membership | None, because: Event | None
) -> None:
    event_type = happened.of(catalogue.type_of(record))
    data = {"list": {"id": str(mailing_list.pk), "label": mailing_list.name}}
    events.record(event_type, record=record, actor=actor, data=data, because=because)


def _record(
    event_type: EventType, mailing_list: MailingList, actor: Membership, changes: dict[str, Any] | None = None
) -> None:
    forget("lists.")
    data = {"id": str(mailing_list.pk), "label": mailing_list.name}
    events.record(event_type, record=None, actor=actor, changes=changes or {}, data=data)
