"""The conversion service: what becomes of a lead."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts.models import Account
from contacts.models import Contact
from crm.activities.models import ActivityLink
from crm.activities.services import create_activity
from crm.events.models import Event
from crm.fields.money import Money
from crm.picklists.selectors import choices
from leads.conversion import (
    NOTHING,
    ConversionPlan,
    PartError,
    convert_lead,
    existing,
    live_conversion,
    new,
    plan_for,
)
from leads.models import Conversion, Lead
from leads.services import close_as_unqualified, meaning_of
from opportunities.models import Opportunity, OpportunityContact, StageVisit
from opportunities.services import move_to_stage
from tests import make
from tests.people import Firm


def choice_of(picklist: str, label: str) -> object:
    return next(one for one in choices(picklist) if one.label == label)


def full_lead(firm: Firm) -> Lead:
    return make.lead(
        firm.ana,
        first_name="Helena",
        last_name="Brandt",
        company="Kestrel Logistics",
        job_title="Head of fleet",
        email="helena@kestrel.example",
        phone="+1 212 555 0142",
        website="https://kestrel.example",
        city="Hamburg",
        employees=120,
        source=choice_of("lead_source", "Referral"),
        campaign="Spring fair",
        product_interest="Telemetry",
        estimated_value=Money(2_200_000, "EUR"),
        description="Met at the stand.",
    )


def test_each_field_goes_where_the_map_says(inside: Firm) -> None:
    lead = full_lead(inside)
    role = choice_of("contact_role", "Decision maker")
    plan = ConversionPlan(
        account=new(), contact=new(), opportunity=new(expected_close_on=date(2027, 1, 31)), role=role, owner=inside.sam
    )
    convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    lead = Lead.objects.get(pk=lead.pk)
    account, contact, opportunity = lead.account, lead.contact, lead.opportunity
    assert meaning_of(lead) == "converted"
    assert (account.name, account.website, account.city) == ("Kestrel Logistics", "https://kestrel.example", "Hamburg")
    assert (account.employees, account.type.meaning, account.phone) == (120, "prospect", "")
    assert (contact.name, contact.email, contact.phone) == (
        "Helena Brandt",
        "helena@kestrel.example",
        "+1 212 555 0142",
    )
    assert (contact.job_title, contact.account, contact.city) == ("Head of fleet", account, "")
    assert (opportunity.amount_minor, opportunity.currency) == (2_200_000, "EUR")
    assert (opportunity.source, opportunity.campaign) == (lead.source, "Spring fair")
    assert (opportunity.product, opportunity.description) == ("Telemetry", "Met at the stand.")
    assert (opportunity.account, opportunity.contact) == (account, contact)
    assert (opportunity.stage.meaning, opportunity.expected_close_on) == ("open", date(2027, 1, 31))
    assert {record.owner for record in (account, contact, opportunity)} == {inside.sam}
    part = OpportunityContact.objects.get(opportunity=opportunity)
    assert (part.contact, part.role, part.is_primary) == (contact, role, True)
    assert StageVisit.objects.filter(opportunity=opportunity, left_at=None).count() == 1


def test_everything_says_because_of_what_it_came(inside: Firm) -> None:
    lead = full_lead(inside)
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan_for(lead, inside.ana))
    event = Event.objects.get(record_id=lead.pk, name="lead.converted")
    assert done.event == event
    assert [part["label"] for part in event.data["into"]] == [
        "Kestrel Logistics",
        "Helena Brandt",
        "Kestrel Logistics – Telemetry",
    ]
    assert [part["id"] for part in event.data["into"]] == [
        str(done.account_id),
        str(done.contact_id),
        str(done.opportunity_id),
    ]
    for record in (done.account, done.contact, done.opportunity):
        assert Event.objects.get(record_id=record.pk, name__endswith=".created").because == event


def test_a_second_conversion_is_the_first_one(inside: Firm) -> None:
    lead = full_lead(inside)
    first = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan_for(lead, inside.ana))
    again = convert_lead(lead_id=lead.pk, actor=inside.ada, plan=ConversionPlan(contact=new(last_name="Other")))
    assert again.pk == first.pk
    counts = [model.objects.count() for model in (Account, Contact, Opportunity, Conversion)]
    assert counts == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("plan", "made"),
    [
        (ConversionPlan(account=new(), contact=new()), (True, True, False)),
        (ConversionPlan(contact=new()), (False, True, False)),
        (ConversionPlan(account=new()), (True, False, False)),
        (ConversionPlan(contact=new(), opportunity=new()), (False, True, True)),
    ],
    ids=["no opportunity", "contact only", "account only", "opportunity with a contact"],
)
def test_what_is_not_wanted_is_not_made(inside: Firm, plan: ConversionPlan, made: tuple) -> None:
    lead = full_lead(inside)
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    assert tuple(one is not None for one in (done.account, done.contact, done.opportunity)) == made
    assert tuple(model.objects.exists() for model in (Account, Contact, Opportunity)) == made


def test_linking_fills_blanks_and_overwrites_nothing(inside: Firm) -> None:
    account = make.account(inside.ana, name="Kestrel", website="https://old.example")
    contact = make.contact(inside.ana, first_name="Helena", last_name="Brandt", email="", phone="1", opted_out=False)
    lead = full_lead(inside)
    plan = ConversionPlan(account=existing(account.pk), contact=existing(contact.pk))
    convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    account, contact = Account.objects.get(), Contact.objects.get()
    assert (account.name, account.website, account.city) == ("Kestrel", "https://old.example", "Hamburg")
    assert (contact.phone, contact.email, contact.account) == ("1", "helena@kestrel.example", account)
    assert contact.email_key == "helena@kestrel.example"
    assert Event.objects.filter(record_id=account.pk, name="account.linked").count() == 1


def test_chosen_fields_win(inside: Firm) -> None:
    account = make.account(inside.ana, name="Kestrel", website="https://old.example")
    lead = full_lead(inside)
    plan = ConversionPlan(account=existing(account.pk, frozenset({"website"})), contact=new())
    convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    account = Account.objects.get()
    assert (account.website, account.domain, account.city) == ("https://kestrel.example", "kestrel.example", "")


def test_a_lead_goes_into_an_open_opportunity(inside: Firm) -> None:
    boss = make.contact(inside.ana)
    opportunity = make.opportunity(inside.ana, contact=boss, account=make.account(inside.ana), campaign="Autumn")
    lead = full_lead(inside)
    role = choice_of("contact_role", "Connector/referrer")
    plan = ConversionPlan(
        account=existing(opportunity.account_id), contact=new(), opportunity=existing(opportunity.pk), role=role
    )
    convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    opportunity = Opportunity.objects.get()
    assert (opportunity.contact, opportunity.campaign, opportunity.product) == (boss, "Autumn", "Telemetry")
    parts = {part.contact.name: (part.is_primary, part.role) for part in OpportunityContact.objects.all()}
    assert parts == {boss.name: (True, None), "Helena Brandt": (False, role)}


def test_an_opportunity_stays_with_its_account(inside: Firm) -> None:
    opportunity = make.opportunity(inside.ana)
    lead = full_lead(inside)
    part = existing(opportunity.pk)
    with pytest.raises(PartError) as refused:
        plan = ConversionPlan(account=new(), contact=new(), opportunity=part)
        convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    assert refused.value.part == "opportunities"
    plan = ConversionPlan(account=existing(opportunity.account_id), contact=new(), opportunity=part)
    assert convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan).opportunity == opportunity


def test_an_opportunity_that_was_closed_meanwhile_takes_no_lead_in(inside: Firm) -> None:
    opportunity = make.opportunity(inside.ana)
    lead = full_lead(inside)
    plan = ConversionPlan(contact=new(), opportunity=existing(opportunity.pk))
    for meaning in ("won", "open"):
        move_to_stage(opportunity=opportunity, stage=make.stage(meaning), actor=inside.ana)
        if meaning == "won":
            with pytest.raises(PartError) as refused:
                convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
            assert (refused.value.part, "choose one that is open" in str(refused.value)) == ("opportunities", True)
            assert not Conversion.objects.exists()
    assert convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan).opportunity == opportunity


def test_activities_follow_and_stay(inside: Firm) -> None:
    lead = full_lead(inside)
    create_activity(kind="note", records=[lead], actor=inside.ana, body="Likes sensors")
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan_for(lead, inside.ana))
    places = set(ActivityLink.objects.values_list("record_type", "record_id"))
    assert places == {
        ("leads", lead.pk),
        ("accounts", done.account_id),
        ("contacts", done.contact_id),
        ("opportunities", done.opportunity_id),
    }


def test_a_customer_stays_one(inside: Firm) -> None:
    customer = choice_of("account_type", "Customer")
    lead = full_lead(inside)
    account = make.account(inside.ana, name="Kestrel Logistics", type=customer, website=f"https://{lead.email_domain}")
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan_for(lead, inside.ana))
    assert (done.account, Account.objects.get().type) == (account, customer)
    assert Opportunity.objects.get().to_existing_customer


def test_what_cannot_be_done_leaves_the_lead_as_it_was(inside: Firm) -> None:
    lead = full_lead(inside)
    won = make.stage("won")
    for plan, part in (
        (ConversionPlan(), "contacts"),
        (ConversionPlan(opportunity=new()), "contacts"),
        (ConversionPlan(account=new(name="")), "accounts"),
        (ConversionPlan(contact=new(), opportunity=new(stage=won)), "opportunities"),
    ):
        with pytest.raises(PartError) as refused:
            convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
        assert refused.value.part == part
    lead = Lead.objects.get(pk=lead.pk)
    assert live_conversion(lead) is None
    assert not Contact.objects.exists()
    convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))


def test_a_closed_lead_is_reopened_first(inside: Firm) -> None:
    lead = full_lead(inside)
    close_as_unqualified(lead=lead, reason=choice_of("unqualified_reason", "No need"), actor=inside.ana)  # type: ignore[arg-type]
    with pytest.raises(PartError):
        convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))


def test_who_may_convert(inside: Firm, other_firm: Firm) -> None:
    lead = full_lead(inside)
    plan = ConversionPlan(account=new(), contact=new(), opportunity=NOTHING)
    for actor in (inside.sam, inside.rita):
        with pytest.raises(Http404):
            convert_lead(lead_id=lead.pk, actor=actor, plan=plan)
    assert convert_lead(lead_id=lead.pk, actor=inside.max, plan=plan)


def test_who_may_create_no_accounts_makes_none_by_converting(inside: Firm) -> None:
    lead = full_lead(inside)
    inside.ana.role.access["accounts"]["create"] = "none"
    with pytest.raises(PartError, match="may not create accounts"):
        convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(account=new(), contact=new()))
    assert not Account.objects.exists() and live_conversion(lead) is None
    assert convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new())).account is None


def test_only_what_one_may_see_is_linked_and_only_what_one_may_edit_changes(inside: Firm) -> None:
    lead = full_lead(inside)
    hidden = make.opportunity(inside.sam)
    with pytest.raises(Http404):
        convert_lead(
            lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new(), opportunity=existing(hidden.pk))
        )
    foreign = make.account(inside.sam, name="Kestrel")
    with pytest.raises(ValidationError):
        plan = ConversionPlan(account=existing(foreign.pk, frozenset({"city"})), contact=new())
        convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    plan = ConversionPlan(account=existing(foreign.pk), contact=new())
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    assert (done.account, Account.objects.get(pk=foreign.pk).city) == (foreign, "")
