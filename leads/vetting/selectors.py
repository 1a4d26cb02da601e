"""Reading the vetting of a lead: its rounds, what is held to be true, and what was held before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.events.models import Event
from crm.events.types import names
from crm.picklists.selectors import ids_meaning
from crm.tenants.prepared import prepared
from crm.ui.paging import Count, capped_count
from crm.users.models import Membership
from leads.events import EVIDENCE_CHANGED, VETTED, VETTING_TAKEN_BACK
from leads.models import Lead
from leads.picklists import LeadStatus
from leads.vetting.fields import passed
from leads.vetting.gating import GateResult, current_gate, judge
from leads.vetting.models import Answer, Criterion, VettingAnswer, VettingRound
from leads.vetting.rule import Gate, criteria
from leads.vetting.services import score, stamp

MOST_CHANGES = 200
COUNTED = 10_000


@dataclass(frozen=True)
class Claim:
    """What is held to be true of one criterion in one round. ``row`` is None: nothing was answered yet."""

    criterion: Criterion
    row: VettingAnswer | None = None
    is_needed: bool = False  # the gate asks for it
    before: VettingAnswer | None = None  # what an earlier round said

    @property
    def answer(self) -> Answer:
        return Answer(self.row.answer) if self.row else Answer.UNKNOWN

    @property
    def evidence(self) -> str:
        return self.row.evidence if self.row else ""

    @property
    def is_yes(self) -> bool:
        return self.answer == Answer.YES

    @property
    def is_answered(self) -> bool:
        return self.answer != Answer.UNKNOWN or bool(self.evidence)

    @property
    def stamp(self) -> str:
        return stamp(self.row)

    @property
    def tone(self) -> str:
        return {Answer.YES: "success", Answer.NO: "danger"}.get(self.answer, "neutral")


@dataclass(frozen=True)
class Round:
    """One time that the lead was vetted."""

    number: int
    claims: list[Claim]
    score: int
    is_current: bool = True
    opened_at: datetime | None = None
    opened_by: Membership | None = None

    @property
    def answered(self) -> list[Claim]:
        return [claim for claim in self.claims if claim.is_answered]

    @property
    def met(self) -> int:
        return sum(claim.is_yes for claim in self.claims)

    @property
    def people(self) -> list[str]:
        """Who answered."""
        names = [claim.row.by.name for claim in self.answered if claim.row and claim.row.by]
        return list(dict.fromkeys(names))


@dataclass(frozen=True)
class Vetting:
    """All that is known of the vetting of one lead."""

    current: Round
    earlier: list[Round] = field(default_factory=list)  # the latest first
    gate: GateResult = field(default_factory=GateResult)

    @property
    def is_begun(self) -> bool:
        return bool(self.current.answered or self.earlier)


def vetting_of(lead: Lead, *, is_open: bool = True) -> Vetting:
    """Return the vetting of ``lead``: two queries at most, however many rounds and answers there are.

    Of an open lead the current round shows every criterion in use; what is closed shows what was answered, with the
    score that it had then.
    """
    return vettings_of([lead], is_open=is_open)[lead.pk]


def vettings_of(leads: Iterable[Lead], *, is_open: bool = True) -> dict[UUID, Vetting]:
    """Return the vetting of each of ``leads``, with as many queries as of one."""
    ids = [lead.pk for lead in leads]
    rounds = _rounds_of(lead_ids=tuple(ids))
    by_lead: dict[UUID, list[VettingRound]] = defaultdict(list)
    for one in rounds:
        by_lead[one.lead_id].append(one)
    answers: dict[UUID, dict[UUID, VettingAnswer]] = defaultdict(dict)
    for row in _answers_of(round_ids=tuple(one.pk for one in rounds)) if rounds else ():
        answers[row.round_id][row.criterion_id] = row
    return {lead_id: _vetting(by_lead[lead_id], answers, is_open) for lead_id in ids}


@prepared
def _rounds_of(*, lead_ids: tuple[UUID, ...]) -> QuerySet[VettingRound]:
    return VettingRound.objects.filter(lead_id__in=lead_ids).select_related("opened_by").order_by("-number")


@prepared
def _answers_of(*, round_ids: tuple[UUID, ...]) -> QuerySet[VettingAnswer]:
    return VettingAnswer.objects.filter(round_id__in=round_ids).select_related("by")


def _vetting(rounds: list[VettingRound], answers: dict[UUID, dict[UUID, VettingAnswer]], is_open: bool) -> Vetting:
    earlier = [_past(one, answers[one.pk]) for one in rounds if not one.is_current]
    now = next((one for one in rounds if one.is_current), None)
    given = answers[now.pk] if now else {}
    rule = current_gate()
    met = {pk for pk, row in given.items() if row.answer == Answer.YES}
    if now is not None and not is_open:
        return Vetting(_past(now, given), earlier, judge(rule, met))
    current = Round(
        number=now.number if now else 1,
        claims=_open_claims(given, earlier, rule),
        score=score({pk: row.answer for pk, row in given.items()}),
        opened_at=now.opened_at if now else None,
        opened_by=now.opened_by if now else None,
    )
    return Vetting(current, earlier, judge(rule, met))


def _open_claims(given: dict[UUID, VettingAnswer], earlier: list[Round], rule: Gate) -> list[Claim]:
    needed = {one.pk for one in rule.required}
    before: dict[UUID, VettingAnswer] = {}
    for one in reversed(earlier):
        before |= {claim.criterion.pk: claim.row for claim in one.answered if claim.row}
    return [Claim(one, given.get(one.pk), one.pk in needed, before.get(one.pk)) for one in criteria()]


def _past(one: VettingRound, given: dict[UUID, VettingAnswer]) -> Round:
    """A round that is over, or that of a closed lead: what was answered, also of criteria no longer in use."""
    claims = [Claim(each, given[each.pk]) for each in criteria(active_only=False) if each.pk in given]
    return Round(one.number, claims, one.score, one.is_current, one.opened_at, one.opened_by)


def changes_of(lead: Lead) -> list[Event]:
    """Return every change of an answer or its evidence, the latest first."""
    found = Event.objects.filter(
        record_type="leads", record_id=lead.pk, name__in=names(VETTED, VETTING_TAKEN_BACK, EVIDENCE_CHANGED)
    )
    return list(found.select_related("actor").order_by("-at", "-id")[:MOST_CHANGES])


def qualified_leads() -> QuerySet[Lead]:
    return Lead.objects.filter(status_id__in=ids_meaning("lead_status", LeadStatus.QUALIFIED))


def gate_effect(rule: Gate) -> dict[str, Any]:
    """Return how many of the qualified leads ``rule`` would stop or warn of: ``total`` and ``stopped``, both capped."""
    leads = qualified_leads()
    total = capped_count(leads, COUNTED)
    stopped = capped_count(leads.exclude(passed(rule)), COUNTED) if rule.required else Count(0)
    return {"total": total, "stopped": stopped}
