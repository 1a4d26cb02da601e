"""Time makes past customers: of those whose contract has ended, or who have bought nothing for long.

After how many months is the workspace's choice, in ``Tenant.settings["past_customer_months"]`` (None: never). A
contract that still runs keeps a customer, and so does a person's word (``type_kept``). The next win brings them back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import get_locked_account, set_account_type
from crm import events
from crm.picklists.selectors import choice_meaning, ids_meaning, stage_ids_meaning
from crm.tenants.bulk import atomic
from crm.tenants.clock import today
from crm.tenants.context import current_tenant, tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.tenants.workspace_settings import change_setting
from crm.users.models import Membership
from opportunities.models import Opportunity

MONTHS = "past_customer_months"
MOST_MONTHS = 120
DEFAULT_MONTHS = 12
LAPSED_ON = "customers_lapsed_on"  # the workspace's day for which this was done last
BATCH = 200
NAMED = 5


def past_customer_months() -> int | None:
    """Return after how many months without a win a customer becomes a past customer; None: never."""
    return current_tenant().settings.get(MONTHS, DEFAULT_MONTHS)


@atomic
def set_past_customer_months(*, actor: Membership, months: int | None) -> None:
    """Choose after how many months without a win a customer becomes a past customer; None: never."""
    if months is not None and not 1 <= months <= MOST_MONTHS:
        raise ValidationError({"months": _("Give a number of months from 1 to %(most)s.") % {"most": MOST_MONTHS}})
    before = past_customer_months()
    if months == before and MONTHS in current_tenant().settings:
        return
    change_setting(MONTHS, months)
    if months != before:
        events.record(name="workspace.changed", record=None, actor=actor, changes={MONTHS: [before, months]})


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
    now = today() + relativedelta(days=1)
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
        some=tuple(free.order_by("sort_name", "id")[:NAMED]),
    )


def lapse_workspace(tenant: Tenant, is_over: Callable[[], bool] = lambda: False) -> int:
    """Do in ``tenant`` what its new day brings, unless it was done today; return how many became past customers.

    It leaves the rest when the turn ``is_over``.

    Like the delivery of events it enters the tenant itself: a batch is a transaction, so a crash loses one batch, and
    whatever is left is found again an hour later.
    """
    count, after = 0, UUID(int=0)
    while True:
        with tenant_context(tenant):
            forget()  # the tenant object has been through other transactions
            if current_tenant().settings.get(LAPSED_ON, "") >= today().isoformat():
                return count
            lapsed, last = _lapse_batch(after)
            count += lapsed
            if last is None:
                change_setting(LAPSED_ON, today().isoformat())
                return count
            after = last
        if count and is_over():
            return count


@atomic
def lapse_customers() -> int:
    """Make past customers of all for whom it is time; return how many that were."""
    count, after = 0, UUID(int=0)
    while True:
        lapsed, last = _lapse_batch(after)
        count += lapsed
        if last is None:
            return count
        after = last


def _lapse_batch(after: UUID) -> tuple[int, UUID | None]:
    """Go through the next candidates; return how many lapsed, and the last one if there may be more."""
    now, months = today(), past_customer_months()
    due = _customers().filter(_contract_ended(now) | _nothing_won(now, months), type_kept=False, pk__gt=after)
    ids = list(due.order_by("id").values_list("pk", flat=True)[:BATCH])
    lapsed = sum(_lapse(account_id, now, months) for account_id in ids)
    return lapsed, ids[-1] if len(ids) == BATCH else None


def _lapse(account_id: UUID, now: date, months: int | None) -> bool:
    """Look again with the account held: a win, or a person, may have come between."""
    account = get_locked_account(account_id)
    this = _customers().filter(pk=account_id, type_kept=False)
    last = _won().filter(account_id=account_id).order_by("-closed_on", "-id").first()
    if this.filter(_contract_ended(now)).exists():
        lapse: dict[str, Any] = {"reason": "contract_ended", "on": _iso(account.contract_ends_on)}
    elif this.filter(_nothing_won(now, months)).exists():
        lapse = {"reason": "no_win", "months": months}
        if last is not None:
            lapse |= {"opportunity": {"id": str(last.pk), "label": last.name}, "on": _iso(last.closed_on)}
    else:
        return False
    past = choice_meaning("account_type", "past_customer")
    return set_account_type(account=account, type=past, actor=None, lapse=lapse) is not None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _customers() -> QuerySet[Account]:
    return Account.objects.filter(type_id__in=ids_meaning("account_type", "customer"))


def _won() -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(stage_id__in=stage_ids_meaning("won"))


def _wins_of_account() -> QuerySet[Opportunity]:
    return _won().filter(account=OuterRef("pk"))


def _contract_ended(now: date) -> Q:
    """The contract ended before ``now``, and neither a win nor a person came after that."""
    won_since = Exists(_wins_of_account().filter(closed_on__gt=OuterRef("contract_ends_on")))
    customer_since = Q(type_since__gt=F("contract_ends_on"))
    return Q(contract_ends_on__lt=now) & ~customer_since & ~Q(won_since)


def _nothing_won(now: date, months: int | None) -> Q:
    """No contract runs, and nothing was won for so long: since it was made a customer, if a person did that.

    The day on which a workflow did it says nothing: then it noticed a win, and that has a day of its own.
    """
    if months is None:
        return Q(pk__in=[])
    long_ago = now - relativedelta(months=months)
    recent = Exists(_wins_of_account().filter(closed_on__gte=long_ago))
    by_itself = Q(type_because__isnull=False) & Q(Exists(_wins_of_account()))
    by_hand = Q(type_because__isnull=True) & (Q(type_since__lt=long_ago) | Q(type_since=None))
    free = Q(contract_ends_on=None) | Q(contract_ends_on__lt=now)
    return free & (by_itself | by_hand) & ~Q(recent)
