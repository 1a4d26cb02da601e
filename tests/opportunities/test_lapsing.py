"""Time makes past customers: in the night of each workspace's own zone, once, and for a reason that is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from accounts.look import why_type
from accounts.models import Account
from accounts.services import set_account_type, update_account
from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.picklists.selectors import choice_meaning
from crm.tenants.clock import today
from crm.tenants.context import current_tenant, tenant_context
from crm.tenants.models import Tenant
from opportunities.jobs import lapse
from opportunities.models import Opportunity
from opportunities.services import move_to_stage, update_opportunity
from opportunities.services.lapsing import (
    effect_tonight,
    lapse_customers,
    lapse_workspace,
)
from opportunities.settings import PAST_CUSTOMER_MONTHS
from tests import make
from tests.people import Firm, make_firm


@pytest.fixture
def account(inside: Firm) -> Account:
    return make.account(inside.ana, name="Kestrel")


def kind(account: Account) -> str:
    account.refresh_from_db()
    return account.type.meaning


def again(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def of_meaning(meaning: str) -> Any:
    return choice_meaning("account_type", meaning)


def won(firm: Firm, account: Account, closed_on: date, **values: Any) -> Opportunity:
    """A deal won on that day, and what follows from it."""
    deal = make.opportunity(firm.ana, account=account, stage=make.stage("won"), closed_on=closed_on, **values)
    deliver_all()
    return deal


def months(firm: Firm, number: int | None) -> None:
    PAST_CUSTOMER_MONTHS.change(number, actor=firm.ada)


def made_past(account: Account) -> Event:
    return Event.objects.get(record_id=account.pk, name="account.became_past_customer")


def test_twelve_months_without_a_win_unless_the_workspace_says_otherwise(inside: Firm, account: Account) -> None:
    won(inside, account, today() - timedelta(days=400), name="Deal X")
    assert PAST_CUSTOMER_MONTHS.value() == 12
    months(inside, None)
    assert lapse_customers() == 0
    months(inside, 24)
    assert lapse_customers() == 0
    months(inside, 12)
    assert lapse_customers() == 1
    assert kind(account) == "past_customer"
    why = why_type(account, inside.ana)
    assert "nothing was won for 12 months" in why and ">Deal X</a>" in why
    assert lapse_customers() == 0


def test_a_lost_deal_does_not_bring_it_back_and_a_win_does(inside: Firm, account: Account) -> None:
    won(inside, account, today() - timedelta(days=400))
    lapse_customers()
    make.opportunity(inside.ana, account=account, stage=make.stage("lost"))
    deliver_all()
    assert kind(account) == "past_customer"
    won(inside, account, today())
    assert kind(account) == "customer"
    assert lapse_customers() == 0


def test_taking_back_the_win_that_revived_it_makes_it_past_again_at_once(inside: Firm, account: Account) -> None:
    """The win that had lapsed is still there, but time has spoken about it."""
    won(inside, account, today() - timedelta(days=400), name="Deal A")
    lapse_customers()
    second, third = (won(inside, account, today(), name=name) for name in ("Deal B", "Deal C"))
    assert "Deal B" in why_type(again(account), inside.ana)
    move_to_stage(opportunity=second, stage=make.stage(), actor=inside.max)
    deliver_all()
    assert kind(account) == "customer"
    assert "Deal C" in why_type(again(account), inside.ana)
    move_to_stage(opportunity=third, stage=make.stage(), actor=inside.max)
    deliver_all()
    assert kind(account) == "past_customer"
    why = why_type(again(account), inside.ana)
    assert why.startswith("nothing was won for") and "Deal C" not in why
    move_to_stage(opportunity=third, stage=make.stage("won"), actor=inside.ana)
    deliver_all()
    assert kind(account) == "customer"


def test_the_boundary_is_the_same_day_months_ago(inside: Firm) -> None:
    with time_machine.travel(datetime(2026, 3, 31, 17, tzinfo=UTC), tick=False):
        months(inside, 1)
        last_day, day_before = make.account(inside.ana), make.account(inside.ana)
        won(inside, last_day, date(2026, 2, 28))
        won(inside, day_before, date(2026, 2, 27))
        assert lapse_customers() == 1
        assert (kind(last_day), kind(day_before)) == ("customer", "past_customer")


def test_the_end_of_the_contract_ends_the_customer_unless_a_win_came_after(inside: Firm) -> None:
    customer, yesterday = of_meaning("customer"), today() - timedelta(days=1)
    ended = make.account(inside.ana, type=customer, contract_ends_on=yesterday)
    kept = make.account(inside.ana, type=customer, contract_ends_on=yesterday)
    running = make.account(inside.ana, type=customer, contract_ends_on=today())
    renewed = make.account(inside.ana, type=customer, contract_ends_on=yesterday)
    Account.objects.update(type_since=today() - timedelta(days=90))
    set_account_type(account=kept, type=customer, actor=inside.ada, keep=True)
    won(inside, renewed, today())
    assert lapse_customers() == 1
    assert [kind(one) for one in (ended, kept, running, renewed)] == ["past_customer", *["customer"] * 3]
    assert "its contract ended on" in why_type(ended, inside.ana)
    assert made_past(ended).data["on"] == yesterday.isoformat()


def test_a_running_contract_keeps_who_buys_nothing(inside: Firm, account: Account) -> None:
    won(inside, account, today() - timedelta(days=400))
    update_account(account, actor=inside.ana, values={"contract_ends_on": today()})
    assert lapse_customers() == 0
    account.refresh_from_db()
    update_account(account, actor=inside.ana, values={"contract_ends_on": None})
    assert lapse_customers() == 1


def test_a_kept_type_stays_and_is_counted_as_kept(inside: Firm, account: Account) -> None:
    won(inside, account, today() - timedelta(days=400))
    account.refresh_from_db()
    set_account_type(account=account, type=of_meaning("customer"), actor=inside.ada, keep=True)
    Account.objects.update(type_since=today() - timedelta(days=400))
    assert lapse_customers() == 0
    assert (effect_tonight(12).kept, effect_tonight(12).total) == (1, 0)
    account.refresh_from_db()
    set_account_type(account=account, type=of_meaning("customer"), actor=inside.ada, keep=False)
    assert (effect_tonight(12).kept, effect_tonight(12).total) == (0, 1)
    assert lapse_customers() == 1


def test_a_person_is_believed_for_as_long_as_a_win(inside: Firm, account: Account) -> None:
    won(inside, account, today() - timedelta(days=400))
    assert lapse_customers() == 1
    account.refresh_from_db()
    update_account(account, actor=inside.ada, values={"type": of_meaning("customer")})
    with time_machine.travel(datetime.now(UTC) + timedelta(days=364)):
        assert lapse_customers() == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=368)):
        assert lapse_customers() == 1


def test_only_customers_lapse_and_none_from_the_recycle_bin(inside: Firm, account: Account) -> None:
    from accounts.services import delete_account

    long_ago = date(2020, 1, 1)
    vendor = make.account(inside.ana, type=of_meaning("other"), contract_ends_on=long_ago)
    Account.objects.update(type_since=date(2019, 1, 1))
    won(inside, account, today() - timedelta(days=400))
    account.refresh_from_db()
    delete_account(account, actor=inside.ana)
    assert lapse_customers() == 0
    assert kind(vendor) == "other"


def test_the_effect_of_tonight_is_what_the_night_does(inside: Firm) -> None:
    """What lapses only tomorrow is in it, and a choice that is not saved yet can be tried."""
    edge = make.account(inside.ana, name="Edge", type=of_meaning("customer"), contract_ends_on=today())
    old = make.account(inside.ana, name="Old")
    won(inside, old, today() - timedelta(days=100))
    Account.objects.filter(pk=edge.pk).update(type_since=today() - timedelta(days=90))
    as_it_is, tried = effect_tonight(12), effect_tonight(3)
    assert (as_it_is.contract_ended, as_it_is.no_win, as_it_is.total, as_it_is.customers) == (1, 0, 1, 2)
    assert (tried.contract_ended, tried.no_win) == (1, 1)
    assert [one.name for one in tried.some] == ["Edge", "Old"]
    assert lapse_customers() == 0
    months(inside, 3)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert lapse_customers() == tried.total


def test_a_choice_out_of_range_is_refused_and_a_change_is_told(inside: Firm) -> None:
    from django.core.exceptions import ValidationError

    for number in (0, 121):
        with pytest.raises(ValidationError):
            months(inside, number)
    assert PAST_CUSTOMER_MONTHS.value() == 12
    months(inside, 18)
    assert PAST_CUSTOMER_MONTHS.value() == 18
    assert Event.objects.get(name="workspace.changed").changes == {"past_customer_months": [12, 18]}


def test_more_than_a_batch(inside: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opportunities.services.lapsing.BATCH", 2)
    for _number in range(5):
        make.account(inside.ana, type=of_meaning("customer"), contract_ends_on=date(2020, 1, 1))
    Account.objects.update(type_since=date(2019, 1, 1))
    assert lapse_customers() == 5


# The night of each workspace


def in_zone(firm: Firm, zone: str) -> None:
    firm.tenant.time_zone = zone
    firm.tenant.save(update_fields=["time_zone"])


def ending_contract(firm: Firm, day: date) -> Account:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, type=of_meaning("customer"), contract_ends_on=day)
        Account.objects.filter(pk=account.pk).update(type_since=date(2020, 1, 1))
    return account


def run_at(firm: Firm, moment: datetime) -> None:
    """What the job does in this workspace at ``moment``."""
    with time_machine.travel(moment, tick=False):
        lapse_workspace(Tenant.objects.get(pk=firm.tenant.pk))


def type_of(firm: Firm, account: Account) -> str:
    with tenant_context(firm.tenant):
        return kind(account)


@pytest.mark.parametrize(
    ("zone", "last_hour", "first_hour"),
    [
        ("Etc/GMT+8", datetime(2026, 6, 2, 7, 59, tzinfo=UTC), datetime(2026, 6, 2, 8, 0, tzinfo=UTC)),
        ("Pacific/Tongatapu", datetime(2026, 6, 1, 10, 59, tzinfo=UTC), datetime(2026, 6, 1, 11, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 6, 1, 18, 14, tzinfo=UTC), datetime(2026, 6, 1, 18, 15, tzinfo=UTC)),
        ("UTC", datetime(2026, 6, 1, 23, 59, tzinfo=UTC), datetime(2026, 6, 2, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_day_begins_at_the_workspaces_midnight(
    fresh_firm: Firm, zone: str, last_hour: datetime, first_hour: datetime
) -> None:
    in_zone(fresh_firm, zone)
    account = ending_contract(fresh_firm, date(2026, 6, 1))
    run_at(fresh_firm, last_hour)
    assert type_of(fresh_firm, account) == "customer"
    run_at(fresh_firm, first_hour)
    assert type_of(fresh_firm, account) == "past_customer"
    with tenant_context(fresh_firm.tenant):
        account.refresh_from_db()
        assert account.type_since == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", date(2026, 3, 8)),  # 23 hours
        ("America/New_York", date(2026, 11, 1)),  # 25 hours
        ("Africa/Cairo", date(2026, 4, 24)),  # has no midnight: it begins at one
        ("Africa/Cairo", date(2026, 10, 29)),  # its last hour comes twice
        ("Pacific/Auckland", date(2026, 4, 5)),
        ("America/Los_Angeles", date(2026, 11, 1)),
    ],
)
def test_the_days_on_which_clocks_change(fresh_firm: Firm, zone: str, day: date) -> None:
    """Run every hour for three days around it: each contract lapses in the night after its last day, and once."""
    in_zone(fresh_firm, zone)
    days = [day - timedelta(days=1), day, day + timedelta(days=1)]
    accounts = [ending_contract(fresh_firm, one) for one in days]
    local: Callable[[datetime], date] = lambda moment: moment.astimezone(fresh_firm.tenant.zone).date()  # noqa: E731
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=36)
    for hour in range(96):
        moment = start + timedelta(hours=hour)
        run_at(fresh_firm, moment)
        states = [type_of(fresh_firm, account) for account in accounts]
        assert states == ["past_customer" if local(moment) > last else "customer" for last in days], moment
    with tenant_context(fresh_firm.tenant):
        for account, last in zip(accounts, days, strict=True):
            account.refresh_from_db()
            assert account.type_since == last + timedelta(days=1)
            assert Event.objects.filter(record_id=account.pk, name="account.became_past_customer").count() == 1


def test_thirteen_months_without_a_purchase_and_back_with_the_next_win(fresh_firm: Firm) -> None:
    firm = fresh_firm
    with time_machine.travel(datetime(2025, 5, 3, 15, tzinfo=UTC)), tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Kestrel")
        deal = make.opportunity(firm.ana, account=account, name="Deal X")
        move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana)
        deliver_all()
        assert kind(account) == "customer"
    run_at(firm, datetime(2026, 5, 4, 3, 30, tzinfo=UTC))  # 3 May, half past eleven in the evening in New York
    assert type_of(firm, account) == "customer"
    run_at(firm, datetime(2026, 5, 4, 4, 30, tzinfo=UTC))
    assert type_of(firm, account) == "past_customer"
    with time_machine.travel(datetime(2026, 6, 3, 15, tzinfo=UTC)), tenant_context(firm.tenant):
        second = make.opportunity(firm.ana, account=account)
        deliver_all()
        assert kind(account) == "past_customer"
        move_to_stage(opportunity=second, stage=make.stage("won"), actor=firm.ana)
        deliver_all()
        assert kind(account) == "customer"
    run_at(firm, datetime(2026, 6, 4, 12, tzinfo=UTC))
    assert type_of(firm, account) == "customer"


def test_it_runs_once_a_day(fresh_firm: Firm) -> None:
    """What becomes due by a change during the day waits for the night, as the setup page says."""
    noon = datetime(2026, 6, 2, 16, tzinfo=UTC)
    run_at(fresh_firm, noon)
    account = ending_contract(fresh_firm, date(2026, 6, 1))
    run_at(fresh_firm, noon + timedelta(hours=1))
    assert type_of(fresh_firm, account) == "customer"
    run_at(fresh_firm, noon + timedelta(hours=12))
    assert type_of(fresh_firm, account) == "past_customer"


def test_one_workspace_that_fails_stops_no_other_and_is_tried_again(
    fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opportunities.services import lapsing

    firms = [make_firm(f"{fresh_firm.tenant.slug}-broken", "Broken"), fresh_firm]
    accounts = [ending_contract(firm, date(2020, 1, 1)) for firm in firms]
    real, broken = lapsing._lapse_batch, {firms[0].tenant.pk}

    def fails_for_some(after: Any) -> Any:
        if current_tenant().pk in broken:
            raise RuntimeError("no luck")
        return real(after)

    monkeypatch.setattr(lapsing, "_lapse_batch", fails_for_some)
    before_ours = str(UUID(int=fresh_firm.tenant.pk.int - 1))  # those that all tests share stand before it
    lapse(before_ours)
    assert [type_of(firm, account) for firm, account in zip(firms, accounts, strict=True)] == [
        "customer",
        "past_customer",
    ]
    broken.clear()
    lapse(before_ours)
    assert type_of(firms[0], accounts[0]) == "past_customer"


def test_the_job_goes_through_every_workspace(firm: Firm, other_firm: Firm) -> None:
    account = ending_contract(firm, date(2020, 1, 1))
    with time_machine.travel(datetime(2031, 6, 2, 12, tzinfo=UTC)):
        lapse()
    assert type_of(firm, account) == "past_customer"
    for one in (firm, other_firm):
        assert Tenant.objects.get(pk=one.tenant.pk).state["customers_lapsed_on"] == "2031-06-02"


def test_a_win_between_finding_and_writing_keeps_the_customer(
    inside: Firm, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opportunities.services import lapsing

    won(inside, account, today() - timedelta(days=400))
    real = lapsing.get_locked_account

    def locked_late(account_id: Any) -> Account:
        deal = Opportunity.objects.get(account=account_id)
        update_opportunity(deal, actor=inside.ana, values={"closed_on": today()})
        return real(account_id)

    monkeypatch.setattr(lapsing, "get_locked_account", locked_late)
    assert lapse_customers() == 0
    assert kind(account) == "customer"
