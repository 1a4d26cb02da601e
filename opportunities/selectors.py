"""Questions about opportunities."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.models import Contact
from contacts.selectors import by_name
from crm import catalogue
from crm.activities.next_step import Ahead, ahead_of
from crm.catalogue.types import Badge, Objection
from crm.picklists.models import Meaning, Stage
from crm.picklists.selectors import pipeline, stages
from crm.picklists.selectors import stage as stage_by_id
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.records.access import linked_records, visible_records
from crm.tenants.clock import day_of, today
from crm.tenants.prepared import prepared
from crm.users.access import hide_from
from crm.users.models import Membership
from opportunities.models import Opportunity, OpportunityContact, StageVisit

_SEEN, WITH_DAY = "_seen_ahead", "_with_day"  # attributes of an opportunity that a list shows
OPEN, WON, LOST = (Condition("stage", "is", (f"meaning:{one}",)) for one in (Meaning.OPEN, Meaning.WON, Meaning.LOST))
STALE_DAYS = 14  # in one stage for longer: the board warns
MOST_COLLEAGUES = 8
LATEST = ("-updated_at", "-id")


@dataclass(frozen=True)
class Step:
    """A stage in the bar of an opportunity."""

    stage: Stage
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Visit:
    """One stay in a stage, and how long it was or has been; ``before`` was spent there in earlier stays.

    Nobody knows how long one was whose beginning is unknown.
    """

    stage: Stage
    entered_at: datetime | None
    left_at: datetime | None
    entered_by: Membership | None
    before: timedelta = timedelta()

    @property
    def lasted(self) -> timedelta | None:
        return (self.left_at or timezone.now()) - self.entered_at if self.entered_at else None

    @property
    def cumulative(self) -> timedelta:
        """All known time in this stage, up to the end of this stay."""
        return self.before + (self.lasted or timedelta())

    @property
    def is_return(self) -> bool:
        return bool(self.before)

    @property
    def days(self) -> int | None:
        """Whole days of the workspace between entering and leaving."""
        if self.entered_at is None:
            return None
        last = day_of(self.left_at) if self.left_at else today()
        return (last - day_of(self.entered_at)).days


def meaning_of(opportunity: Opportunity) -> str:
    """Return what the opportunity's stage means: open, won or lost."""
    return stage_by_id(opportunity.stage_id).meaning


def stage_bar(opportunity: Opportunity) -> list[Step]:
    """Return the stages of the opportunity's pipeline; those before its own in which it has been are marked as done."""
    current = stage_by_id(opportunity.stage_id)
    shown = [
        one for one in stages(pipeline(opportunity.pipeline_id), active_only=False) if one.is_active or one == current
    ]
    here = shown.index(current)
    behind = [one.pk for one in shown[:here] if one.meaning == Meaning.OPEN] if current.meaning != Meaning.LOST else []
    entered = {*behind}.intersection(one.stage_id for one in _stays(opportunity)) if behind else set()
    return [Step(one, is_done=one.pk in entered, is_current=index == here) for index, one in enumerate(shown)]


def _stays(opportunity: Opportunity) -> list[StageVisit]:
    """Its stays in stages, the first one first, with the name of who moved it there."""
    came_along: list[dict[str, Any]] | None = vars(opportunity).get("stays")
    if came_along is not None:
        return [_stay(one) for one in came_along]
    return _visits(opportunity_id=opportunity.pk)


def stage_fact(key: str) -> dict[str, Any]:
    """The same for the page of an opportunity."""
    stays = _in_turn(StageVisit.objects.filter(opportunity_id=OuterRef("pk")))
    told = JSONObject(stage="stage_id", since="entered_at", until="left_at", by="entered_by__name")
    return {"stays": ArraySubquery(stays.values(told=told))}


def _stay(told: dict[str, Any]) -> StageVisit:
    since, until = (datetime.fromisoformat(told[name]) if told[name] else None for name in ("since", "until"))
    by = None if told["by"] is None else Membership(name=told["by"])
    return StageVisit(stage_id=UUID(told["stage"]), entered_at=since, left_at=until, entered_by=by)


def stage_history(opportunity: Opportunity) -> list[Visit]:
    """Return the stays of the opportunity in its stages, the first one first; reopening keeps them."""
    spent: dict[UUID, timedelta] = {}
    found = []
    for one in _stays(opportunity):
        before = spent.get(one.stage_id, timedelta())
        visit = Visit(stage_by_id(one.stage_id), one.entered_at, one.left_at, one.entered_by, before)
        spent[one.stage_id] = visit.cumulative
        found.append(visit)
    return found


@prepared
def _visits(*, opportunity_id: UUID) -> QuerySet[StageVisit]:
    return _in_turn(StageVisit.objects.filter(opportunity_id=opportunity_id)).select_related("entered_by")


def _in_turn(visits: QuerySet[StageVisit]) -> QuerySet[StageVisit]:
    first_left = F("left_at").asc(nulls_last=True)  # a file may tell of a move before one that was made here
    return visits.order_by(first_left, F("entered_at").asc(nulls_first=True), "id")


def age_days(opportunity: Opportunity) -> int | None:
    """Return the days from opening to closing, or to today: the cycle length of a closed one. None: nobody knows."""
    last = today() if meaning_of(opportunity) == Meaning.OPEN else opportunity.closed_on
    return (last - opportunity.opened_on).days if last and opportunity.opened_on else None


def days_in_stage(opportunity: Opportunity) -> int | None:
    """Return how long it has been in its stage; None: nobody knows."""
    return (today() - day_of(opportunity.stage_since)).days if opportunity.stage_since else None


def card_facts(opportunity: Opportunity) -> dict[str, Any]:
    """What a board says of an opportunity beside its fields."""
    days, now = days_in_stage(opportunity), today()
    step_on, instead = opportunity.next_step_on, ahead(opportunity)
    return {
        "days": days,
        "today": now,
        "stale": days is not None and days > STALE_DAYS,
        "overdue": is_overdue(opportunity),
        "ahead": instead,
        "no_step": instead is None and _is_to_be_seen(opportunity),
        "step_is_over": step_on is not None and step_on < now,
    }


def is_overdue(opportunity: Opportunity) -> bool:
    """Whether it is open although it was expected to be closed by now."""
    expected = opportunity.expected_close_on
    return expected is not None and expected < today() and meaning_of(opportunity) == Meaning.OPEN


def badges(opportunity: Opportunity) -> list[Badge]:
    """What stands beside the name of an opportunity."""
    if meaning_of(opportunity) != Meaning.OPEN:
        return []
    found = []
    if is_overdue(opportunity):
        found.append(Badge(_("Past its expected close"), "danger", "clock-alert"))
    if has_no_next_step(opportunity):
        found.append(Badge(_("No next step"), "warning", "triangle-alert"))
    return found


def stage_to_reopen_into(opportunity: Opportunity) -> Stage:
    """Return the open stage that a closed opportunity was in last, or else the first one of its pipeline."""
    open_stages = [one for one in stages(pipeline(opportunity.pipeline_id)) if one.meaning == Meaning.OPEN]
    visits = StageVisit.objects.filter(opportunity=opportunity, stage__in=open_stages)
    last = visits.order_by(F("entered_at").desc(nulls_last=True), "-id").first()
    return stage_by_id(last.stage_id) if last else open_stages[0]


def is_the_win_of(opportunity: Opportunity) -> bool:
    """Whether this is the win because of which its account is a customer."""
    cause = opportunity.account.type_because if opportunity.account else None
    return meaning_of(opportunity) == Meaning.WON and cause is not None and cause.record_id == opportunity.pk


def contact_roles(opportunity: Opportunity) -> list[OpportunityContact]:
    """Return who plays which part, the primary one first."""
    return _parts(opportunity_id=opportunity.pk)


@prepared
def _parts(*, opportunity_id: UUID) -> QuerySet[OpportunityContact]:
    parts = OpportunityContact.objects.filter(opportunity_id=opportunity_id).select_related("contact")
    return parts.order_by("-is_primary", "contact__sort_name", "id")


def becomes_main(parts: Iterable[OpportunityContact], contact: Contact, *, is_wanted: bool) -> bool:
    """Whether ``contact`` becomes the main one beside ``parts``: because that ``is_wanted``, or as the first of all."""
    known = {part.contact_id: part.is_primary for part in parts}
    return (is_wanted or not known) and not known.get(contact.pk)


def colleagues(actor: Membership, opportunity: Opportunity, parts: list[OpportunityContact]) -> list[Contact]:
    """Return people of the opportunity's account who play no part in it yet, as far as ``actor`` may see them."""
    if opportunity.account is None:
        return []
    there = {part.contact_id for part in parts}
    people = by_name(actor, "account", opportunity.account, MOST_COLLEAGUES + len(there))
    return [one for one in people if one.pk not in there][:MOST_COLLEAGUES]


def opportunities_of_account(actor: Membership, account: Account) -> Query:
    """Ask for those that ``actor`` may see."""
    return _with(actor, "account", account)


def latest_of_account(actor: Membership, account: Account, most: int) -> list[Opportunity]:
    """Return those ``most`` of them that were changed last and that ``actor`` may see."""
    opportunities = catalogue.record_type(Opportunity.type_key)
    return linked_records(actor, opportunities, "account", account.pk, order=LATEST, most=most)


def opportunities_of_contact(actor: Membership, contact: Contact) -> Query:
    """Ask for the opportunities in which ``contact`` plays a part."""
    return _with(actor, "involved_contact", contact)


def _with(actor: Membership, field: str, record: Account | Contact) -> Query:
    return Query(catalogue.seen_type(Opportunity.type_key, actor), (Condition(field, "is", (str(record.pk),)),))


def by_meaning(opportunities: list[Opportunity]) -> dict[str, list[Opportunity]]:
    """Split into open, won and lost."""
    found: dict[str, list[Opportunity]] = {meaning.value: [] for meaning in Meaning}
    for one in opportunities:
        found[meaning_of(one)].append(one)
    return found


def objections_to_opportunities(actor: Membership, rows: Sequence[dict[str, Any]]) -> list[Objection | None]:
    """Say of each of the new opportunities ``rows`` whether its main contact belongs to another account."""
    theirs = [_account_of_contact(values) for values in rows]
    wanted = {pk for pk in theirs if pk}
    accounts = visible_records(actor, catalogue.record_type(Account.type_key)).in_bulk(wanted) if wanted else {}
    return [_of_another(values, accounts.get(pk)) if pk else None for values, pk in zip(rows, theirs, strict=True)]


def objections_to_changes(
    actor: Membership, changes: Sequence[tuple[Opportunity, dict[str, Any]]]
) -> list[Objection | None]:
    """The same of opportunities that get another account or contact."""
    return objections_to_opportunities(actor, [_with_both(actor, *one) for one in changes])


def _with_both(actor: Membership, opportunity: Opportunity, values: dict[str, Any]) -> dict[str, Any]:
    """Account and contact as they are to be; nothing where neither changes."""
    if not values.keys() & {"account", "contact"}:
        return {}
    for here in (opportunity.account, opportunity.contact):
        hide_from(actor, here)
    return {"account": opportunity.account, "contact": opportunity.contact} | values


def objection_to_main(actor: Membership, opportunity: Opportunity, contact: Contact | None) -> Objection | None:
    """The same of an opportunity whose main contact is, or is to be, ``contact``."""
    return objections_to_changes(actor, [(opportunity, {"contact": contact})])[0]


def _account_of_contact(values: Mapping[str, Any]) -> UUID | None:
    """The account of the contact, where the opportunity is to be with another."""
    account, contact = values.get("account"), values.get("contact")
    theirs: UUID | None = getattr(contact, "account_id", None)
    return theirs if account is not None and theirs != getattr(account, "pk", None) else None


def _of_another(values: Mapping[str, Any], theirs: Account | None) -> Objection:
    contact, account = values["contact"], values["account"]
    words = {
        "contact": _("The main contact") if contact.is_hidden else contact.name,
        "account": _("the account of the opportunity") if getattr(account, "is_hidden", False) else account.name,
    }
    if theirs is None:  # out of the actor's sight
        return Objection(str(_("%(contact)s belongs to another account, not to %(account)s.") % words))
    text = _("%(contact)s belongs to the account %(theirs)s, not to %(account)s.")
    return Objection(str(text % (words | {"theirs": theirs.name})))


def is_open(opportunity: Any) -> bool:
    """Whether it stands in an open stage; one that is not in any yet does not."""
    return opportunity.stage_id is not None and meaning_of(opportunity) == Meaning.OPEN


def look_ahead(opportunities: Iterable[Any], names: Collection[str]) -> None:
    """Look up at once what the fields ``names`` show of what is ahead: one statement at most for all of them."""
    if "next_step" not in names:
        return
    rows = list(opportunities)
    found = ahead_of("opportunities", [one.pk for one in rows if _is_to_be_seen(one)])
    for one in rows:
        setattr(one, _SEEN, found.get(one.pk))
        setattr(one, WITH_DAY, "next_step_on" not in names)


def ahead(opportunity: Any) -> Ahead | None:
    """Return what is ahead of an open opportunity that has no next step of its own."""
    if not _is_to_be_seen(opportunity):
        return None
    if not hasattr(opportunity, _SEEN):
        look_ahead([opportunity], ("next_step", "next_step_on"))
    seen: Ahead | None = getattr(opportunity, _SEEN)
    return seen


def _is_to_be_seen(opportunity: Any) -> bool:
    is_untold = "next_step" in opportunity.without  # as it is hidden from whoever looks
    return not (opportunity.next_step or is_untold or opportunity._state.adding) and is_open(opportunity)


def has_no_next_step(opportunity: Any) -> bool:
    """Whether nothing says what is to happen next with an opportunity that is open; who does not see the next step is
    not told so."""
    return _is_to_be_seen(opportunity) and ahead(opportunity) is None
