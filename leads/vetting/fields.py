"""Finding leads by how they were vetted: a field for each criterion, the score, and whether that is enough.

The criteria are the workspace's own rows, and every list of leads offers them: what they are called is kept in the
workspace's row, which each request has read already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy

from crm.fields import kinds
from crm.fields.spec import FieldSpec, Predicate
from crm.tenants.stored import Kind, Maybe, State
from crm.users.models import Membership
from leads.vetting.gating import current_gate, gate
from leads.vetting.models import Answer, Criterion, VettingAnswer, VettingRound
from leads.vetting.rule import Gate, criteria, forget_criteria

PREFIX = "vetting_"


@dataclass(frozen=True)
class Asked:
    """A criterion by what lists call it: ``name`` in addresses, the same whatever its label becomes."""

    criterion_id: UUID
    name: str
    label: str
    is_active: bool


class _AskedKind(Kind[tuple[Asked, ...]]):
    def load(self, kept: Any) -> tuple[Asked, ...]:
        return tuple(Asked(UUID(row_id), name, label, is_active) for row_id, name, label, is_active in kept)

    def dump(self, value: tuple[Asked, ...]) -> Any:
        return [[str(one.criterion_id), one.name, one.label, one.is_active] for one in value]

    def __str__(self) -> str:
        return "names of criteria"


ASKED: State[tuple[Asked, ...] | None] = State("criteria", Maybe(_AskedKind()), None)


def keep_asked() -> None:
    """Keep what the criteria are called by now: for the services that change them."""
    forget_criteria()
    ASKED.keep(_asked_by(criteria(active_only=False)))


def _asked_by(rows: list[Criterion]) -> tuple[Asked, ...]:
    return tuple(Asked(one.pk, f"{PREFIX}{one.key or one.pk.hex}", one.label, one.is_active) for one in rows)


def vetting_fields(active_only: bool) -> tuple[FieldSpec, ...]:
    """The fields that leads can be found by; a criterion that is no longer asked goes on finding what was answered."""
    kept = ASKED.value()
    asked = _asked_by(criteria(active_only=False)) if kept is None else kept  # of a release that kept none
    shown = [one for one in asked if one.is_active or not active_only]
    return (*(_spec(one.name, one.label, CriterionAnswer(one.criterion_id)) for one in shown), SCORE, PASSED)


def _spec(name: str, label: Any, kind: Any) -> FieldSpec:
    return FieldSpec(name, label, kind, on_create=False, on_edit=False, importable=False)


class CriterionAnswer(kinds.Fixed):
    """What is held of one criterion in the current round; what nobody has answered is unknown."""

    grouping = ""
    sortable = False

    def __init__(self, criterion_id: UUID) -> None:
        super().__init__(dict(Answer.choices))
        self.criterion_id = criterion_id

    def value(self, spec: FieldSpec, record: Any) -> str:
        return ""  # beside the record, not in a column

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        values = self.read(values)
        now = VettingAnswer.objects.filter(criterion_id=self.criterion_id, round__is_current=True)
        known = {Answer.YES, Answer.NO}
        same = Q(pk__in=now.filter(answer__in=sorted(known.intersection(values))).values("round__lead_id"))
        if Answer.UNKNOWN in values:
            same |= ~Q(pk__in=now.filter(answer__in=sorted(known)).values("round__lead_id"))
        return ~same if operator == "not" else same

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        """A record's answer is looked up."""
        wanted = self.read(values)
        now = VettingAnswer.objects.filter(criterion_id=self.criterion_id, round__is_current=True)

        def is_answered(record: Any) -> bool:
            held = now.filter(round__lead_id=record.pk).values_list("answer", flat=True).first()
            return (held or Answer.UNKNOWN) in wanted

        return lambda record: is_answered(record) != (operator == "not")


class Score(kinds.Percent):
    """The weighted share of yes in the current round; a lead that nobody has vetted has none, as 0."""

    operators = ("from", "to")  # type: ignore[assignment]
    grouping = ""
    sortable = False

    def value(self, spec: FieldSpec, record: Any) -> None:
        return None

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        least = self.bound(operator, values) + (operator == "to")
        if least <= 0:
            return Q() if operator == "from" else Q(pk__in=[])
        reached = VettingRound.objects.filter(is_current=True, score__gte=min(least, 101))
        found = Q(pk__in=reached.values("lead_id"))
        return found if operator == "from" else ~found

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        """A record's score is looked up."""
        bound = self.bound(operator, values)
        now = VettingRound.objects.filter(is_current=True).values_list("score", flat=True)

        def reaches(record: Any) -> bool:
            score = now.filter(lead_id=record.pk).first() or 0
            return score >= bound if operator == "from" else score <= bound

        return reaches


class Passed(kinds.Flag):
    """Whether a lead has what the workspace asks for before a conversion."""

    grouping = ""
    sortable = False

    def value(self, spec: FieldSpec, record: Any) -> bool:
        return False

    def yes(self, spec: FieldSpec) -> Q:
        return passed(current_gate())

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        """A record's answers are looked up."""
        wanted = set(map(self.read, values))
        return lambda record: gate(record).is_met in wanted


def passed(rule: Gate) -> Q:
    """The condition for leads that ``rule`` finds nothing missing of."""
    found = ~Q(pk__in=[])
    for one in rule.required:
        yes = VettingAnswer.objects.filter(
            round__lead_id=OuterRef("pk"), round__is_current=True, criterion=one, answer=Answer.YES
        )
        found &= Q(Exists(yes))
    return found


SCORE = _spec(f"{PREFIX}score", gettext_lazy("Vetting score"), Score())
PASSED = _spec(f"{PREFIX}passed", gettext_lazy("Vetting passed"), Passed())
