"""What follows by itself: winning makes a customer, and taking the only win back unmakes it.

That time makes a past one is ``services.lapsing``.

The handler does not act on the event but on the facts as they are by then, so that events may come late, twice or in
any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Max, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Account
from accounts.selectors import Lapse, declare_lapse, last_type_change
from accounts.services import (
    get_locked_accounts,
    meaning_of,
    set_account_type,
    set_lost_only,
    set_type_cause,
    set_type_since,
    take_type_back,
)
from crm import events
from crm.activities import events as activities
from crm.activities.following import Held, follow, when_held
from crm.activities.models import ActivityKind, ActivityLink
from crm.events.models import Event
from crm.events.services import build
from crm.picklists.models import Choice, Stage
from crm.picklists.selectors import choice, choice_meaning
from crm.picklists.usage import Afterwards, Entry, follow_replacement
from crm.tenants.bulk import collect_inserts, insert_many
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
from opportunities.services.account_facts import Facts, Wins

FOLLOWS = "account-life"  # the key of the handler
TOLD_AT_ONCE = 5000
declare_lapse("contract_ended", Lapse(_lazy("its contract ended on {on}")))
declare_lapse(
    "no_win",
    Lapse(
        _lazy("nothing was won {period}"),
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
    facts = Facts(accounts)
    said: dict[UUID, list[str]] = defaultdict(list)
    with collect_inserts():
        for account in accounts:
            for because, outcome in _settle_account(account, happened[account.pk], facts):
                said[because.pk].append(outcome)
    return {event_id: " ".join(outcomes) for event_id, outcomes in said.items()}


def _settle_account(account: Account, happened: Sequence[Event], facts: Facts) -> Iterator[tuple[Event, str]]:
    wins = facts.wins.get(account.pk, {})
    because = happened[-1]
    win = next((event for event in reversed(happened) if event.record_id in wins), because)
    if outcome := _settle_type(account, wins, because, win, facts):
        yield (win if meaning_of(account) == "customer" else because), outcome
    lost_only = account.pk in facts.lost_only
    if set_lost_only(account=account, lost_only=lost_only, because=because) is not None:
        words = {"account": account.name}
        yield because, (_("%(account)s: lost only.") if lost_only else _("%(account)s: no longer lost only.")) % words


def _settle_type(account: Account, wins: Wins, because: Event, win: Event, facts: Facts) -> str:
    """Give the account the type that its won opportunities call for; say what was done.

    A type that a person asked to keep stays. One that a person set, or that time brought, stays until the next win.
    """
    if account.type_kept:
        return ""
    change = facts.set_otherwise.get(account.pk)
    count = bool(wins) and not _set_otherwise_since(change, wins, win)
    if meaning_of(account) != "customer":
        return _make_customer(account, wins, win, facts) if count else ""
    cause = account.type_because
    if cause is None:  # a person's word
        return ""
    if cause.record_id not in wins:
        if not count:
            return _take_back(account, because)
        set_type_cause(account=account, cause=facts.latest_win(account))
    set_type_since(account=account, since=_customer_since(change, wins), because=because)
    return ""


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


def _make_customer(account: Account, wins: Wins, because: Event, facts: Facts) -> str:
    customer = choice_meaning("account_type", "customer")
    since = _customer_since(facts.set_otherwise.get(account.pk), wins)
    cause = facts.latest_win(account) or because
    set_account_type(
        account=account,
        type=customer,
        actor=None,
        because=because,
        cause=cause,
        since=since,
        since_known=since is not None,
        is_locked=True,
    )
    return _became(account, customer)


def _customer_since(change: Event | None, wins: Wins) -> date | None:
    """The day of its first win: of those entered since ``change``, by which a person or the calendar made it something
    else, if any was.

    None: nobody knows it of any of them.
    """
    since = [win.on for win in wins.values() if change is None or win.known > change.at]
    days = [day for day in since or [win.on for win in wins.values()] if day is not None]
    return min([*days, today()]) if days else None


def _take_back(account: Account, because: Event) -> str:
    """Make it again what it was before a win made it a customer, since then and for that reason; else a prospect."""
    change = last_type_change(account)
    before = _type_before(change) if change is not None else None
    if change is None or before is None:
        before = choice_meaning("account_type", "prospect")
        set_account_type(account=account, type=before, actor=None, because=because, is_locked=True)
    else:
        take_type_back(account, event=change, values={"type": before}, actor=None, because=because)
    return _became(account, before)


def _became(account: Account, type: Choice) -> str:
    return _("%(account)s became: %(type)s.") % {"account": account.name, "type": type.label}


def _type_before(change: Event) -> Choice | None:
    """What the account was before ``change``, if that can still be had and is no customer."""
    old = (change.changes.get("type") or [None])[0]
    found = Choice.objects.filter(pk=old["id"], is_active=True).first() if old else None
    return choice(found.pk) if found is not None and found.meaning != "customer" else None


def _set_otherwise_since(change: Event | None, wins: Wins, because: Event) -> bool:
    """Whether a person or the calendar set the type after all of these wins: then they no longer count."""
    if change is None or any(win.known > change.at for win in wins.values()):
        return False
    return not (because.at > change.at and because.record_id in wins)


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
