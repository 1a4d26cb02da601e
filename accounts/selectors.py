"""Questions about accounts: what one is and was to us, as it and its log tell it: of what type, since when and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.events import CHANGED, CREATED, TYPE_EVENTS
from accounts.models import Account
from crm.events.models import Event
from crm.events.selectors import said_by_a_person, still_stands
from crm.events.types import names
from crm.picklists.models import Choice
from crm.picklists.selectors import choices
from crm.tenants.prepared import prepared

MOST_EVENTS = 60  # of those that tell of one account's types


@dataclass(frozen=True)
class Standing:
    """``since``: the day from which on it is of that type; None: nobody knows. ``cause_id``: the event that is shown as
    the reason; None: somebody said so. ``is_kept``: a person asked workflows to leave it alone."""

    type: Choice
    since: date | None
    cause_id: UUID | None = None
    is_kept: bool = False


def standing_before(account: Account, event: Event, type: Choice) -> Standing:
    """Return what the account was before ``event``, when it was a ``type``."""
    was = event.data.get("was", {})
    cause = Event.objects.filter(pk=was.get("cause")).first()
    return Standing(type, _since_before(account, event), cause.pk if cause else None, was.get("kept", False))


def _since_before(account: Account, event: Event) -> date | None:
    later = Event.objects.filter(record_type="accounts", record_id=account.pk, at__gt=event.at)
    corrections = later.filter(changes__has_key="type_since").order_by("at", "id")
    told = event if "type_since" in event.changes else corrections.first()
    if told is None:
        return account.type_since
    old = told.changes["type_since"][0]
    return date.fromisoformat(old) if old else None


def previous_standing(account: Account) -> tuple[Standing, Event] | None:
    """Return what the account was before it got its type, and the event that gave it that; None: there is none, or
    the type of before can no longer be had.

    An event that was taken back gave it no type, nor did that of taking it back: it has again what it was given before.
    """
    change = next((event for event in type_events(account) if "type" in event.changes), None)
    old = (change.changes["type"][0] or {}).get("id") if change is not None else None
    type = next((one for one in choices("account_type") if str(one.pk) == old), None)
    return None if change is None or type is None else (standing_before(account, change, type), change)


def type_events(account: Account) -> list[Event]:
    """Return the events that made the account what it was, the latest first; keeping a type, and correcting a day, are
    too. Left out are those that took one back, that one, and what followed it until then.
    """
    stand: list[Event] = []
    taken_back = ""
    for event in _type_events(account_id=account.pk):
        if taken_back:
            taken_back = "" if str(event.pk) == taken_back else taken_back
        elif not (taken_back := event.data.get("undoes", "")):
            stand.append(event)
    return stand


@prepared
def _type_events(*, account_id: UUID) -> QuerySet[Event]:
    told = Q(name__in=names(CREATED, *TYPE_EVENTS)) | Q(name=CHANGED.name, changes__has_key="type_since")
    events = Event.objects.filter(told, record_type=Account.type_key, record_id=account_id)
    return events.select_related("actor").order_by("-at", "-id")[:MOST_EVENTS]


def last_type_changes(ids: Collection[UUID]) -> dict[UUID, Event]:
    """Return the events that last changed the types of these accounts and followed from no other, by account: a person
    made them, or the calendar.
    """
    changes = Event.objects.filter(record_type="accounts", record_id__in=ids, name__in=names(*TYPE_EVENTS))
    otherwise = changes.filter(said_by_a_person() | Q(because=None) & still_stands())
    latest = otherwise.select_related("actor").order_by("record_id", "-at", "-id").distinct("record_id")
    return {event.record_id: event for event in latest if event.record_id is not None}
