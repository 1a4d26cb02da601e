"""Shorthands of the tests about vetting."""

from __future__ import annotations

from typing import Any

from crm.tenants.context import tenant_context
from leads.models import Lead
from leads.vetting import criteria
from leads.vetting.models import Criterion, VettingAnswer
from leads.vetting.services import record_answer
from leads.vetting.setup import set_gate
from tests.people import Firm


def criterion(key: str) -> Criterion:
    """The shipped criterion ``key``."""
    return next(one for one in criteria(active_only=False) if one.key == key)


def answer(lead: Lead, key: str, says: str, evidence: str = "", *, by: Any, **options: Any) -> VettingAnswer | None:
    return record_answer(lead=lead, criterion=criterion(key), answer=says, evidence=evidence, actor=by, **options)


def ask_for(firm: Firm, *keys: str, unmet: str = "block") -> None:
    """Let the workspace ask for these criteria before a lead is converted; none: for all."""
    with tenant_context(firm.tenant):
        chosen = [criterion(key) for key in keys]
        set_gate(actor=firm.ada, needs="some" if keys else "all", criteria=chosen, unmet=unmet)


def held(lead: Lead) -> dict[str, str]:
    """What is held of the lead in its current round, by criterion."""
    rows = VettingAnswer.objects.filter(round__lead=lead, round__is_current=True).select_related("criterion")
    return {row.criterion.label: row.answer for row in rows}
