"""Time makes past customers: of those whose contract has ended, or who have bought nothing for long.

After how many months is the workspace's choice, ``PAST_CUSTOMER_MONTHS`` (None: never). A contract that still runs
keeps a customer, and so does a person's word (``type_kept``). The next win brings them back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.events import BECAME_CUSTOMER
from accounts.models import Account
from accounts.picklists import AccountType
from accounts.selectors import Standing
from accounts.services import get_locked_account, settle_account
from crm import events
from crm.events.models import Event
from crm.events.selectors import said_by_a_person
from crm.ground.writes import service
from crm.picklists.models import Meaning
from crm.picklists.selectors import choice_meaning, ids_meaning, stage_ids_meaning
from crm.tenants.clock import start_of, today
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.users.models import Membership
from opportunities.events import LAPSED
from opportunities.models import Opportunity
from opportunities.settings import LAPSED_ON, PAST_CUSTOMER_MONTHS

BATCH = 200
REASONS = ("contract_ended", "no_win")
RUNS_SHOWN = 14
MOST_OF_ERROR = 300
NAMED, NAMED_BEFORE_RUN = 5, 100


@dataclass(frozen=True)
class Effect:
    """Whom the coming night would make past customers, and why; ``kept`` are those whom only a person's word keeps."""

    contract_ended: int
    no_win: int
    kept: int
    customers: int
    some: tuple[Account, ...]  # the first of them by name

    @property
    def total(self) -> int:
        return self.contract_ended + self.no_win


def effect_tonight(months: int | None) -> Effect:
    """Return what the coming night would do if the workspace's choice were ``months``."""
    return effect(months, today() + relativedelta(days=1), NAMED)


def effect_now() -> Effect:
    """Return what ``lapse_now`` would do at this moment."""
    return effect(PAST_CUSTOMER_MONTHS.value(), today(), NAMED_BEFORE_RUN)


def effect(months: int | None, now: date, named: int) -> Effect:
    """Return whom the day ``now`` makes past customers, ``named`` of them by name."""
    ended, no_win = _contract_ended(now), _nothing_won(now, months)
    customers = _customers()
    lapsing = customers.filter(ended | no_win)
    free = lapsing.filter(type_kept=False)
    by_contract = free.filter(ended).count()
    return Effect(
        contract_ended=by_contract,
        no_win=free.count() - by_contract,
        kept=lapsing.filter(type_kept=True).count(),
        customers=customers.count(),
        some=tuple(free.order_by("sort_name", "id")[:named]),
    )


def lapsing_tonight(ids: Collection[UUID]) -> list[Account]:
    """Return those of these accounts which the coming night makes past customers."""
    tomorrow = today() + relativedelta(days=1)
    due = _contract_ended(tomorrow) | _nothing_won(tomorrow, PAST_CUSTOMER_MONTHS.value())
    return list(_customers().filter(due, type_kept=False, pk__in=ids).order_by("sort_name"))


def lapse_workspace(tenant: Tenant, is_over: Callable[[], bool] = lambda: False) -> int:
    """Do in ``tenant`` what its new day brings, unless it was done today; return how many became past customers.

    It leaves the rest when the turn ``is_over``.

    Like the delivery of events it enters the tenant itself: a batch is a transaction, so a crash loses one batch, and
    whatever is left is found again an hour later.
    """
    with tenant_context(tenant):
        forget()  # the tenant object has been through other transactions
        if LAPSED_ON.value() >= today().isoformat():
            return 0
    count, _finished = _run(tenant, None, is_over)
    return count


def lapse_now(tenant: Tenant, actor_id: UUID, is_over: Callable[[], bool]) -> bool:
    """Do the same because a person asked, whether or not it was done today; return whether nothing is left to do."""
    _count, finished = _run(tenant, actor_id, is_over)
    return finished


def note_failure(tenant: Tenant, error: Exception, actor_id: UUID | None = None) -> None:
    """Leave word of a run that failed, for the admins."""
    with tenant_context(tenant):
        _note_run(actor_id, {"error": f"{type(error).__name__}: {error}"[:MOST_OF_ERROR]})


def last_runs() -> list[Event]:
    """Return the latest runs, the last first: ``data`` has the number for each reason, or the ``error``."""
    return list(Event.objects.filter(name=LAPSED.name).select_related("actor").order_by("-at", "-id")[:RUNS_SHOWN])


def _run(tenant: Tenant, actor_id: UUID | None, is_over: Callable[[], bool]) -> tuple[int, bool]:
    found: Counter[str] = Counter()
    after: UUID | None = UUID(int=0)
    leaves = False
    while after is not None and not leaves:
        with tenant_context(tenant):
            forget()
            lapsed, after = _lapse_batch(after)
            found += lapsed
            leaves = bool(found) and is_over()
            if after is None or leaves:
                _note_run(actor_id, {reason: found[reason] for reason in REASONS})
            if after is None:
                LAPSED_ON.keep(today().isoformat())
    return found.total(), after is None


def _note_run(actor_id: UUID | None, data: dict[str, Any]) -> None:
    actor = Membership.objects.filter(pk=actor_id).first() if actor_id else None
    events.record(LAPSED, record=None, actor=actor, data=data)


@service
def lapse_customers() -> int:
    """Make past customers of all for whom it is time; return how many that were."""
    found: Counter[str] = Counter()
    after: UUID | None = UUID(int=0)
    while after is not None:
        lapsed, after = _lapse_batch(after)
        found += lapsed
    return found.total()


def _lapse_batch(after: UUID) -> tuple[Counter[str], UUID | None]:
    """Go through the next candidates; return how many lapsed for each reason, and the last one if there may be more."""
    now, months = today(), PAST_CUSTOMER_MONTHS.value()
    due = _customers().filter(_contract_ended(now) | _nothing_won(now, months), type_kept=False, pk__gt=after)
    ids = list(due.order_by("id").values_list("pk", flat=True)[:BATCH])
    lapsed = Counter(filter(None, (_lapse(account_id, now, months) for account_id in ids)))
    return lapsed, ids[-1] if len(ids) == BATCH else None


def _lapse(account_id: UUID, now: date, months: int | None) -> str:
    """Make it a past customer and return the reason, or "": a win, or a person, may have come between."""
    account = get_locked_account(account_id)
    this = _customers().filter(pk=account_id, type_kept=False)
    last = _won().filter(account_id=account_id).order_by(F("closed_on").desc(nulls_last=True), "-id").first()
    if this.filter(_contract_ended(now)).exists():
        lapse: dict[str, Any] = {"reason": "contract_ended", "on": _iso(account.contract_ends_on)}
    elif this.filter(_nothing_won(now, months)).exists():
        lapse = {"reason": "no_win", "months": months}
        if last is not None:
            lapse |= {"opportunity": {"id": str(last.pk), "label": last.name}, "on": _iso(last.closed_on)}
    else:
        return ""
    past = choice_meaning("account_type", AccountType.PAST_CUSTOMER)
    settle_account(account, Standing(past, today()), because=None, lapse=lapse)
    return str(lapse["reason"])


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _customers() -> QuerySet[Account]:
    return Account.objects.filter(type_id__in=ids_meaning("account_type", AccountType.CUSTOMER))


def _won() -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(stage_id__in=stage_ids_meaning(Meaning.WON))


def _wins_of_account() -> QuerySet[Opportunity]:
    return _won().filter(account=OuterRef("pk"))


def _contract_ended(now: date) -> Q:
    """The contract ended before ``now``, and neither a win nor the word of a person came after that.

    The day on which the account was written, or on which a workflow noticed a win, is neither: who moves here brings
    contracts that ended long ago.
    """
    won_since = Exists(_wins_of_account().filter(closed_on__gt=OuterRef("contract_ends_on")))
    said_since = Q(type_because__isnull=True, type_since__gt=F("contract_ends_on")) & Q(_said_knowing_the_contract())
    return Q(contract_ends_on__lt=now) & ~said_since & ~Q(won_since)


def _said_knowing_the_contract() -> Exists:
    """Whether a person made a customer of the account when the end of its contract stood there already."""
    of_account = Event.objects.filter(record_type=Account.type_key)
    entered = of_account.filter(
        record_id=OuterRef("record_id"), changes__has_key="contract_ends_on", at__gte=OuterRef("at")
    )
    said = of_account.filter(said_by_a_person(), record_id=OuterRef("pk"), name=BECAME_CUSTOMER.name)
    return Exists(said.filter(~Exists(entered)))


def _nothing_won(now: date, months: int | None) -> Q:
    """No contract runs, and nothing was won for so long: since it was made a customer, if a person did that.

    The day on which a workflow did it says nothing: then it noticed a win, and that has a day of its own. Where nobody
    knows the day, it counts from when the record was brought here.
    """
    if months is None:
        return Q(pk__in=[])
    long_ago = now - relativedelta(months=months)
    entered_lately = Q(created_at__gte=start_of(long_ago))
    recent = Exists(_wins_of_account().filter(Q(closed_on__gte=long_ago) | Q(closed_on=None) & entered_lately))
    by_itself = Q(type_because__isnull=False) & Q(Exists(_wins_of_account()))
    by_hand = Q(type_because__isnull=True) & (Q(type_since__lt=long_ago) | Q(type_since=None) & ~entered_lately)
    free = Q(contract_ends_on=None) | Q(contract_ends_on__lt=now)
    return free & (by_itself | by_hand) & ~Q(recent)
