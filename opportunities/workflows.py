"""What follows by itself: winning makes a customer, and taking the only win back unmakes it.

That time makes a past one is ``services.lapsing``.

The handler does not act on the event but on the facts as they are by then, so that events may come late, twice or in
any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.selectors import last_type_change
from accounts.services import (
    get_locked_account,
    meaning_of,
    set_account_type,
    set_lost_only,
    set_type_cause,
    set_type_since,
)
from crm import events
from crm.activities.following import follow
from crm.events.models import Event
from crm.picklists.models import Choice
from crm.picklists.selectors import choice, choice_meaning, stage_ids_meaning
from crm.tenants.clock import today
from opportunities.models import Opportunity

FOLLOWS = "account-life"  # the key of the handler


@dataclass(frozen=True)
class Win:
    """A won opportunity: the day on which it was, if anybody knows it, and the moment since which it stands here."""

    on: date | None
    known: datetime


Wins = dict[UUID, Win]


def _touches_account(event: Event) -> bool:
    return event.name != "opportunity.changed" or "closed_on" in event.changes


@events.on(
    "opportunity.won",
    "opportunity.lost",
    "opportunity.reopened",
    "opportunity.deleted",
    "opportunity.restored",
    "opportunity.account_changed",
    "opportunity.changed",
    key=FOLLOWS,
    when=_touches_account,
)
def follow_opportunity(event: Event) -> str:
    """Bring the accounts that the event touches in line with their opportunities."""
    outcomes: list[str] = []
    for account_id in sorted(_accounts_of(event)):
        account = get_locked_account(account_id)
        outcomes += [settle_type(account, because=event), settle_lost_only(account, because=event)]
    return " ".join(outcome for outcome in outcomes if outcome)


def _is_activity(event: Event) -> bool:
    """Whether a person did something to an opportunity that is no change of its own fields."""
    if event.actor_id is None or event.because_id is not None:  # what follows from something else is nobody's activity
        return False
    return event.record_type == "opportunities" or bool(_activity_places(event))


@events.on(
    "activity.created",
    "task.completed",
    "opportunity.contact_added",
    "opportunity.contact_removed",
    key="opportunity-activity",
    when=_is_activity,
)
def note_activity(event: Event) -> str:
    """Keep the time when somebody last did something for an opportunity."""
    ids = _activity_places(event) if event.record_type != "opportunities" else [event.record_id]
    rows = Opportunity.all_objects.filter(pk__in=ids, last_activity_at__lt=event.at)
    rows.update(last_activity_at=event.at)
    return ""


@follow
def activity_of(record: Any) -> tuple[str, ...]:
    """Keep it for one that somebody has just written something down about."""
    if not isinstance(record, Opportunity):
        return ()
    now = timezone.now()
    Opportunity.all_objects.filter(pk=record.pk, last_activity_at__lt=now).update(last_activity_at=now)
    return ("last_activity_at",)


def _activity_places(event: Event) -> list[UUID]:
    """The opportunities on which an activity stands."""
    return [UUID(record_id) for key, record_id in event.data.get("records", ()) if key == "opportunities"]


def settle_type(account: Account, *, because: Event) -> str:
    """Give the account the type that its won opportunities call for; say what was done.

    A type that a person asked to keep stays. One that a person set, or that time brought, stays until the next win.
    The account must be locked.
    """
    if account.type_kept:
        return ""
    rows = won_opportunities().filter(account=account).values_list("pk", "closed_on", "created_at", "stage_since")
    wins = {pk: Win(on, max(made, moved or made)) for pk, on, made, moved in rows}
    count = bool(wins) and not _set_otherwise_since(account, wins, because)
    if meaning_of(account) != "customer":
        return _make_customer(account, wins, because) if count else ""
    cause = account.type_because
    if cause is None:  # a person's word
        return ""
    if cause.record_id not in wins:
        if not count:
            return _take_back(account, because)
        set_type_cause(account=account, cause=_latest_win(wins))
    set_type_since(account=account, since=_customer_since(account, wins), because=because)
    return ""


def settle_lost_only(account: Account, *, because: Event) -> str:
    """Note whether the account has opportunities and every one of them was lost; say what was done."""
    its_own = Opportunity.objects.filter(account=account)
    lost = stage_ids_meaning("lost")
    lost_only = its_own.filter(stage_id__in=lost).exists() and not its_own.exclude(stage_id__in=lost).exists()
    if set_lost_only(account=account, lost_only=lost_only, because=because) is None:
        return ""
    words = {"account": account.name}
    return (_("%(account)s: lost only.") if lost_only else _("%(account)s: no longer lost only.")) % words


def won_opportunities() -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(stage_id__in=stage_ids_meaning("won"))


def _accounts_of(event: Event) -> set[UUID]:
    """The opportunity's account, and the one it was with before."""
    opportunity = Opportunity.all_objects.filter(pk=event.record_id).first()
    found = {opportunity.account_id} if opportunity else set()
    found |= {UUID(value["id"]) for value in event.changes.get("account", ()) if value}
    return {account_id for account_id in found if account_id is not None}


def _make_customer(account: Account, wins: Wins, because: Event) -> str:
    customer = choice_meaning("account_type", "customer")
    since = _customer_since(account, wins)
    cause = _latest_win(wins) or because
    set_account_type(
        account=account,
        type=customer,
        actor=None,
        because=because,
        cause=cause,
        since=since,
        since_known=since is not None,
    )
    return _became(account, customer)


def _customer_since(account: Account, wins: Wins) -> date | None:
    """The day of its first win: of those entered since a person or the calendar made it something else, if any was.

    None: nobody knows it of any of them.
    """
    change = last_type_change(account, by_itself=True)
    since = [win.on for win in wins.values() if change is None or win.known > change.at]
    days = [day for day in since or [win.on for win in wins.values()] if day is not None]
    return min([*days, today()]) if days else None


def _take_back(account: Account, because: Event) -> str:
    before = _type_before(account)
    set_account_type(account=account, type=before, actor=None, because=because)
    return _became(account, before)


def _became(account: Account, type: Choice) -> str:
    return _("%(account)s became: %(type)s.") % {"account": account.name, "type": type.label}


def _type_before(account: Account) -> Choice:
    """What the account was before a win made it a customer, or else a prospect."""
    change = last_type_change(account)
    old = (change.changes.get("type") or [None])[0] if change else None
    if old:
        found = Choice.objects.filter(pk=old["id"], is_active=True).first()
        if found is not None and found.meaning != "customer":
            return choice(found.pk)
    return choice_meaning("account_type", "prospect")


def _set_otherwise_since(account: Account, wins: Wins, because: Event) -> bool:
    """Whether a person or the calendar set the type after all of these wins: then they no longer count."""
    change = last_type_change(account, by_itself=True)
    if change is None or any(win.known > change.at for win in wins.values()):
        return False
    return not (because.at > change.at and because.record_id in wins)


def _latest_win(wins: Wins) -> Event | None:
    won = Event.objects.filter(record_type="opportunities", record_id__in=list(wins))
    return won.filter(name="opportunity.won").order_by("-at", "-id").first()
