"""Questions about opportunities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Account
from contacts.models import Contact
from crm.picklists.models import Stage
from crm.picklists.selectors import pipeline, stages
from crm.picklists.selectors import stage as stage_by_id
from crm.records import registry
from crm.records.access import visible_records
from crm.tenants.clock import day_of, today
from crm.users.models import Membership
from opportunities.models import Opportunity, OpportunityContact, StageVisit

STALE_DAYS = 14  # in one stage for longer: the board warns


@dataclass(frozen=True)
class Step:
    """A stage in the bar of an opportunity."""

    stage: Stage
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Visit:
    """One stay in a stage, and how long it was or has been."""

    stage: Stage
    entered_at: datetime
    left_at: datetime | None
    entered_by: Membership | None

    @property
    def lasted(self) -> timedelta:
        return (self.left_at or timezone.now()) - self.entered_at

    @property
    def days(self) -> int:
        """Whole days of the workspace between entering and leaving."""
        last = day_of(self.left_at) if self.left_at else today()
        return (last - day_of(self.entered_at)).days


def meaning_of(opportunity: Opportunity) -> str:
    """Return what the opportunity's stage means: open, won or lost."""
    return stage_by_id(opportunity.stage_id).meaning


def stage_bar(opportunity: Opportunity) -> list[Step]:
    """Return the stages of the opportunity's pipeline, those behind it marked as done."""
    current = stage_by_id(opportunity.stage_id)
    shown = [
        one for one in stages(pipeline(opportunity.pipeline_id), active_only=False) if one.is_active or one == current
    ]
    here = shown.index(current)
    lost = current.meaning == "lost"
    return [
        Step(one, is_done=index < here and not lost and one.meaning == "open", is_current=index == here)
        for index, one in enumerate(shown)
    ]


def stage_history(opportunity: Opportunity) -> list[Visit]:
    """Return the stays of the opportunity in its stages, the first one first; reopening keeps them."""
    visits = StageVisit.objects.filter(opportunity=opportunity).select_related("entered_by")
    return [
        Visit(stage_by_id(one.stage_id), one.entered_at, one.left_at, one.entered_by)
        for one in visits.order_by("entered_at", "id")
    ]


def age_days(opportunity: Opportunity) -> int:
    """Return the days from opening to closing, or to today: the cycle length of a closed one."""
    return ((opportunity.closed_on or today()) - opportunity.opened_on).days


def days_in_stage(opportunity: Opportunity) -> int:
    return (today() - day_of(opportunity.stage_since)).days


def card_facts(opportunity: Opportunity) -> dict[str, Any]:
    """What a board says of an opportunity beside its fields."""
    days = days_in_stage(opportunity)
    return {"days": days, "stale": days > STALE_DAYS}


def contact_roles(opportunity: Opportunity) -> list[OpportunityContact]:
    """Return who plays which part, the primary one first."""
    parts = OpportunityContact.objects.filter(opportunity=opportunity).select_related("contact")
    return list(parts.order_by("-is_primary", "contact__sort_name", "id"))


def opportunities_of_account(actor: Membership, account: Account) -> QuerySet[Opportunity]:
    """Return the opportunities of ``account`` that ``actor`` may see, those changed last first."""
    return _visible(actor).filter(account=account).order_by("-updated_at", "-id")


def opportunities_of_contact(actor: Membership, contact: Contact) -> QuerySet[Opportunity]:
    """Return the opportunities in which ``contact`` plays a part, as far as ``actor`` may see them."""
    parts = OpportunityContact.objects.filter(contact=contact).values("opportunity_id")
    return _visible(actor).filter(Q(contact=contact) | Q(pk__in=parts)).order_by("-updated_at", "-id")


def by_meaning(opportunities: list[Opportunity]) -> dict[str, list[Opportunity]]:
    """Split into open, won and lost."""
    found: dict[str, list[Opportunity]] = {"open": [], "won": [], "lost": []}
    for one in opportunities:
        found[meaning_of(one)].append(one)
    return found


def _visible(actor: Membership) -> QuerySet[Any]:
    return visible_records(actor, registry.record_type("opportunities")).select_related("owner")
