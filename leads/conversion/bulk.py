"""Converting many leads: the same plan for each, and a rehearsal that says what would become of them.

Leads of one selection that are about the same company or person come together, because each one is matched when those
before it have been converted.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.events.models import Event
from crm.fields import kinds
from crm.picklists.models import Choice, Stage
from crm.records import registry
from crm.records.types import RecordType, Rehearsed
from crm.tenants.ids import uuid7
from crm.tenants.text import sort_key
from crm.users.access import can
from crm.users.models import Membership
from leads.conversion.convert import convert_lead, new_values, winning_values
from leads.conversion.defaults import open_stages, plan_for
from leads.conversion.offers import open_with_contact
from leads.conversion.plan import NOTHING, PARTS, ConversionPlan, Way, new
from leads.conversion.refusals import check_conversion
from leads.field_map import is_blank
from leads.matching import Candidates, Imagined, find_candidates
from leads.models import Lead

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
    despite_gate: bool = False
    skip_doubtful: bool = False

    def plan(self, lead: Lead, actor: Membership, found: Candidates) -> ConversionPlan:
        """What is to become of ``lead``: what it surely is gets linked, the rest is made."""
        plan = plan_for(lead, actor, found)
        if not self.with_opportunity:
            plan = replace(plan, opportunity=NOTHING)
        elif self.stage is not None and plan.opportunity.way == Way.NEW:
            plan = replace(plan, opportunity=new(**{**plan.opportunity.values, "stage": self.stage}))
        return replace(plan, role=self.role, owner=self.owner or plan.owner)


def convert_one(lead: Lead, *, actor: Membership, options: Options, because: Event) -> Mapping[str, int]:
    """Convert ``lead``, which is locked; return what became of it."""
    if lead.is_converted:
        return {BEFORE: 1}
    found = find_candidates(lead, actor)
    plan = options.plan(lead, actor, found)
    _refuse_doubtful(options, doubts_of(found, plan))
    convert_lead(lead_id=lead.pk, actor=actor, plan=plan, despite_gate=options.despite_gate, because=because)
    return counts_of(plan)


def counts_of(plan: ConversionPlan) -> dict[str, int]:
    return {f"{key}.{plan.of(key).way}": 1 for key in PARTS if plan.of(key).way != Way.NONE}


def doubts_of(found: Candidates, plan: ConversionPlan) -> tuple[str, ...]:
    """What speaks against making new records: others that may be the same, but not surely."""
    doubts = []
    for key in PARTS:
        if plan.of(key).way != Way.NEW:
            continue
        if key == "opportunities":
            best = open_with_contact(found.opportunities, plan)
        else:
            best = next((one for one in found.of(key) if not one.is_sure), None)
        if best is not None:
            words = {
                "noun": registry.record_type(key).label,
                "name": best.record.name,
                "reasons": ", ".join(str(reason.label) for reason in best.reasons),
            }
            doubts.append(_("%(noun)s “%(name)s” may be the same (%(reasons)s).") % words)
    return tuple(doubts)


def _refuse_doubtful(options: Options, doubts: tuple[str, ...]) -> None:
    if doubts and options.skip_doubtful:
        raise ValidationError(list(doubts))


class Rehearsal:
    """Says lead by lead what a conversion would do, and keeps in mind what it would have made; writes nothing."""

    def __init__(self, actor: Membership, options: Options) -> None:
        self.actor, self.options = actor, options
        self.imagined = Imagined(lambda record: can(actor, "view", record))

    def __call__(self, lead: Lead, /) -> Rehearsed:
        if lead.is_converted:
            return Rehearsed({BEFORE: 1})
        found = find_candidates(lead, self.actor, self.imagined)
        plan = self.options.plan(lead, self.actor, found)
        doubts = doubts_of(found, plan)
        _refuse_doubtful(self.options, doubts)
        check_conversion(lead, actor=self.actor, plan=plan, despite_gate=self.options.despite_gate)
        account_id = self._imagine("accounts", lead, plan, found)
        contact_id = self._imagine("contacts", lead, plan, found, account_id)
        if plan.opportunity.way == Way.NEW:
            self._imagine_opportunity(lead, plan, account_id, contact_id)
        return Rehearsed(counts_of(plan), doubts)

    def news(self) -> list[Any]:
        return self.imagined.news()

    def recall(self, news: list[Any], /) -> None:
        self.imagined.recall(news)

    def _imagine(
        self, key: str, lead: Lead, plan: ConversionPlan, found: Candidates, account_id: UUID | None = None
    ) -> UUID | None:
        """Keep the record in mind as it would be: a new one, or one that exists with what it would get."""
        record_type, part = registry.record_type(key), plan.of(key)
        if part.way == Way.NONE:
            return None
        if part.way == Way.NEW:
            record: Any = self._blank(record_type, lead, plan)
            values = new_values(lead, plan, key)
        else:
            record = next(one.record for one in found.of(key) if one.record.pk == part.record_id)
            if not can(self.actor, "edit", record):
                return record.pk
            values = winning_values(lead, record, part, plan.made)
            record = copy(record)
        if key == "contacts" and record.account_id is None:
            record.account_id = account_id
        self.imagined.add(key, _with(record_type, record, values))
        return record.pk

    def _imagine_opportunity(
        self, lead: Lead, plan: ConversionPlan, account_id: UUID | None, contact_id: UUID | None
    ) -> None:
        deal = self._blank(registry.record_type("opportunities"), lead, plan)
        deal.account_id, deal.contact_id = account_id, contact_id
        deal.name = str(new_values(lead, plan, "opportunities")["name"])
        deal.sort_name = sort_key(deal.name)
        self.imagined.add("opportunities", deal)

    def _blank(self, record_type: RecordType, lead: Lead, plan: ConversionPlan) -> Any:
        owner = plan.owner or lead.owner or self.actor
        team_id = lead.team_id if owner.pk == lead.owner_id and lead.team_id else owner.team_id
        return record_type.model(id=uuid7(), owner=owner, team_id=team_id)


def _with(record_type: RecordType, record: Any, values: Mapping[str, Any]) -> Any:
    for name, value in values.items():
        spec = record_type.spec(name)
        if not is_blank(value):
            spec.kind.assign(spec, record, value)
    record_type.prepare(record)
    record.sort_name = sort_key(record.name)
    return record


__all__ = ["BEFORE", "OpenStage", "Options", "Rehearsal", "convert_one"]
