"""Converting many leads: the same plan for each, and a rehearsal that says what would become of them.

Leads of one selection that are about the same company or person come together, because each one is matched when those
before it have been converted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.catalogue.actions import LeftOutError, Outcome
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.fields import kinds
from crm.ground.ids import uuid7
from crm.ground.text import sort_key
from crm.picklists.models import Choice, Stage
from crm.records.events import CREATED
from crm.records.services import fill_derived
from crm.users.access import can
from crm.users.models import Membership
from leads.conversion.blockers import blockers
from leads.conversion.bulk_words import doubts_of, told_outcome
from leads.conversion.convert import convert_held
from leads.conversion.defaults import new_values, open_stages, owner_of_new, plan_for
from leads.conversion.plan import NOTHING, PARTS, ConversionPlan, Way, new
from leads.conversion.refusals import check_conversion
from leads.conversion.undo import BlockedError, undo_conversion
from leads.conversion.winning import winning_values
from leads.field_map import is_blank
from leads.matching import Candidates, Search
from leads.matching.imagined import Imagined
from leads.models import Conversion, Lead
from opportunities.models import Opportunity

BEFORE = "before"  # counts leads that were converted already


class OpenStage(kinds.StageOf):
    """A stage that a new opportunity may start in."""

    def rows(self, actor: Membership, *, active_only: bool = True) -> list[Stage]:
        return open_stages()


@dataclass(frozen=True)
class Options:
    """What is the same for all leads. ``owner`` None: each lead's own; ``stage`` None: the first one."""

    with_opportunity: bool = True
    stage: Stage | None = None
    role: Choice | None = None
    owner: Membership | None = None
    expected_close_on: date | None = None
    despite_gate: bool = False
    also_doubtful: bool = False

    def plan(self, lead: Lead, actor: Membership, found: Candidates) -> ConversionPlan:
        """What is to become of ``lead``: what it surely is gets linked, the rest is made."""
        plan = plan_for(lead, actor, found)
        if not self.with_opportunity:
            plan = replace(plan, opportunity=NOTHING)
        elif plan.opportunity.way == Way.NEW:
            plan = replace(plan, opportunity=new(**self._values(plan.opportunity.values)))
        return replace(plan, role=self.role, owner=self.owner or plan.owner)

    def _values(self, usual: Mapping[str, Any]) -> dict[str, Any]:
        """What a new opportunity starts with. Where the lead itself brings its day, that one counts."""
        values = dict(usual)
        if "expected_close_on" in values:
            values["expected_close_on"] = self.expected_close_on
        return values | ({"stage": self.stage} if self.stage is not None else {})


class Batch:
    """Converts leads one by one, having looked up at once what all of them may be.

    What it has made is found by those that come after, as if they had been looked up by then.
    """

    def __init__(self, leads: Sequence[Lead], *, actor: Membership, options: Options) -> None:
        self.actor, self.options = actor, options
        self._here = Imagined(lambda record: can(actor, "view", record))
        self._search = Search(actor, [lead for lead in leads if not lead.is_converted], self._here)

    def convert(self, lead: Lead, *, because: Event) -> Outcome:
        """Convert ``lead``, one of the leads; return what became of it.

        It was locked when it was read, with all that its fields show.
        """
        if lead.is_converted:
            return Outcome({BEFORE: 1})
        try:
            return self._convert(lead, self._search.candidates(lead), because)
        except Http404:  # what it surely is was deleted since it was looked up
            return self._convert(lead, Search(self.actor, [lead], self._here).candidates(lead), because)

    def _convert(self, lead: Lead, found: Candidates, because: Event) -> Outcome:
        plan = self.options.plan(lead, self.actor, found)
        _refuse_doubtful(self.options, doubts_of(lead, found, plan, self.actor))
        despite_gate = self.options.despite_gate
        row = copy(lead)  # what is refused leaves no trace in it, if it is tried again
        try:
            done = convert_held(row, actor=self.actor, plan=plan, despite_gate=despite_gate, because=because)
        except Http404:
            self._here.forget(plan.of(key).record_id for key in PARTS)
            raise
        records: dict[str, Any] = {
            Account.type_key: done.account,
            Contact.type_key: done.contact,
            Opportunity.type_key: done.opportunity,
        }
        shared = [
            key
            for key in PARTS
            if plan.of(key).way == Way.EXISTING
            and records[key].created_at >= because.at
            and (records[key].pk in self._here.made or _is_of_run(key, records[key], because))
        ]
        told = told_outcome(lead, plan, found, records, shared, actor=self.actor)
        self._note(plan, records)
        return told

    def _note(self, plan: ConversionPlan, records: Mapping[str, Any]) -> None:
        for key in PARTS:
            if plan.of(key).way == Way.NEW:
                self._here.add(key, records[key], is_new=True)
            elif plan.of(key).way == Way.EXISTING and can(self.actor, "edit", records[key]):
                self._here.add(key, records[key])


def _is_of_run(key: str, record: Any, run: Event) -> bool:
    """Whether the conversion that made ``record`` was one of the run's, and not somebody's by hand meanwhile."""
    made = Event.objects.filter(record_type=key, record_id=record.pk, because__because=run)
    return made.filter(name=CREATED.of(catalogue.record_type(key)).name).exists()


def undo_one(record_type: RecordType, lead: Lead, done: Event, actor: Membership, /) -> dict[str, int]:
    """Take back the conversion of ``lead`` whose event is ``done``, unless somebody has done so."""
    conversion = Conversion.objects.filter(lead=lead, event=done, undone_at=None).select_related("event").first()
    if conversion is None:
        return {"same": 1}
    try:
        undo_conversion(conversion=conversion, actor=actor)
    except BlockedError as error:
        raise ValidationError([one.sentence for one in blockers(conversion, actor)] or error.messages) from error
    return {"changed": 1}


def _refuse_doubtful(options: Options, doubts: tuple[str, ...]) -> None:
    if doubts and not options.also_doubtful:
        raise LeftOutError(list(doubts))


class Rehearsal:
    """Says lead by lead what a conversion would do, and keeps in mind what it would have made; writes nothing."""

    def __init__(self, actor: Membership, options: Options) -> None:
        self.actor, self.options = actor, options
        self.imagined = Imagined(lambda record: can(actor, "view", record))
        self.expect([])

    def expect(self, leads: Sequence[Lead], /) -> None:
        self._search = Search(self.actor, [lead for lead in leads if not lead.is_converted], self.imagined)

    def __call__(self, lead: Lead, /) -> Outcome:
        if lead.is_converted:
            return Outcome({BEFORE: 1})
        found = self._search.candidates(lead)
        plan = self.options.plan(lead, self.actor, found)
        doubts = doubts_of(lead, found, plan, self.actor)
        _refuse_doubtful(self.options, doubts)
        check_conversion(lead, actor=self.actor, plan=plan, despite_gate=self.options.despite_gate)
        shared = [key for key in PARTS if plan.of(key).record_id in self.imagined.made]
        records: dict[str, Any] = {}
        for key in PARTS:
            if plan.of(key).way != Way.NONE:
                records[key] = self._imagine(key, lead, plan, found, records)
        return replace(told_outcome(lead, plan, found, records, shared, actor=self.actor), doubts=doubts)

    def news(self) -> list[Any]:
        return self.imagined.news()

    def recall(self, news: list[Any], /) -> None:
        self.imagined.recall(news)

    def _imagine(
        self, key: str, lead: Lead, plan: ConversionPlan, found: Candidates, records: Mapping[str, Any]
    ) -> Any:
        """Keep the record in mind as it would be: a new one, or one that exists with what it would get."""
        record_type, part = catalogue.record_type(key), plan.of(key)
        account = records.get(Account.type_key)
        if part.way == Way.NEW:
            record: Any = self._blank(record_type, lead, plan)
            values = new_values(lead, plan, key, account.name if account is not None else "")
        else:
            record = next(one.record for one in found.of(key) if one.record.pk == part.record_id)
            if not can(self.actor, "edit", record):
                return record
            values = winning_values(lead, record, part, plan.made)
            record = copy(record)
        if key != Account.type_key and record.account_id is None and account is not None:
            record.account_id = account.pk
        if key == Opportunity.type_key:
            record.contact_id = records[Contact.type_key].pk if Contact.type_key in records else record.contact_id
            record.name, record.expected_close_on = str(values["name"]), values.get("expected_close_on")
            record.sort_name, record.stage = sort_key(record.name), values.get("stage")
            self.imagined.add(key, record, is_new=True)
        else:
            self.imagined.add(key, _with(record_type, record, values), is_new=part.way == Way.NEW)
        return record

    def _blank(self, record_type: RecordType, lead: Lead, plan: ConversionPlan) -> Any:
        owner = plan.owner or owner_of_new(lead, self.actor)
        team_id = lead.team_id if owner.pk == lead.owner_id and lead.team_id else owner.team_id
        return record_type.model(id=uuid7(), owner=owner, team_id=team_id)


def _with(record_type: RecordType, record: Any, values: Mapping[str, Any]) -> Any:
    for name, value in values.items():
        spec = record_type.spec(name)
        if not is_blank(value):
            spec.kind.assign(spec, record, value)
    fill_derived(record_type, record)
    return record


__all__ = ["BEFORE", "Batch", "OpenStage", "Options", "Rehearsal", "undo_one"]
