"""How the life of an account is told: what it was when, and why, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import get_script_prefix
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.events import CHANGED, CREATED
from accounts.models import Account
from accounts.selectors import type_events
from crm import catalogue
from crm.events.models import Event
from crm.events.phrases import actor_name, importer_of
from crm.events.types import event_types
from crm.picklists.models import Choice
from crm.picklists.selectors import choice
from crm.tenants.clock import day_of
from crm.tenants.prepared import prepared
from crm.ui import format as formats
from crm.ui.bidi import isolate
from crm.users.access import HIDDEN, can, limited_fields
from crm.users.models import Membership

MOST_CHAPTERS = 10

HIDDEN_DAY = gettext_lazy("a day that is hidden from you")
OTHER_CAUSE = gettext_lazy("because of {record} on {day}, by {person}")


@dataclass(frozen=True)
class Lapse:
    """What the calendar may notice of an account, in words with {on} and {period}.

    The event's data may name a record of the type ``last_key`` under ``last_noun``: of it, ``last`` is said.
    ``last_unseen`` stands for one that may not be seen. ``told_by`` is the field that tells the day, with its type of
    record: who does not see it is not told.
    """

    sentence: Any
    told_by: tuple[str, str] = ("", "")
    last_noun: str = ""
    last_key: str = ""
    last: Any = ""
    last_unseen: Any = ""


_lapses: dict[str, Lapse] = {}


def declare_lapse(reason: str, lapse: Lapse) -> None:
    """Say so of accounts whose type was changed for ``reason`` (``services.settle_account(lapse=…)``)."""
    _lapses[reason] = lapse


@dataclass(frozen=True)
class Chapter:
    """A time in which the account was of one type: since when and why (HTML without full stop)."""

    label: str
    tone: str
    since: date | None  # None: nobody knows, or nobody may tell
    why: SafeString
    is_current: bool
    is_told: bool = True  # whether the reader sees since when accounts are of their type


def why_type(account: Account, actor: Membership) -> SafeString:
    """Say why the account is of its type, as HTML without full stop: "won *Deal X* on 3 May, by Ana".

    What ``actor`` may not see is not named.
    """
    return life_line(account, actor, most=1)[0].why


def life_line(account: Account, actor: Membership, most: int = MOST_CHAPTERS) -> list[Chapter]:
    """Return what the account was when, and why, from its events; the present first, at most ``most`` of them.

    What ``actor`` may not see is not named.
    """
    events = type_events(account)
    causes = _causes(account, events)
    why = _Why(actor, [*causes.values(), *events])
    chapters = []
    turns = [event for event in events if "type" in event.changes]
    days = _days_of(events)
    is_told = "type_since" not in limited_fields(actor, Account.type_key, HIDDEN)
    for index, event in enumerate(turns[:most]):
        is_current = index == 0
        words = [one for one in events if not one.was(CHANGED)]
        said = words[0] if is_current else event  # the last word may be about keeping the type, not about the type
        cause = causes.get((is_current and account.type_because_id) or _cause_id(said))
        label, tone = _as_it_was(event.changes["type"][1])
        since = (account.type_since if is_current else days[event.pk]) if is_told else None
        told = why.of(said, cause, account, is_current)
        chapters.append(Chapter(label, tone, since, told, is_current, is_told))
    if not turns or turns[0].changes["type"][1]["id"] != str(account.type_id):  # written without its events
        now = choice(account.type_id)
        why_now = conditional_escape(_("for a reason that is not known"))
        since = account.type_since if is_told else None
        chapters = [Chapter(now.label, now.tone or "neutral", since, why_now, True, is_told)]
    return chapters


@prepared
def _records_by_id(model: Any, /, *, ids: list[UUID]) -> QuerySet[Any]:
    return model.objects.filter(pk__any_of=ids)


class _Why:
    """Says why, naming the records that the actor may see: looked up once for all sentences."""

    def __init__(self, actor: Membership, events: Iterable[Event]) -> None:
        wanted: dict[str, set[UUID]] = defaultdict(set)
        self.actor = actor
        self.unseen = _unseen()
        for event in events:
            if event.record_type in self.unseen and event.record_id:
                wanted[event.record_type].add(event.record_id)
            lapse = _lapses.get(event.data.get("reason", ""))
            if lapse is not None and (last := event.data.get(lapse.last_noun)):
                wanted[lapse.last_key].add(UUID(last["id"]))
        self.names: dict[tuple[str, UUID], str] = {}
        self.records: dict[UUID, Any] = {}
        for key, ids in sorted(wanted.items()):
            found = _records_by_id(catalogue.record_type(key).model, ids=sorted(ids))
            self.records |= {record.pk: record for record in found}
            self.names |= {(key, record.pk): record.name for record in found if can(actor, "view", record)}

    def of(self, event: Event, cause: Event | None, account: Account, is_current: bool) -> SafeString:
        if cause is not None:
            return self._because_of(cause)
        if event.data.get("reason") in _lapses:
            return self._lapse(_lapses[event.data["reason"]], event.data)
        if event.was(CREATED) and (importer := importer_of(event)):
            return format_html(_("imported on {day} by {person}"), person=isolate(importer), day=_day(event.at))
        if event.was(CREATED):
            sentence = _("created on {day}, by {person}") if event.actor else _("since it was created on {day}")
        elif is_current and account.type_kept:
            sentence = _("set by {person} on {day}, and kept until somebody changes it")
        else:
            sentence = _("set by {person} on {day}")
        return format_html(sentence, person=isolate(actor_name(event, inside=True)), day=_day(event.at))

    def _because_of(self, cause: Event) -> SafeString:
        record = self._link(cause.record_type, cause.record_id)
        day, said = self._day_of_cause(cause), cause.type.cause
        if (importer := importer_of(cause)) and said and said.imported:
            return format_html(str(said.imported), record=record, day=day, person=isolate(importer))
        sentence = said.sentence if said else OTHER_CAUSE
        is_told = not self._hides(cause.record_type, cause.type.tells.get("on", ""))
        if (
            is_told
            and said
            and said.entered
            and "on" in cause.data
            and cause.data["on"] != day_of(cause.at).isoformat()
        ):
            sentence = said.entered
        return format_html(str(sentence), record=record, day=day, person=isolate(actor_name(cause, inside=True)))

    def _lapse(self, lapse: Lapse, data: dict[str, Any]) -> SafeString:
        on: Any = formats.date(date.fromisoformat(data["on"])) if data.get("on") else ""
        if self._hides(*lapse.told_by):
            on = HIDDEN_DAY
        months = data.get("months") or 0
        period = ngettext("for {months} month", "for {months} months", months).format(months=formats.number(months))
        sentence = format_html(str(lapse.sentence), on=on, period=period)
        last = data.get(lapse.last_noun)
        if not last:
            return sentence
        record = self._link(lapse.last_key, UUID(last["id"]), lapse.last_unseen)
        return format_html("{}; {}", sentence, format_html(str(lapse.last), record=record, day=on))

    def _day_of_cause(self, cause: Event) -> str:
        """The day that counts, where the event tells one: an old deal may be entered long after it was won.

        As corrected since, as long as the record is in that stage.
        """
        if self._hides(cause.record_type, cause.type.tells.get("on", "")):
            return str(HIDDEN_DAY)
        record = self.records.get(cause.record_id) if cause.record_id else None
        closed_on = getattr(record, "closed_on", None)
        on = cause.data.get("on")
        said = cause.type.cause
        is_unknown = bool(said and said.entered) and cause.data.get("on", "") is None
        if record is not None and closed_on and (on or is_unknown) and not _moved_after(record, cause):
            return formats.date(closed_on)
        if is_unknown:
            return str(_("a day that is not known"))
        return formats.date(date.fromisoformat(on)) if on else _day(cause.at)

    def _hides(self, key: str, field: str) -> bool:
        return field in limited_fields(self.actor, key, HIDDEN)

    def _link(self, key: str, record_id: UUID | None, unseen: Any = "") -> SafeString | str:
        name = self.names.get((key, record_id)) if record_id else None
        if name is None:
            return conditional_escape(unseen or self.unseen.get(key, _("something")))
        return format_html('<a href="{}{}/{}/">{}</a>', get_script_prefix(), key, record_id, isolate(name))


def _moved_after(record: Any, event: Event) -> bool:
    return record.stage_since is not None and record.stage_since > event.at


def _days_of(events: list[Event]) -> dict[UUID, date | None]:
    """The day from which on each event that told a type counts, as corrected by those that followed it."""
    days: dict[UUID, date | None] = {}
    turn: Event | None = None
    for event in reversed(events):
        turn = event if "type" in event.changes else turn
        if turn is None:
            continue
        if "type_since" in event.changes:
            _old, since = event.changes["type_since"]
            days[turn.pk] = date.fromisoformat(since) if since else None
        elif event is turn:
            days[turn.pk] = None if event.was(CREATED) else day_of(event.at)  # one from a file may not say
    return days


def _causes(account: Account, events: list[Event]) -> dict[UUID | None, Event]:
    ids = {account.type_because_id, *map(_cause_id, events)} - {None}
    types = _unseen()
    found = _events_by_id(ids=sorted(filter(None, ids))) if ids else ()
    return {event.pk: event for event in found if event.record_type in types}


@prepared
def _events_by_id(*, ids: list[UUID]) -> QuerySet[Event]:
    return Event.objects.filter(pk__any_of=ids).select_related("actor")


def _unseen() -> dict[str, Any]:
    """The types of records that something may happen to which is a cause: what stands for one that may not be seen."""
    return {one.about: one.cause.unseen for one in event_types() if one.cause is not None}


def _cause_id(event: Event) -> UUID | None:
    cause = event.data.get("cause")
    return UUID(cause) if cause else event.because_id


def _as_it_was(kept: dict[str, Any]) -> tuple[str, str]:
    """Label and tone of a type that an event keeps: as they are now, or, once it is gone, as they were."""
    try:
        now = choice(UUID(kept["id"]))
    except Choice.DoesNotExist:
        return kept["label"], "neutral"
    return now.label, now.tone or "neutral"


def _day(moment: datetime) -> str:
    return formats.date(day_of(moment))
