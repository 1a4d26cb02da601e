"""Winning makes a customer; taking the only win back unmakes it; a person's word stands."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.look import life_line, why_type
from accounts.models import Account
from accounts.selectors import Standing
from accounts.services import set_account_type, settle_account, update_account
from crm.events.delivery import deliver_all
from crm.events.models import Event, HandlerRun, OutboxMessage
from crm.picklists.selectors import choice_meaning
from crm.records.taking_back import take_back
from crm.users.models import Membership
from opportunities.models import Opportunity
from opportunities.services import delete_opportunity, move_to_stage, restore_opportunity, update_opportunity
from opportunities.workflows import follow_opportunities
from tests import make
from tests.people import Firm


@pytest.fixture
def account(inside: Firm) -> Account:
    return make.account(inside.ana, name="Kestrel")


def kind(account: Account) -> str:
    account.refresh_from_db()
    return account.type.meaning


def of_meaning(meaning: str) -> object:
    return choice_meaning("account_type", meaning)


def win(opportunity: Opportunity, firm: Firm) -> None:
    move_to_stage(opportunity=opportunity, stage=make.stage("won"), actor=firm.ana)
    deliver_all()


def lose(opportunity: Opportunity, firm: Firm) -> None:
    reason = choice_meaning("loss_reason", "sales")
    move_to_stage(opportunity=opportunity, stage=make.stage("lost"), actor=firm.ana, loss_reason=reason)
    deliver_all()


def reopen(opportunity: Opportunity, firm: Firm) -> None:
    move_to_stage(opportunity=opportunity, stage=make.stage("open"), actor=firm.max)
    deliver_all()


def test_a_name_in_the_reason_turns_nothing_around(inside: Firm, account: Account) -> None:
    """Its sentence is made with ``format_html``, for the link."""
    win(make.opportunity(inside.ana, account=account, name="Deal \u202eX"), inside)
    assert kind(account) == "customer"
    assert ">\u2068Deal \u202eX\u2069</a>" in why_type(account, inside.ana)


def test_a_new_account_is_a_prospect(account: Account) -> None:
    assert kind(account) == "prospect"


def test_winning_makes_a_customer_and_says_why(inside: Firm, account: Account) -> None:
    opportunity = make.opportunity(inside.ana, account=account, name="Deal X")
    win(opportunity, inside)
    assert kind(account) == "customer"
    became = Event.objects.get(record_id=account.pk, name="account.became_customer")
    assert became.because.name == "opportunity.won"
    assert became.because.record_id == opportunity.pk
    why = why_type(account, inside.ana)
    assert "won <a" in why and ">Deal X</a>" in why and why.endswith("by Ana Owner")
    assert HandlerRun.objects.get(handler="account-life").outcome == "Kestrel became: Customer."


def test_who_may_not_see_the_deal_is_not_told_its_name(inside: Firm, account: Account) -> None:
    win(make.opportunity(inside.ana, account=account, name="Secret deal"), inside)
    account.refresh_from_db()
    sam = Membership.objects.select_related("role").get(pk=inside.sam.pk)  # not what other tests use too
    sam.role.access = {**sam.role.access, "opportunities": {"view": "own"}}
    assert "Secret deal" in why_type(account, inside.ada)
    assert "Secret deal" not in why_type(account, sam)
    assert "won an opportunity on" in why_type(account, sam)


def test_created_as_won_counts(inside: Firm, account: Account) -> None:
    make.opportunity(inside.ana, account=account, stage=make.stage("won"))
    deliver_all()
    assert kind(account) == "customer"


def test_lost_leaves_the_type(inside: Firm, account: Account) -> None:
    lose(make.opportunity(inside.ana, account=account), inside)
    assert kind(account) == "prospect"


@pytest.mark.parametrize("before", ["prospect", "past_customer"])
@pytest.mark.parametrize("undo", [reopen, lose, lambda one, firm: delete_opportunity(one, actor=firm.ana)])
def test_taking_the_only_win_back_restores_what_it_was(
    inside: Firm, account: Account, before: str, undo: object
) -> None:
    if before != "prospect":
        set_account_type(account=account, type=of_meaning(before), actor=inside.ada)
    opportunity = make.opportunity(inside.ana, account=account)
    win(opportunity, inside)
    assert kind(account) == "customer"
    undo(opportunity, inside)  # type: ignore[operator]
    deliver_all()
    assert kind(account) == before


@pytest.mark.parametrize("undo", [reopen, lose, lambda one, firm: delete_opportunity(one, actor=firm.ana)])
@pytest.mark.parametrize("since", [date(2020, 1, 1), None])
def test_taking_the_only_win_back_restores_since_when_and_why_it_was_that(
    inside: Firm, account: Account, since: date | None, undo: object
) -> None:
    """Also where the day of the win was corrected meanwhile, and where a person's word in between was taken back."""
    cause = Event.objects.get(record_id=make.lead(inside.ana).pk)
    prospect = of_meaning("prospect")
    set_account_type(account=account, type=of_meaning("past_customer"), actor=inside.ada)
    settle_account(account, Standing(prospect, since, cause.pk), because=cause)
    before = [(one.label, one.since, one.why) for one in life_line(account, inside.ada)]
    opportunity = make.opportunity(inside.ana, account=account, opened_on=date(2024, 5, 1))
    win(opportunity, inside)
    update_opportunity(opportunity, actor=inside.ana, values={"closed_on": date(2024, 5, 3)})
    deliver_all()
    by_hand = update_account(account_of(opportunity), actor=inside.ada, values={"type": of_meaning("past_customer")})
    take_back(account_of(opportunity), by_hand, actor=inside.ada)
    assert (kind(account), account.type_since) == ("customer", date(2024, 5, 3))
    undo(opportunity, inside)  # type: ignore[operator]
    deliver_all()
    assert (kind(account), account.type_since, account.type_because_id) == ("prospect", since, cause.pk)
    assert [(one.label, one.since, one.why) for one in life_line(account, inside.ada)] == before
    other = make.opportunity(inside.ana, account=account)
    win(other, inside)
    assert [one.label for one in life_line(account_of(other), inside.ada)][:2] == ["Customer", "Prospect"]


def test_undo_of_a_mistaken_win_leaves_no_trace_on_the_account(inside: Firm) -> None:
    account = make.account(inside.ana, type_since=date(2020, 1, 1))
    before = [(one.label, one.since, one.why) for one in life_line(account, inside.ana)]
    opportunity = make.opportunity(inside.ana, account=account)
    win(opportunity, inside)
    won = Event.objects.get(record_id=opportunity.pk, name="opportunity.won")
    take_back(opportunity, won, actor=inside.ana)
    deliver_all()
    assert (kind(account), account.type_since) == ("prospect", date(2020, 1, 1))
    assert [(one.label, one.since, one.why) for one in life_line(account, inside.ana)] == before


def test_bringing_a_deleted_win_back_counts_as_winning(inside: Firm, account: Account) -> None:
    opportunity = make.opportunity(inside.ana, account=account)
    win(opportunity, inside)
    delete_opportunity(opportunity, actor=inside.ana)
    deliver_all()
    assert kind(account) == "prospect"
    restore_opportunity(opportunity, actor=inside.ana)
    deliver_all()
    assert kind(account) == "customer"


def test_another_win_keeps_the_customer_and_becomes_the_reason(inside: Firm, account: Account) -> None:
    first = make.opportunity(inside.ana, account=account, name="First deal")
    second = make.opportunity(inside.ana, account=account, name="Second deal")
    win(first, inside)
    win(second, inside)
    assert "First deal" in why_type(account_of(first), inside.ana)
    reopen(first, inside)
    assert kind(account) == "customer"
    assert "Second deal" in why_type(account, inside.ana)
    lose(second, inside)
    assert kind(account) == "prospect"


def account_of(opportunity: Opportunity) -> Account:
    return Account.objects.get(pk=opportunity.account_id)


def test_moving_a_won_deal_settles_both_accounts(inside: Firm, account: Account) -> None:
    other = make.account(inside.ana)
    opportunity = make.opportunity(inside.ana, account=account, opened_on=date(2024, 5, 1))
    win(opportunity, inside)
    update_opportunity(opportunity, actor=inside.ana, values={"account": other})
    deliver_all()
    assert kind(account) == "prospect"
    assert kind(other) == "customer"


def test_moving_an_old_win_to_an_account_is_news_for_it(inside: Firm, account: Account) -> None:
    opportunity = make.opportunity(inside.ana)
    win(opportunity, inside)
    update_account(account, actor=inside.ada, values={"type": of_meaning("past_customer")})
    update_opportunity(opportunity, actor=inside.ana, values={"account": account})
    deliver_all()
    assert kind(account) == "customer"


def test_a_kept_type_is_left_alone(inside: Firm, account: Account) -> None:
    vendor = of_meaning("other")
    set_account_type(account=account, type=vendor, actor=inside.ada, keep=True)
    opportunity = make.opportunity(inside.ana, account=account)
    win(opportunity, inside)
    assert kind(account) == "other"
    assert "kept until" in why_type(account, inside.ana)
    set_account_type(account=account, type=vendor, actor=inside.ada, keep=False)
    lose(opportunity, inside)
    win(opportunity, inside)
    assert kind(account) == "customer"


def test_a_kept_customer_stays_one(inside: Firm, account: Account) -> None:
    opportunity = make.opportunity(inside.ana, account=account)
    win(opportunity, inside)
    account.refresh_from_db()
    set_account_type(account=account, type=of_meaning("customer"), actor=inside.ada, keep=True)
    reopen(opportunity, inside)
    assert kind(account) == "customer"


def test_what_a_person_set_stays_until_the_next_win(inside: Firm, account: Account) -> None:
    first, second = (make.opportunity(inside.ana, account=account) for _number in range(2))
    win(first, inside)
    account.refresh_from_db()
    update_account(account, actor=inside.ada, values={"type": of_meaning("past_customer")})
    lose(second, inside)
    assert kind(account) == "past_customer"
    assert "set by Ada Admin" in why_type(account, inside.ana)
    win(second, inside)
    assert kind(account) == "customer"


def test_a_customer_set_by_hand_needs_no_win(inside: Firm, account: Account) -> None:
    update_account(account, actor=inside.ada, values={"type": of_meaning("customer")})
    opportunity = make.opportunity(inside.ana, account=account)
    win(opportunity, inside)
    reopen(opportunity, inside)
    assert kind(account) == "customer"
    assert Event.objects.filter(record_id=account.pk, name="account.became_customer").count() == 1


def test_order_and_repetition_do_not_matter(inside: Firm, account: Account) -> None:
    opportunity = make.opportunity(inside.ana, account=account)
    won, lost = make.stage("won"), make.stage("lost")
    reason = choice_meaning("loss_reason", "sales")
    move_to_stage(opportunity=opportunity, stage=won, actor=inside.ana)
    move_to_stage(opportunity=opportunity, stage=lost, actor=inside.ana, loss_reason=reason)
    move_to_stage(opportunity=opportunity, stage=won, actor=inside.ana)
    messages = list(OutboxMessage.objects.order_by("-due_at", "-id").select_related("event"))
    assert len(messages) == 3
    for message in [*messages, *messages]:
        follow_opportunities([message.event])
    assert kind(account) == "customer"
    assert Event.objects.filter(record_id=account.pk, name="account.became_customer").count() == 1
    move_to_stage(opportunity=opportunity, stage=lost, actor=inside.ana, loss_reason=reason)
    for message in messages:
        follow_opportunities([message.event])
    assert kind(account) == "prospect"


def test_a_deal_with_a_person_alone_makes_no_customer(inside: Firm, account: Account) -> None:
    opportunity = make.opportunity(inside.ana, contact=make.contact(inside.ana))
    win(opportunity, inside)
    assert kind(account) == "prospect"
    assert HandlerRun.objects.get(handler="account-life").outcome == ""


def test_renaming_the_words_breaks_nothing(inside: Firm, account: Account) -> None:
    from crm.picklists.services import update_choice, update_stage

    update_stage(stage=make.stage("won"), actor=inside.ada, values={"label": "Signed"})
    update_choice(choice=of_meaning("customer"), actor=inside.ada, values={"label": "Client"})
    win(make.opportunity(inside.ana, account=account), inside)
    account.refresh_from_db()
    assert account.type.label == "Client"


def test_lost_only(inside: Firm, account: Account) -> None:
    def noted() -> bool:
        account.refresh_from_db()
        return account.lost_only

    assert not noted()
    first = make.opportunity(inside.ana, account=account)
    lose(first, inside)
    assert noted()
    second = make.opportunity(inside.ana, account=account)
    assert not noted()
    lose(second, inside)
    assert noted()
    reopen(first, inside)
    assert not noted()
    delete_opportunity(first, actor=inside.ana)
    deliver_all()
    assert noted()
