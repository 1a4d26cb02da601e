"""A customer whose contract ended before it was entered is one no longer; and since when an account is a customer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accounts.look import life_line
from accounts.models import Account
from accounts.services import set_account_type, update_account
from crm import events
from crm.bulk.events import STARTED
from crm.bulk.models import BulkRun
from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.picklists.selectors import choice_meaning
from opportunities.models import Opportunity
from opportunities.services import delete_opportunity, move_to_stage, update_opportunity
from opportunities.services.lapsing import effect_tonight, lapse_customers
from tests import make
from tests.people import Firm

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)
LONG_AGO = date(2025, 1, 31)


def of_meaning(meaning: str) -> Any:
    return choice_meaning("account_type", meaning)


def kind(account: Account) -> str:
    account.refresh_from_db()
    return account.type.meaning


def win(firm: Firm, account: Account, day: date, name: str = "W4 first deal") -> Opportunity:
    deal = make.opportunity(
        firm.ana, account=account, name=name, stage=make.stage("won"), opened_on=None, closed_on=day
    )
    deliver_all()
    return deal


@time_machine.travel(NOW)
def test_a_contract_that_ended_before_the_account_was_entered(inside: Firm) -> None:
    customer = of_meaning("customer")
    moved_here = make.account(inside.ana, name="Moved", type=customer, contract_ends_on=LONG_AGO)
    running = make.account(inside.ana, type=customer, contract_ends_on=date(2027, 1, 31))
    without = make.account(inside.ana, type=customer)
    told = effect_tonight(12)
    assert (told.contract_ended, told.no_win, [one.name for one in told.some]) == (1, 0, ["Moved"])
    assert lapse_customers() == 1
    assert [kind(one) for one in (moved_here, running, without)] == ["past_customer", "customer", "customer"]


@time_machine.travel(NOW)
def test_won_before_the_contract_ended_but_entered_after(inside: Firm) -> None:
    account = make.account(inside.ana, contract_ends_on=date(2026, 11, 25))
    after = make.account(inside.ana, contract_ends_on=date(2026, 11, 25))
    win(inside, account, date(2026, 11, 10))
    win(inside, after, date(2026, 11, 26))
    assert (kind(account), kind(after)) == ("customer", "customer")
    assert lapse_customers() == 1
    assert (kind(account), kind(after)) == ("past_customer", "customer")


@time_machine.travel(NOW)
def test_the_word_of_who_knew_that_the_contract_had_ended_counts(inside: Firm) -> None:
    customer = of_meaning("customer")
    knew = make.account(inside.ana, contract_ends_on=LONG_AGO)
    set_account_type(account=knew, type=customer, actor=inside.ana)
    did_not = make.account(inside.ana)
    set_account_type(account=did_not, type=customer, actor=inside.ana)
    update_account(Account.objects.get(pk=did_not.pk), actor=inside.ana, values={"contract_ends_on": LONG_AGO})
    assert lapse_customers() == 1
    assert (kind(knew), kind(did_not)) == ("customer", "past_customer")


@time_machine.travel(NOW)
@pytest.mark.parametrize("in_bulk", [False, True])
def test_what_a_person_says_for_many_at_once_is_a_persons_word(inside: Firm, in_bulk: bool) -> None:
    run = events.record(STARTED, record=BulkRun(), actor=inside.ana) if in_bulk else None
    kept, lost = make.account(inside.ana, contract_ends_on=LONG_AGO), make.account(inside.ana)
    win(inside, lost, date(2026, 11, 25))
    assert kind(lost) == "customer"
    for account, meaning in ((kept, "customer"), (lost, "past_customer")):
        update_account(
            Account.objects.get(pk=account.pk), actor=inside.ana, values={"type": of_meaning(meaning)}, because=run
        )
    assert lapse_customers() == 0
    make.opportunity(inside.ana, account=lost, name="Another", stage=make.stage("lost"))
    deliver_all()
    assert (kind(kept), kind(lost)) == ("customer", "past_customer")


# --- Since when


def line(firm: Firm, account: Account) -> list[tuple[str, date, str]]:
    fresh = Account.objects.select_related("type_because").get(pk=account.pk)
    return [(one.label, one.since, one.why) for one in life_line(fresh, firm.ada)]


@time_machine.travel(NOW)
def test_the_life_line_follows_a_corrected_closing_day(inside: Firm) -> None:
    account = make.account(inside.ana)
    deal = win(inside, account, date(2026, 11, 26))
    assert line(inside, account)[0][1] == date(2026, 11, 26)
    update_opportunity(Opportunity.objects.get(pk=deal.pk), actor=inside.ana, values={"closed_on": date(2025, 12, 20)})
    deliver_all()
    label, since, why = line(inside, account)[0]
    assert (label, since) == ("Customer", date(2025, 12, 20))
    assert "on Dec 20, 2025" in why
    assert "Nov 26" not in why
    account.refresh_from_db()
    assert account.type_since == date(2025, 12, 20)
    # Once more, and again after it lapsed: the chapter of then is corrected too.
    update_opportunity(Opportunity.objects.get(pk=deal.pk), actor=inside.ana, values={"closed_on": date(2025, 10, 20)})
    deliver_all()
    assert lapse_customers() == 1
    past, customer, prospect = line(inside, account)
    assert (past[0], past[1]) == ("Past customer", date(2026, 11, 26))
    assert (customer[0], customer[1]) == ("Customer", date(2025, 10, 20))
    assert "on Oct 20, 2025" in customer[2]
    assert "on Oct 20, 2025" in past[2]
    assert prospect[0] == "Prospect"


@time_machine.travel(NOW)
def test_a_customer_since_the_first_win_whatever_the_day_of_entry(inside: Firm) -> None:
    account = make.account(inside.ana)
    second = win(inside, account, date(2026, 3, 1))
    account.refresh_from_db()
    assert account.type_since == date(2026, 3, 1)
    first = make.opportunity(inside.ana, account=account, stage=make.stage("won"), closed_on=date(2017, 5, 10))
    deliver_all()
    account.refresh_from_db()
    assert account.type_since == date(2017, 5, 10)
    delete_opportunity(Opportunity.objects.get(pk=first.pk), actor=inside.ana)
    deliver_all()
    account.refresh_from_db()
    assert (account.type_since, kind(account)) == (date(2026, 3, 1), "customer")
    with pytest.raises(ValidationError, match="in the future"):
        update_opportunity(
            Opportunity.objects.get(pk=second.pk), actor=inside.ana, values={"closed_on": date(2026, 12, 24)}
        )


def test_who_came_back_is_a_customer_since_then(inside: Firm) -> None:
    account = make.account(inside.ana)
    with time_machine.travel(NOW - timedelta(days=500)):
        win(inside, account, date(2025, 6, 1), name="Old")
    with time_machine.travel(NOW):
        assert lapse_customers() == 1
    with time_machine.travel(NOW + timedelta(days=3)):
        again = make.opportunity(inside.ana, account=account)
        move_to_stage(opportunity=again, stage=make.stage("won"), actor=inside.ana)
        deliver_all()
        account.refresh_from_db()
        assert (kind(account), account.type_since) == ("customer", date(2026, 11, 29))
        assert Event.objects.filter(record_id=account.pk, name="account.became_customer").count() == 2


@pytest.mark.parametrize("times", [1, 2])
@time_machine.travel(NOW)
def test_the_same_correction_told_twice_is_one(inside: Firm, times: int) -> None:
    from opportunities.workflows import follow_opportunities

    account = make.account(inside.ana)
    deal = win(inside, account, date(2026, 11, 26))
    event = update_opportunity(
        Opportunity.objects.get(pk=deal.pk), actor=inside.ana, values={"closed_on": date(2026, 1, 2)}
    )
    assert event
    for _time in range(times):
        follow_opportunities([event])
    corrections = Event.objects.filter(record_id=account.pk, name="account.changed", changes__has_key="type_since")
    assert corrections.count() == 1
