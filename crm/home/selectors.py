"""What a day starts with: opportunities that wait for something, new leads, and how the pipeline changed in a week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models.functions import Least

from crm import catalogue
from crm.queries.condition import Condition, Group
from crm.queries.counts import Line, counted
from crm.queries.measures import Sum
from crm.queries.query import Query
from crm.tenants.context import current_tenant
from crm.users.access import scope_of
from crm.users.models import Membership
from leads.models import Lead
from leads.picklists import LeadStatus
from opportunities.models import Opportunity
from opportunities.selectors import LOST, OPEN, WON

NEW = Condition("status", "is", (f"meaning:{LeadStatus.NEW}",))
MINE = Condition("owner", "is", ("me",))
AMOUNT = Sum("amount")
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


def my_open(actor: Membership) -> Query:
    return Query(catalogue.seen_type(Opportunity.type_key, actor), (Condition("owner", "is", ("me",)), OPEN))


def waiting_opportunities(actor: Membership, today: date) -> list[Waiting]:
    """Return my open opportunities whose next step or expected close is due by the next seven days, the first first."""
    until, mine = today + SOON, my_open(actor)
    days = tuple(spec.name for spec in mine.type.specs(("next_step_on", "expected_close_on")))
    if not days:
        return []
    due = Group("any", tuple(Condition(day, "to", (until.isoformat(),)) for day in days))
    by_day = (Least(*days) if len(days) > 1 else days[0], "id")
    found = mine.where(due).rows(actor).order_by(*by_day)
    # Which they are an index tells (``opportunity_of_owner``); only those are read.
    rows = Opportunity.objects.filter(pk__in=found.values("pk")[:MOST]).select_related("account", "contact")
    return [Waiting(row, _reason(row, today, until)) for row in rows.order_by(*by_day).shown_to(actor)]


def _reason(opportunity: Opportunity, today: date, until: date) -> str:
    close = opportunity.expected_close_on
    if close and close < today:
        return "late"
    return "step" if opportunity.next_step_on and opportunity.next_step_on <= until else "close"


@dataclass(frozen=True)
class Total:
    """A number of opportunities, and their amounts: one for each currency, never across them. ``url`` lists them."""

    count: int
    amounts: tuple[tuple[int, str], ...]
    url: str


def my_pipeline(actor: Membership) -> dict[str, Total]:
    """Return all my open opportunities ("open"), and those of them expected to close this month ("closing")."""
    asked = replace(my_open(actor), measures=(AMOUNT,))
    found = counted(asked, actor, {"open": (), "closing": (Condition("expected_close_on", "is", ("this_month",)),)})
    return {case: _total(found.total, case) for case in found.cases}


@dataclass(frozen=True)
class Change:
    """What came in seven days, and how many in the seven days before."""

    total: Total
    before: int


def sees_week(actor: Membership) -> bool:
    """Whether ``actor`` answers for the opportunities of others."""
    return scope_of(actor, "edit", Opportunity.type_key) in ("team", "all")


def answers_for_team(actor: Membership) -> bool:
    """Whether those others are ``actor``'s team, and not everybody."""
    return actor.team is not None and scope_of(actor, "edit", Opportunity.type_key) == "team"


def pipeline_week(actor: Membership, today: date) -> dict[str, Change]:
    """Return what the seven days up to ``today`` did to the opportunities of the people ``actor`` answers for: what
    was "added", "won" and "lost", as far as ``actor`` may know when."""
    team = actor.team if answers_for_team(actor) else None
    whose = (Condition("team", "within", (str(team.pk),)),) if team else ()
    asked = Query(catalogue.seen_type(Opportunity.type_key, actor), whose, measures=(AMOUNT,))
    since = today - WEEK + timedelta(days=1)
    found: dict[str, Change] = {}
    # Two statements: an index knows what was opened in some days, and another one what was closed.
    for day, whats in (("opened_on", {"added": ()}), ("closed_on", {"won": (WON,), "lost": (LOST,)})):
        cases: dict[str, tuple[Condition, ...]] = {}
        for case, what in whats.items():
            cases[case] = (*what, *_days(day, since, today))
            cases[f"{case} before"] = (*what, *_days(day, since - WEEK, since - timedelta(days=1)))
        week = counted(asked, actor, cases, among=Group("all", _days(day, since - WEEK, today)))
        for case in whats if week.cases else ():
            found[case] = Change(_total(week.total, case), week.total[f"{case} before"].count)
    return found


def _days(field: str, first: date, last: date) -> tuple[Condition, ...]:
    return Condition(field, "from", (first.isoformat(),)), Condition(field, "to", (last.isoformat(),))


def _total(line: Line, case: str) -> Total:
    amounts = [(minor, currency) for currency, minor in line[case].sum(AMOUNT).items() if minor]
    own = current_tenant().currency
    amounts.sort(key=lambda amount: (amount[1] != own, -amount[0]))
    return Total(line[case].count, tuple(amounts), line.query_of(case).url())


def new_for_me(actor: Membership) -> Query:
    return Query(catalogue.seen_type(Lead.type_key, actor), (MINE, NEW))


def new_in_pool(actor: Membership) -> Query:
    return Query(
        catalogue.seen_type(Lead.type_key, actor), (Condition("owner", "empty"), Condition("team", "empty"), NEW)
    )


def new_leads(actor: Membership) -> tuple[list[Lead], list[Lead]]:
    """Return the leads of mine that nobody has worked on yet, and those that wait in the pool, the latest first."""
    # By updated_at, as the index by owner is: new ones have hardly been changed since they were created.
    mine, pool = (query(actor).rows(actor).order_by("-updated_at", "-id")[:MOST] for query in (new_for_me, new_in_pool))
    found = sorted(mine.union(pool, all=True), key=lambda lead: (lead.updated_at, lead.pk), reverse=True)
    return [lead for lead in found if lead.owner_id], [lead for lead in found if not lead.owner_id]


def is_empty_workspace() -> bool:
    """Whether there is nothing here yet, seen or unseen."""
    return not any(one.model.objects.exists() for one in catalogue.record_types())
