"""What accounts are to us, as their opportunities and their log tell it: looked up for many accounts at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.events import CREATED, TYPE_EVENTS
from accounts.models import Account
from accounts.picklists import AccountType
from accounts.selectors import last_type_changes
from crm.events.models import Event
from crm.events.types import names
from crm.picklists.models import Meaning
from crm.picklists.selectors import ids_meaning, stage_ids_meaning
from crm.tenants.clock import day_of
from opportunities.events import WON
from opportunities.models import Opportunity


@dataclass(frozen=True)
class Win:
    """A won opportunity: the day on which it was, if anybody knows it, and the moment since which it stands here."""

    on: date | None
    known: datetime


Wins = dict[UUID, Win]


def _type_in(event: Event) -> str:
    """The id of the type that the event gave, "" when it gave none."""
    given = (event.changes.get("type") or [None])[-1]
    return given["id"] if given else ""


@dataclass(frozen=True)
class Facts:
    """What is known of one account: its won opportunities (of one that somebody called a past customer those won
    since), the event by which the latest of them was won, where the account may need it as its reason, the event that
    last set its type and followed from no other (a person did it, or time did), and whether it has opportunities, every
    one of which was lost.
    """

    wins: Wins
    latest_win: Event | None
    set_otherwise: Event | None
    lost_only: bool


def gather_facts(accounts: Sequence[Account]) -> dict[UUID, Facts]:
    """Return those of ``accounts``, which must be locked: a query for each kind of fact, however many accounts."""
    ids = [account.pk for account in accounts]
    otherwise = last_type_changes(ids)
    wins = _wins(ids, otherwise)
    latest = _latest_wins(accounts, wins)
    lost = _lost_only(ids)
    return {pk: Facts(wins.get(pk, {}), latest.get(pk), otherwise.get(pk), pk in lost) for pk in ids}


def _wins(ids: Sequence[UUID], otherwise: Mapping[UUID, Event]) -> dict[UUID, Wins]:
    found: dict[UUID, Wins] = defaultdict(dict)
    won = Opportunity.objects.filter(stage_id__in=stage_ids_meaning(Meaning.WON), account_id__in=ids)
    told = won.values_list("account_id", "pk", "closed_on", "created_at", "stage_since")
    for account_id, pk, on, made, moved in told:
        found[account_id][pk] = Win(on, max(made, moved or made))
    for account_id, day in _said_past(found.keys(), otherwise).items():
        found[account_id] = {pk: win for pk, win in found[account_id].items() if win.on and win.on >= day}
    return dict(found)


def _said_past(won: Set[UUID], otherwise: Mapping[UUID, Event]) -> dict[UUID, date]:
    """When a person or a file said last of those accounts that each is a past customer: what was won before, or
    nobody knows when, is no news then. Nothing but wins may have made it something else since."""
    past, customer = (
        {str(pk) for pk in ids_meaning("account_type", meaning)}
        for meaning in (AccountType.PAST_CUSTOMER, AccountType.CUSTOMER)
    )
    set_otherwise = {pk: event for pk, event in otherwise.items() if pk in won}
    of_accounts = Event.objects.filter(record_type=Account.type_key)
    made = of_accounts.filter(name=CREATED.name, record_id__in=won - set_otherwise.keys())
    said = [event for event in (*set_otherwise.values(), *made) if event.actor_id and _type_in(event) in past]
    found = {event.record_id: event for event in said if event.record_id is not None}
    later = of_accounts.filter(name__in=names(*TYPE_EVENTS), record_id__in=found)
    for event in later if found else ():
        said_at = found.get(event.record_id) if event.record_id else None
        if said_at and event.at > said_at.at and _type_in(event) not in past | customer | {""}:
            found = {pk: one for pk, one in found.items() if one is not said_at}
    return {pk: day_of(event.at) for pk, event in found.items()}


def _latest_wins(accounts: Sequence[Account], wins: Mapping[UUID, Wins]) -> dict[UUID, Event]:
    """Of all that may need it: whatever is a customer because of a win that still counts does not."""
    place = {
        win: account.pk
        for account in accounts
        for win in wins.get(account.pk, ())
        if account.type.meaning != AccountType.CUSTOMER
        or (account.type_because is not None and account.type_because.record_id not in wins[account.pk])
    }
    won = Event.objects.filter(record_type="opportunities", record_id__in=list(place), name=WON.name)
    return {place[event.record_id]: event for event in won.order_by("at", "id") if event.record_id is not None}


def _lost_only(ids: Sequence[UUID]) -> set[UUID]:
    lost = set(stage_ids_meaning(Meaning.LOST))
    stages: dict[UUID, set[UUID]] = defaultdict(set)
    there = Opportunity.objects.filter(account_id__in=ids).values_list("account_id", "stage_id").distinct()
    for account_id, stage_id in there.order_by():
        stages[account_id].add(stage_id)
    return {account_id for account_id, found in stages.items() if found <= lost}
