"""What follows by itself: winning makes a customer, and taking the only win back unmakes it.

That time makes a past one is ``services.lapsing``.

The handler does not act on the event but on the facts as they are by then, so that events may come late, twice or in
any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Max, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.look import Lapse, declare_lapse
from accounts.models import Account
from accounts.picklists import AccountType
from accounts.selectors import Standing, previous_standing
from accounts.services import get_locked_accounts, set_lost_only, settle_account
from crm import events
from crm.activities import events as activities
from crm.activities.following import Held, follow, when_held
from crm.activities.models import ActivityKind, ActivityLink
from crm.events.models import Event
from crm.events.services import build
from crm.ground.writes import collect_inserts, insert_many
from crm.picklists.models import Stage
from crm.picklists.selectors import choice_meaning
from crm.picklists.usage import Afterwards, Entry, follow_replacement
from crm.tenants.clock import today
from opportunities.events import (
    ACCOUNT_CHANGED,
    CHANGED,
    CONTACT_ADDED,
    CONTACT_REMOVED,
    DELETED,
    LOST,
    OPPORTUNITY,
    REOPENED,
    RESTORED,
    STAGE_CHANGED,
    UNSEEN,
    WON,
)
from opportunities.models import Opportunity
from opportunities.services.account_facts import Facts, gather_facts

FOLLOWS = "account-life"  # the key of the handler
TOLD_AT_ONCE = 5000
declare_lapse("contract_ended", Lapse(_lazy("its contract ended on {on}"), (Account.type_key, "contract_ends_on")))
declare_lapse(
    "no_win",
    Lapse(
        _lazy("nothing was won {period}"),
        (OPPORTUNITY.key, "closed_on"),
        OPPORTUNITY.noun,
        OPPORTUNITY.key,
        _lazy("the last was {record} on {day}"),
        UNSEEN,
    ),
)
TOUCHING = (WON, LOST, REOPENED, DELETED, RESTORED, ACCOUNT_CHANGED, CHANGED)


def _touches_account(event: Event) -> bool:
    return not event.was(CHANGED) or "closed_on" in event.changes


@events.on_many(
    *TOUCHING,
    key=FOLLOWS,
    label=_lazy("Customers and past customers"),
    when=_touches_account,
)
def follow_opportunities(happened: Sequence[Event]) -> dict[UUID, str]:
    """Bring the accounts that the events touch in line with their opportunities, each of them once."""
    touched = touched_accounts(happened)
    return settle(get_locked_accounts(touched), touched)


def _is_activity(event: Event) -> bool:
    """Whether a person did something to an opportunity that is no change of its own fields. What is still to be done,
    a task or a planned meeting, has not been done.
    """
    if event.actor_id is None or event.because_id is not None:  # what follows from something else is nobody's activity
        return False
    if event.was(activities.CREATED) and (event.data.get("kind") == "task" or event.data.get("planned")):
        return False
    return event.record_type == "opportunities" or bool(_activity_places(event))


@events.on(
    activities.CREATED,
    activities.TASK_COMPLETED,
    CONTACT_ADDED,
    CONTACT_REMOVED,
    key="opportunity-activity",
    label=_lazy("Last activity of opportunities"),
    when=_is_activity,
)
def note_activity(event: Event) -> str:
    """Keep the time when somebody last did something for an opportunity."""
    ids = _activity_places(event) if event.record_type != "opportunities" else [event.record_id]
    _active(ids, event.at)
    return ""


@follow
def activity_of(record: Any) -> tuple[str, ...]:
    """Keep it for one that somebody has just written something down about."""
    if not isinstance(record, Opportunity):
        return ()
    links = ActivityLink.objects.filter(record_type="opportunities", record_id=record.pk)
    links = links.filter(occurred_at__lte=timezone.now(), activity__deleted_at=None)
    written = links.exclude(activity__kind=ActivityKind.TASK).exclude(activity__created_by=None)
    at = written.aggregate(last=Max("activity__created_at"))["last"]
    if at is not None:
        _active([record.pk], at)
    return ("last_activity_at",)


@when_held
def note_held(meetings: Held) -> None:
    for key, record_id, at in meetings:
        if key == "opportunities":
            _active([record_id], at)


def _active(ids: Iterable[UUID | None], at: datetime) -> None:
    earlier = Q(last_activity_at__lt=at) | Q(last_activity_at=None)
    Opportunity.all_objects.filter(earlier, pk__in=ids).update(last_activity_at=at)


def _activity_places(event: Event) -> list[UUID]:
    """The opportunities on which an activity stands."""
    return [UUID(record_id) for key, record_id in event.data.get("records", ()) if key == "opportunities"]


def settle(accounts: Sequence[Account], happened: Mapping[UUID, Sequence[Event]]) -> dict[UUID, str]:
    """Give ``accounts``, which are locked, what their opportunities call for: ``happened`` tells why one looks, by
    account, the latest last. Return what was done, by the id of the event because of which it was.
    """
    facts = gather_facts(accounts)
    said: dict[UUID, list[str]] = defaultdict(list)
    with collect_inserts():
        for account in accounts:
            because, outcomes = _settle_account(account, happened[account.pk], facts[account.pk])
            said[because.pk] += outcomes
    return {event_id: " ".join(outcomes) for event_id, outcomes in said.items() if outcomes}


def _settle_account(account: Account, happened: Sequence[Event], facts: Facts) -> tuple[Event, list[str]]:
    """Write what ``facts`` call for; return the event because of which it is so, and what was done."""
    because = next((event for event in reversed(happened) if event.record_id in facts.wins), happened[-1])
    standing, undoes = _called_for(account, facts, because)
    words = {"account": account.name}
    said = []
    if standing is not None:
        event = settle_account(account, standing, because=because, undoes=undoes)
        if event is not None and "type" in event.changes:
            said.append(_("%(account)s became: %(type)s.") % {**words, "type": standing.type.label})
    if set_lost_only(account=account, lost_only=facts.lost_only, because=because) is not None:
        sentence = _("%(account)s: lost only.") if facts.lost_only else _("%(account)s: no longer lost only.")
        said.append(sentence % words)
    return because, said


def _called_for(account: Account, facts: Facts, because: Event) -> tuple[Standing | None, Event | None]:
    """What the account is to be (None: what it is) as its won opportunities call for it, and the event that is taken
    back by that, if one is.

    A type that a person asked to keep stays. One that a person set, or that time brought, stays until the next win.
    """
    is_customer, cause = account.type.meaning == AccountType.CUSTOMER, account.type_because
    if account.type_kept or (is_customer and cause is None):
        return None, None
    holds = cause if is_customer and cause is not None and cause.record_id in facts.wins else None
    if holds is None and (not facts.wins or _set_otherwise_since(facts, because)):
        return _as_before(account, because) if is_customer else (None, None)
    reason = holds or facts.latest_win or because
    customer = account.type if is_customer else choice_meaning("account_type", AccountType.CUSTOMER)
    return Standing(customer, _customer_since(facts), reason.pk), None


def _set_otherwise_since(facts: Facts, because: Event) -> bool:
    """Whether a person or the calendar set the type after all of these wins: then they no longer count."""
    change = facts.set_otherwise
    if change is None or any(win.known > change.at for win in facts.wins.values()):
        return False
    return not (because.at > change.at and because.record_id in facts.wins)


def _customer_since(facts: Facts) -> date | None:
    """The day of its first win: of those entered since a person or the calendar made it something else, if any was.

    None: nobody knows it of any of them.
    """
    change, wins = facts.set_otherwise, facts.wins.values()
    since = [win.on for win in wins if change is None or win.known > change.at]
    days = [day for day in since or [win.on for win in wins] if day is not None]
    return min([*days, today()]) if days else None


def _as_before(account: Account, because: Event) -> tuple[Standing, Event | None]:
    """What it was before a win made it a customer, since then and for that reason; else a prospect."""
    before = previous_standing(account)
    if before is None or before[0].type.meaning == AccountType.CUSTOMER:
        return Standing(choice_meaning("account_type", AccountType.PROSPECT), today(), because.pk), None
    return before


def touched_accounts(happened: Sequence[Event]) -> dict[UUID, list[Event]]:
    """What of ``happened`` touches each account: that of its opportunity, and the one which that was with before."""
    happened = [event for event in happened if event.was(*TOUCHING) and _touches_account(event)]
    opportunities = Opportunity.all_objects.filter(pk__in={event.record_id for event in happened})
    account_ids = dict(opportunities.values_list("pk", "account_id"))
    touched: dict[UUID, list[Event]] = defaultdict(list)
    for event in sorted(happened, key=lambda event: (event.at, event.pk)):
        found = {UUID(value["id"]) for value in event.changes.get("account", ()) if value}
        found |= {account_id} if event.record_id and (account_id := account_ids.get(event.record_id)) else set()
        for account_id in found:
            touched[account_id].append(event)
    return touched


@follow_replacement
def take_outlook_of_replacement(entry: Entry, replacement: Entry) -> Afterwards | None:
    """Give the opportunities of a stage that is deleted what the other one says, as a move there would; a probability
    that was set by hand stays. Each gets an event, so that whoever looks what has changed finds it."""
    if not isinstance(entry, Stage) or not isinstance(replacement, Stage):
        return None
    of_stage = Opportunity.all_objects.filter(stage=entry)
    held = of_stage.select_for_update(no_key=True).order_by("pk")
    before = list(held.values_list("pk", "probability", "probability_overridden"))
    by_hand = When(probability_overridden=True, then=F("probability"))
    is_stages = When(probability=replacement.probability, then=Value(value=False))
    of_stage.update(
        probability=Case(by_hand, default=Value(replacement.probability)),
        probability_overridden=Case(is_stages, default=F("probability_overridden")),
        forecast_category=replacement.forecast_category,
        updated_at=timezone.now(),
    )
    moved = {"stage": [{"id": str(one.pk), "label": one.label} for one in (entry, replacement)]}

    def event_of(deal: tuple[UUID, int, bool], because: Event) -> Event:
        pk, probability, is_by_hand = deal
        stays = is_by_hand or probability == replacement.probability
        changes = moved if stays else moved | {"probability": [probability, replacement.probability]}
        record, actor = Opportunity(pk=pk), because.actor
        return build(STAGE_CHANGED, record=record, actor=actor, because=because, changes=changes)

    def tell(because: Event) -> None:
        for start in range(0, len(before), TOLD_AT_ONCE):
            some = before[start : start + TOLD_AT_ONCE]
            insert_many(Event, [event_of(deal, because) for deal in some])  # no message: no workflow runs

    return tell
