"""Making opportunities and moving them through the stages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm.events.models import Event
from crm.fields.money import Money
from crm.picklists.selectors import choice_meaning, default_pipeline, stages
from crm.tenants.clock import today
from opportunities.models import Opportunity, OpportunityContact, StageVisit
from opportunities.selectors import contact_roles, stage_bar, stage_history
from opportunities.services import (
    add_contact_role,
    create_opportunity,
    move_to_stage,
    remove_contact_role,
    update_opportunity,
)
from opportunities.services.stages import NO_REASON_GIVEN
from tests import make
from tests.people import Firm, client_of


def refused(field: str, *, call: object) -> str:
    with pytest.raises(ValidationError) as error:
        call()  # type: ignore[operator]
    return error.value.message_dict[field][0]


def reason() -> object:
    return choice_meaning("loss_reason", "sales")


def events_of(opportunity: Opportunity) -> list[str]:
    return [event.name for event in Event.objects.filter(record_id=opportunity.pk).order_by("at", "id")]


def test_needs_an_account_or_a_contact(inside: Firm) -> None:
    message = refused("account", call=lambda: create_opportunity(actor=inside.ana, values={"name": "Nobody's"}))
    assert "account or a contact" in message
    assert not Opportunity.objects.exists()
    contact = make.contact(inside.ana)
    assert create_opportunity(actor=inside.ana, values={"name": "Carl's", "contact": contact}).account is None


def test_takes_the_contacts_account(inside: Firm) -> None:
    account = make.account(inside.ana)
    contact = make.contact(inside.ana, account=account)
    assert make.opportunity(inside.ana, contact=contact).account == account


def test_neither_can_be_taken_away_later(inside: Firm) -> None:
    opportunity = make.opportunity(inside.ana)
    refused("account", call=lambda: update_opportunity(opportunity, actor=inside.ana, values={"account": None}))
    opportunity.refresh_from_db()
    contact = make.contact(inside.ana)
    update_opportunity(opportunity, actor=inside.ana, values={"account": None, "contact": contact})
    opportunity.refresh_from_db()
    assert (opportunity.account, opportunity.contact) == (None, contact)


def test_starts_with_what_the_workspace_says(inside: Firm) -> None:
    opportunity = make.opportunity(inside.ana, amount=None)
    first = stages(default_pipeline())[0]
    assert opportunity.stage == first
    assert opportunity.pipeline == default_pipeline()
    assert opportunity.probability == first.probability
    assert opportunity.forecast_category == first.forecast_category
    assert opportunity.currency == inside.tenant.currency
    assert opportunity.opened_on == today()
    assert StageVisit.objects.get(opportunity=opportunity).stage == first


def test_makes_a_name_of_account_and_product(inside: Firm) -> None:
    account = make.account(inside.ana, name="Kestrel")
    assert make.opportunity(inside.ana, name="", account=account, product="GTX Pro").name == "Kestrel – GTX Pro"
    assert make.opportunity(inside.ana, name="", account=account).name == "Kestrel"


def test_moving_logs_each_stay(inside: Firm) -> None:
    opportunity = make.opportunity(inside.ana)
    first, second = stages(default_pipeline())[:2]
    move_to_stage(opportunity=opportunity, stage=second, actor=inside.max)
    visits = stage_history(opportunity)
    assert [visit.stage for visit in visits] == [first, second]
    assert visits[0].left_at == visits[1].entered_at == opportunity.stage_since
    assert visits[1].left_at is None
    assert visits[1].entered_by == inside.max
    assert events_of(opportunity) == ["opportunity.created", "opportunity.stage_changed"]
    assert move_to_stage(opportunity=opportunity, stage=second, actor=inside.max) is None
    assert len(stage_history(opportunity)) == 2


def test_probability_follows_the_stage_unless_overridden(inside: Firm) -> None:
    opportunity = make.opportunity(inside.ana)
    second, third = stages(default_pipeline())[1:3]
    move_to_stage(opportunity=opportunity, stage=second, actor=inside.ana)
    assert opportunity.probability == second.probability
    update_opportunity(opportunity, actor=inside.ana, values={"probability": 0})
    move_to_stage(opportunity=opportunity, stage=third, actor=inside.ana)
    opportunity.refresh_from_db()
    assert (opportunity.probability, opportunity.probability_overridden) == (0, True)
    assert opportunity.forecast_category == third.forecast_category
    update_opportunity(opportunity, actor=inside.ana, values={"probability": None})
    opportunity.refresh_from_db()
    assert (opportunity.probability, opportunity.probability_overridden) == (third.probability, False)


def test_winning_closes_it_today_or_on_the_day_given(inside: Firm) -> None:
    won = make.stage("won")
    opportunity = make.opportunity(inside.ana, probability=5)
    event = move_to_stage(opportunity=opportunity, stage=won, actor=inside.ana)
    assert event is not None and event.name == "opportunity.won"
    assert event.changes["stage"][1]["label"] == won.label
    opportunity.refresh_from_db()
    assert opportunity.closed_on == today()
    assert (opportunity.probability, opportunity.probability_overridden) == (100, False)
    earlier = today() - timedelta(days=9)
    other = make.opportunity(inside.ana, opened_on=earlier)
    move_to_stage(opportunity=other, stage=won, actor=inside.ana, on=earlier)
    other.refresh_from_db()
    assert other.closed_on == earlier


def test_losing_needs_a_reason(inside: Firm) -> None:
    lost = make.stage("lost")
    opportunity = make.opportunity(inside.ana)
    refused("loss_reason", call=lambda: move_to_stage(opportunity=opportunity, stage=lost, actor=inside.ana))
    opportunity.refresh_from_db()
    assert opportunity.stage != lost
    assert StageVisit.objects.filter(opportunity=opportunity).count() == 1
    move_to_stage(opportunity=opportunity, stage=lost, actor=inside.ana, loss_reason=reason(), loss_note="Too dear")
    opportunity.refresh_from_db()
    assert (opportunity.loss_reason, opportunity.loss_note, opportunity.probability) == (reason(), "Too dear", 0)
    refused("loss_reason", call=lambda: update_opportunity(opportunity, actor=inside.ana, values={"loss_reason": None}))


def test_reopening_takes_day_and_reason_off_and_keeps_the_history(inside: Firm) -> None:
    opportunity = make.opportunity(inside.ana)
    first, lost = make.stage("open"), make.stage("lost")
    move_to_stage(opportunity=opportunity, stage=lost, actor=inside.ana, loss_reason=reason(), loss_note="Too dear")
    event = move_to_stage(opportunity=opportunity, stage=first, actor=inside.ana)
    assert event is not None and event.name == "opportunity.reopened"
    opportunity.refresh_from_db()
    assert (opportunity.closed_on, opportunity.loss_reason, opportunity.loss_note) == (None, None, "")
    assert opportunity.probability == first.probability
    assert [visit.stage for visit in stage_history(opportunity)] == [first, lost, first]


@pytest.mark.parametrize("over_another", [False, True])
def test_reopening_gives_back_the_probability_that_was_set_by_hand(inside: Firm, over_another: bool) -> None:
    """Once, and only the one that it had when it was closed."""
    opportunity = make.opportunity(inside.ana, probability=65)
    first, won = make.stage("open"), make.stage("won")

    def went_to(stage: Any, **values: Any) -> tuple[int, bool]:
        move_to_stage(opportunity=opportunity, stage=stage, actor=inside.ana, **values)
        opportunity.refresh_from_db()
        return opportunity.probability, opportunity.probability_overridden

    assert went_to(won) == (100, False)
    if over_another:
        assert went_to(make.stage("lost"), loss_reason=reason()) == (0, False)
    page = client_of(inside.ana).get(f"/acme/opportunities/{opportunity.pk}/reopening/").content.decode()
    assert "Its probability is 65% again" in page
    assert went_to(first) == (65, True)
    update_opportunity(opportunity, actor=inside.ana, values={"probability": None})
    went_to(won)
    assert went_to(first) == (first.probability, False)


def test_created_as_won_counts_as_won(inside: Firm) -> None:
    opportunity = make.opportunity(inside.ana, stage=make.stage("won"), closed_on=date(2026, 5, 3))
    assert events_of(opportunity) == ["opportunity.created", "opportunity.won"]
    assert opportunity.closed_on == date(2026, 5, 3)
    assert opportunity.probability == 100


def test_created_as_lost_needs_a_reason_where_it_can_be_given(inside: Firm) -> None:
    lost = make.stage("lost")
    refused("loss_reason", call=lambda: make.opportunity(inside.ana, stage=lost, loss_reason=None))
    assert make.opportunity(inside.ana, stage=lost, loss_reason=reason()).loss_reason == reason()
    values = {"name": "Old", "account": make.account(inside.ana), "stage": lost}
    refused("loss_reason", call=lambda: create_opportunity(actor=inside.ana, values=dict(values)))
    nobody_knows = create_opportunity(actor=inside.ana, values={**values, "loss_reason": NO_REASON_GIVEN})
    assert nobody_knows.loss_reason is None
    update_opportunity(nobody_knows, actor=inside.ana, values={"product": "Rails", "loss_reason": None})
    update_opportunity(nobody_knows, actor=inside.ana, values={"loss_reason": reason()})
    refused(
        "loss_reason", call=lambda: update_opportunity(nobody_knows, actor=inside.ana, values={"loss_reason": None})
    )


def test_an_open_one_has_no_closing_day(inside: Firm) -> None:
    refused("closed_on", call=lambda: make.opportunity(inside.ana, closed_on=date(2026, 5, 3)))
    opportunity = make.opportunity(inside.ana, opened_on=date(2026, 5, 1))
    values = {"closed_on": date(2026, 5, 3)}
    refused("closed_on", call=lambda: update_opportunity(opportunity, actor=inside.ana, values=values))
    opportunity.refresh_from_db()
    move_to_stage(opportunity=opportunity, stage=make.stage("won"), actor=inside.ana)
    update_opportunity(opportunity, actor=inside.ana, values=values)
    opportunity.refresh_from_db()
    assert opportunity.closed_on == date(2026, 5, 3)


def test_a_stage_among_other_values_moves(inside: Firm) -> None:
    opportunity = make.opportunity(inside.ana, opened_on=date(2026, 5, 1))
    won = make.stage("won")
    values = {"stage": won, "closed_on": date(2026, 5, 3), "amount": Money(70_000, "USD")}
    event = update_opportunity(opportunity, actor=inside.ana, values=values)
    assert event is not None and event.name == "opportunity.won"
    opportunity.refresh_from_db()
    assert (opportunity.amount_minor, opportunity.closed_on, opportunity.stage) == (70_000, date(2026, 5, 3), won)
    assert events_of(opportunity) == ["opportunity.created", "opportunity.won"]


def test_only_stages_that_it_was_in_are_ticked(inside: Firm) -> None:
    first, skipped, third = [one for one in stages() if one.meaning == "open"][:3]
    opportunity = make.opportunity(inside.ana, stage=first)
    for stage, ticked in ((third, [first]), (make.stage("won"), [first, third]), (skipped, [first])):
        move_to_stage(opportunity=opportunity, stage=stage, actor=inside.ana)
        assert [step.stage for step in stage_bar(opportunity) if step.is_done] == ticked
    straight = make.opportunity(inside.ana, stage=make.stage("won"))
    assert not any(step.is_done for step in stage_bar(straight))


def test_a_retired_stage_takes_nobody_in(inside: Firm) -> None:
    from crm.picklists.services import deactivate

    opportunity = make.opportunity(inside.ana)
    second = stages(default_pipeline())[1]
    deactivate(entry=second, actor=inside.ada)
    retired = next(one for one in stages(default_pipeline(), active_only=False) if one.pk == second.pk)
    refused("stage", call=lambda: move_to_stage(opportunity=opportunity, stage=retired, actor=inside.ana))
    assert retired not in [step.stage for step in stage_bar(opportunity)]


def test_a_new_one_for_an_account_with_a_lost_one(inside: Firm) -> None:
    lost = make.opportunity(inside.ana, stage=make.stage("lost"), loss_reason=reason())
    fresh = make.opportunity(inside.ana, account=lost.account)
    lost.refresh_from_db()
    assert lost.stage.meaning == "lost"
    assert fresh.stage.meaning == "open"


def test_notes_whether_the_account_was_a_customer_then(inside: Firm) -> None:
    account = make.account(inside.ana)
    before = make.opportunity(inside.ana, account=account)
    customer = make.account(inside.ana, type=choice_meaning("account_type", "customer"))
    assert not before.to_existing_customer
    assert make.opportunity(inside.ana, account=customer).to_existing_customer
    customer.type_since = date(2020, 1, 1)
    days = {date(2019, 5, 1): False, date(2021, 5, 1): True, None: False}
    assert {on: _to_existing(inside, customer, on) for on in days} == days, "by that day, and not by today"
    customer.type_since = None
    assert not _to_existing(inside, customer, date(2021, 5, 1)), "nobody knows"


def _to_existing(inside: Firm, account: Any, on: date | None) -> bool:
    found: bool = make.opportunity(inside.ana, account=account, opened_on=on).to_existing_customer
    return found


def test_the_first_contact_is_the_main_one_and_parts_change(inside: Firm) -> None:
    first, second = make.contact(inside.ana), make.contact(inside.ana)
    role = choice_meaning("contact_role", "")
    opportunity = make.opportunity(inside.ana)
    add_contact_role(opportunity=opportunity, contact=first, role=role, actor=inside.ana)
    add_contact_role(opportunity=opportunity, contact=second, actor=inside.ana)
    assert [(part.contact, part.is_primary) for part in contact_roles(opportunity)] == [(first, True), (second, False)]
    assert opportunity.contact == first
    add_contact_role(opportunity=opportunity, contact=second, role=role, is_primary=True, actor=inside.ana)
    assert [(part.contact, part.is_primary) for part in contact_roles(opportunity)] == [(second, True), (first, False)]
    opportunity.refresh_from_db()
    assert opportunity.contact == second


def test_the_main_contact_field_and_the_parts_agree(inside: Firm) -> None:
    first, second = make.contact(inside.ana), make.contact(inside.ana)
    opportunity = make.opportunity(inside.ana, contact=first)
    update_opportunity(opportunity, actor=inside.ana, values={"contact": second})
    assert [(part.contact, part.is_primary) for part in contact_roles(opportunity)] == [(second, True), (first, False)]


def test_taking_the_only_contact_off_needs_an_account(inside: Firm) -> None:
    contact = make.contact(inside.ana)
    alone = make.opportunity(inside.ana, contact=contact)
    refused("account", call=lambda: remove_contact_role(opportunity=alone, contact=contact, actor=inside.ana))
    with_account = make.opportunity(inside.ana, account=make.account(inside.ana), contact=contact)
    remove_contact_role(opportunity=with_account, contact=contact, actor=inside.ana)
    assert not OpportunityContact.objects.filter(opportunity=with_account).exists()
    with_account.refresh_from_db()
    assert with_account.contact is None


def test_person_data_is_linked_not_copied() -> None:
    copied = {"email", "phone", "mobile", "first_name", "last_name", "street", "city"}
    assert not copied & {field.name for field in Opportunity._meta.get_fields()}
