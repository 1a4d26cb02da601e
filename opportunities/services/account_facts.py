"""What accounts are to us, as their opportunities and their log tell it: looked up for many accounts at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from accounts.models import Account
from accounts.selectors import last_type_changes
from accounts.services import meaning_of
from crm.events.models import Event
from crm.picklists.selectors import stage_ids_meaning
from opportunities.models import Opportunity


@dataclass(frozen=True)
class Win:
    """A won opportunity: the day on which it was, if anybody knows it, and the moment since which it stands here."""

    on: date | None
    known: datetime


Wins = dict[UUID, Win]


class Facts:
    """Of ``accounts``, which must be locked. A query for each kind of fact, however many accounts there are."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.accounts = accounts
        self.ids = [account.pk for account in accounts]

    @cached_property
    def wins(self) -> dict[UUID, Wins]:
        """Their won opportunities, by account."""
        found: dict[UUID, Wins] = defaultdict(dict)
        won = Opportunity.objects.filter(stage_id__in=stage_ids_meaning("won"), account_id__in=self.ids)
        for account_id, pk, on, made, moved in won.values_list(
            "account_id", "pk", "closed_on", "created_at", "stage_since"
        ):
            found[account_id][pk] = Win(on, max(made, moved or made))
        return dict(found)

    @cached_property
    def lost_only(self) -> set[UUID]:
        """Those that have opportunities, every one of which was lost."""
        lost = set(stage_ids_meaning("lost"))
        stages: dict[UUID, set[UUID]] = defaultdict(set)
        there = Opportunity.objects.filter(account_id__in=self.ids).values_list("account_id", "stage_id").distinct()
        for account_id, stage_id in there.order_by():
            stages[account_id].add(stage_id)
        return {account_id for account_id, found in stages.items() if found <= lost}

    @cached_property
    def set_otherwise(self) -> dict[UUID, Event]:
        """The event that last set their type and followed from no other: a person did it, or time did."""
        return last_type_changes(self.ids, by_itself=True)

    def latest_win(self, account: Account) -> Event | None:
        """The event by which the latest of its wins was won."""
        return self._latest_wins.get(account.pk)

    @cached_property
    def _latest_wins(self) -> dict[UUID, Event]:
        """Of all that may need it: whatever is a customer because of a win that still counts does not."""
        place = {win: pk for pk, wins in self.wins.items() for win in wins if pk in self._without_reason}
        won = Event.objects.filter(record_type="opportunities", record_id__in=list(place), name="opportunity.won")
        return {place[event.record_id]: event for event in won.order_by("at", "id") if event.record_id is not None}

    @cached_property
    def _without_reason(self) -> set[UUID]:
        return {
            account.pk
            for account in self.accounts
            if meaning_of(account) != "customer"
            or (
                account.type_because is not None and account.type_because.record_id not in self.wins.get(account.pk, ())
            )
        }
