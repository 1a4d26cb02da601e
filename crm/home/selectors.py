"""What a day starts with: opportunities that wait for something, new leads, and how the pipeline changed in a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Least

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.picklists.selectors import ids_meaning, stage_ids_meaning
from crm.records.access import visible_records
from crm.records.hiding import hide_unseen
from crm.tenants.context import current_tenant
from crm.users.access import of_teams, scope_of
from crm.users.models import Membership
from crm.users.selectors import team_tree_ids
from leads.models import Lead
from leads.picklists import LEAD_STATUS
from opportunities.models import Opportunity

SOON = timedelta(days=7)
WEEK = timedelta(days=7)
MOST = 8  # rows of one card


@dataclass(frozen=True)
class Waiting:
    """An open opportunity of mine, and what it waits for."""

    opportunity: Opportunity
    reason: str  # "step", "close" or "late": expected to be closed by now

    @property
    def day(self) -> date:
        step, close = self.opportunity.next_step_on, self.opportunity.expected_close_on
        return step if self.reason == "step" and step else close  # type: ignore[return-value]


def waiting_opportunities(actor: Membership, today: date) -> list[Waiting]:
    """Return my open opportunities whose next step or expected close is due by the next seven days, the first first."""
    until = today + SOON
    mine = _visible(actor, Opportunity).filter(owner_id=actor.pk, stage_id__in=stage_ids_meaning("open"))
    rows = (
        mine.filter(Q(next_step_on__lte=until) | Q(expected_close_on__lte=until))
        .select_related("account", "contact")
        .order_by(Least("next_step_on", "expected_close_on"), "id")[:MOST]
    )
    hide_unseen(actor, catalogue.record_type(Opportunity.type_key), rows)
    return [Waiting(row, _reason(row, today, until)) for row in rows]


def _reason(opportunity: Opportunity, today: date, until: date) -> str:
    close = opportunity.expected_close_on
    if close and close < today:
        return "late"
    return "step" if opportunity.next_step_on and opportunity.next_step_on <= until else "close"


@dataclass(frozen=True)
class Total:
    """A number of opportunities, and their amounts: one for each currency, never across them."""

    count: int
    amounts: tuple[tuple[int, str], ...] = ()


def my_pipeline(actor: Membership, today: date) -> tuple[Total, Total]:
    """Return all my open opportunities, and those of them expected to close in the month of ``today``."""
    month_start = today.replace(day=1)
    month_end = (month_start + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    closing = Q(expected_close_on__range=(month_start, month_end))
    mine = _visible(actor, Opportunity).filter(owner_id=actor.pk, stage_id__in=stage_ids_meaning("open"))
    rows = _by_currency(mine, {"open": Q(), "closing": closing})
    return _total(rows, "open"), _total(rows, "closing")


@dataclass(frozen=True)
class Change:
    """What came in seven days, and how many in the seven days before."""

    total: Total
    before: int


@dataclass(frozen=True)
class Week:
    """What the seven days from ``since`` on did to the pipeline."""

    since: date
    added: Change
    won: Change
    lost: Change


def sees_week(actor: Membership) -> bool:
    """Whether ``actor`` answers for the opportunities of others."""
    return scope_of(actor, "edit", Opportunity.type_key) in ("team", "all")


def answers_for_team(actor: Membership) -> bool:
    """Whether those others are ``actor``'s team, and not everybody."""
    return actor.team is not None and scope_of(actor, "edit", Opportunity.type_key) == "team"


def pipeline_week(actor: Membership, today: date) -> Week:
    """Return what the seven days up to ``today`` did to the opportunities of the people ``actor`` answers for."""
    since = today - WEEK + timedelta(days=1)
    before = since - WEEK
    touched = Q(opened_on__range=(before, today)) | Q(closed_on__range=(before, today))
    answered_for = _visible(actor, Opportunity).filter(touched)
    if answers_for_team(actor):
        answered_for = answered_for.filter(of_teams(team_tree_ids(actor.team)))  # type: ignore[arg-type]
    conditions = {
        "added": Q(opened_on__lte=today),
        "won": Q(closed_on__lte=today, stage_id__in=stage_ids_meaning("won")),
        "lost": Q(closed_on__lte=today, stage_id__in=stage_ids_meaning("lost")),
    }
    spans = {}
    for name, condition in conditions.items():
        day = "opened_on" if name == "added" else "closed_on"
        spans[name] = condition & Q(**{f"{day}__gte": since})
        spans[f"{name}_before"] = condition & Q(**{f"{day}__gte": before, f"{day}__lt": since})
    rows = _by_currency(answered_for, spans)

    def change(name: str) -> Change:
        return Change(_total(rows, name), _total(rows, f"{name}_before").count)

    return Week(since, added=change("added"), won=change("won"), lost=change("lost"))


def _by_currency(opportunities: QuerySet[Opportunity], conditions: dict[str, Q]) -> list[Any]:
    """One row for each currency, with count and sum under each of ``conditions``: one query."""
    numbers: dict[str, Any] = {}
    for name, condition in conditions.items():
        numbers[f"{name}_count"] = Count("pk", filter=condition)
        numbers[f"{name}_sum"] = Sum("amount_minor", filter=condition)
    return list(opportunities.order_by().values("currency").annotate(**numbers))


def _total(rows: list[Any], name: str) -> Total:
    amounts = [(int(row[f"{name}_sum"]), row["currency"]) for row in rows if row[f"{name}_sum"]]
    own = current_tenant().currency
    amounts.sort(key=lambda amount: (amount[1] != own, -amount[0]))
    return Total(sum(row[f"{name}_count"] for row in rows), tuple(amounts))


def new_leads(actor: Membership) -> tuple[list[Lead], list[Lead]]:
    """Return the leads of mine that nobody has worked on yet, and those that wait in the pool, the latest first."""
    # By updated_at, as the index by owner is: new ones have hardly been changed since they were created.
    latest = ("-updated_at", "-id")
    new = _visible(actor, Lead).filter(status_id__in=ids_meaning(LEAD_STATUS.key, "new")).order_by(*latest)
    mine, pool = new.filter(owner_id=actor.pk)[:MOST], new.filter(owner_id=None, team_id=None)[:MOST]
    found = sorted(mine.union(pool, all=True), key=lambda lead: (lead.updated_at, lead.pk), reverse=True)
    return [lead for lead in found if lead.owner_id], [lead for lead in found if not lead.owner_id]


def is_empty_workspace() -> bool:
    """Whether there is nothing here yet, seen or unseen."""
    return not any(model.objects.exists() for model in (Lead, Account, Contact, Opportunity))


def _visible(actor: Membership, model: Any) -> QuerySet[Any]:
    return visible_records(actor, catalogue.record_type(model.type_key))
