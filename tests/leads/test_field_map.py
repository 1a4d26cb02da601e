"""Where the fields of a lead go is the workspace's choice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from contacts.record import CONTACT
from crm import catalogue
from crm.fields.custom.selectors import custom_fields
from crm.fields.custom.services import create_field, set_field_active
from crm.fields.money import Money
from crm.picklists.selectors import choices
from crm.picklists.services import create_choice
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from leads.conversion import ConversionPlan, convert_lead, existing, new, undo_conversion
from leads.field_map import FIELD_MAP, current_map, fields_for, is_own_map, reset_field_map, set_field_map
from leads.models import Conversion, Lead
from leads.record import LEAD
from leads.services import update_lead
from tests import make
from tests.people import Firm, client_of

DEFAULT = [(one.source, one.target, one.field) for one in FIELD_MAP]
PLAN = ConversionPlan(account=new(), contact=new(), opportunity=new())


def own_field(firm: Firm, key: str, label: str, kind: str) -> str:
    field = create_field(actor=firm.ada, record_type=key, label=label, kind=kind)
    forget()
    return field.name


def value(record: Any, name: str) -> Any:
    record = type(record).objects.get(pk=record.pk)
    return catalogue.type_of(record).spec(name).value(record)


def test_the_map_that_every_workspace_starts_with(inside: Firm) -> None:
    assert current_map() == FIELD_MAP
    for source, key, name in DEFAULT:
        if source != "name":
            assert name in [spec.name for spec in fields_for(LEAD.spec(source), key)], (source, key, name)


def test_a_changed_map_is_what_conversions_follow(inside: Firm) -> None:
    pairs = [pair for pair in DEFAULT if pair != ("campaign", "opportunities", "campaign")]
    set_field_map(
        actor=inside.ada, pairs=[*pairs, ("campaign", "accounts", "city"), ("job_title", "accounts", "street")]
    )
    lead = make.lead(inside.ana, company="Kestrel", campaign="Fair", job_title="Buyer", city="")
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=PLAN)
    assert (done.account.city, done.account.street) == ("Fair", "Buyer")
    assert (done.opportunity.campaign, done.contact.job_title) == ("", "Buyer")
    assert Lead.objects.get(pk=lead.pk).campaign == "Fair"
    reset_field_map(actor=inside.ada)
    assert current_map() == FIELD_MAP and not is_own_map()


def test_own_fields_go_into_own_fields_of_the_same_kind(inside: Firm) -> None:
    budget = own_field(inside, "leads", "Budget", "money")
    theirs = own_field(inside, "opportunities", "Budget", "money")
    segment = own_field(inside, "leads", "Segment", "choice")
    other = own_field(inside, "accounts", "Segment", "choice")
    for spec in (LEAD.spec(segment), catalogue.record_type("accounts").spec(other)):
        for label in ("Small", "Large"):
            create_choice(actor=inside.ada, picklist=spec.kind.picklist, values={"label": label})
    forget()
    assert [spec.name for spec in fields_for(LEAD.spec(budget), "opportunities")] == ["amount", theirs]
    set_field_map(actor=inside.ada, pairs=[*DEFAULT, (budget, "opportunities", theirs), (segment, "accounts", other)])
    large = next(one for one in choices(LEAD.spec(segment).kind.picklist) if one.label == "Large")
    lead = make.lead(inside.ana, company="Kestrel", **{budget: Money(5_000_00, "USD"), segment: large})
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=PLAN)
    assert value(done.opportunity, theirs) == Money(5_000_00, "USD")
    assert str(value(done.account, other)) == "Large", "of its own list, the one of the same name"
    undo_conversion(conversion=Conversion.objects.get(), actor=inside.ana)
    assert Lead.objects.get(pk=lead.pk).converted_at is None


def test_what_is_mapped_nowhere_stays_readable_on_the_converted_lead(firm: Firm) -> None:
    tenant = Tenant.objects.get(pk=firm.tenant.pk)
    with tenant_context(tenant):
        name = own_field(firm, "leads", "Shoe size", "text")
        lead = make.lead(firm.ana, company="Kestrel", **{name: "forty-two"})
        convert_lead(lead_id=lead.pk, actor=firm.ana, plan=PLAN)
    page = client_of(firm.ana).get(f"/acme/leads/{lead.pk}/").content.decode()
    assert "Shoe size" in page and "forty-two" in page and "read-only" in page


def test_a_field_that_is_put_away_is_left_out_of_the_map(inside: Firm) -> None:
    source = own_field(inside, "leads", "Code", "text")
    target = own_field(inside, "contacts", "Code", "text")
    set_field_map(actor=inside.ada, pairs=[*DEFAULT, (source, "contacts", target)])
    assert len(current_map()) == len(FIELD_MAP) + 1
    field = next(one for one in custom_fields("contacts") if one.name == target)
    set_field_active(field=field, is_active=False, actor=inside.ada)
    forget()
    assert len(current_map()) == len(FIELD_MAP)
    lead = make.lead(inside.ana, **{source: "x"})
    assert convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))


@pytest.mark.parametrize(
    "pair",
    [
        ("email", "contacts", "job_title"),
        ("employees", "accounts", "founded"),
        ("source", "accounts", "industry"),
        ("opted_out", "accounts", "name"),
        ("company", "accounts", "type"),
        ("company", "contacts", "owner"),
    ],
)
def test_only_fields_of_the_same_kind_and_none_that_has_rules_of_its_own(inside: Firm, pair: Any) -> None:
    if pair[0] != "source":
        with pytest.raises(ValidationError):
            set_field_map(actor=inside.ada, pairs=[*DEFAULT, pair])
    set_field_map(actor=inside.ada, pairs=[*DEFAULT, ("job_title", "accounts", "city")])
    assert is_own_map()


def test_records_keep_a_name(inside: Firm) -> None:
    with pytest.raises(ValidationError) as refused:
        set_field_map(actor=inside.ada, pairs=[pair for pair in DEFAULT if pair[1:] != ("accounts", "name")])
    assert "name of the account" in refused.value.messages[0]
    with pytest.raises(ValidationError):
        set_field_map(actor=inside.ada, pairs=[pair for pair in DEFAULT if pair[1] != "contacts"])
    assert not is_own_map()


def test_tags_come_along_and_beside_those_that_are_there(inside: Firm) -> None:
    lead = make.lead(inside.ana, company="Kestrel", tags=("Fair", "Hot"))
    known = make.contact(inside.ana, tags=("Old",))
    plan = ConversionPlan(account=new(), contact=existing(known.pk), opportunity=new())
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    assert value(done.account, "tags") == value(done.opportunity, "tags") == ("Fair", "Hot")
    assert value(known, "tags") == ("Fair", "Hot", "Old")
    undo_conversion(conversion=done, actor=inside.ana)
    assert value(known, "tags") == ("Old",)
    update_lead(Lead.objects.get(pk=lead.pk), actor=inside.ana, values={"tags": ("Old",)})
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    assert CONTACT.spec("tags").value(type(known).objects.get(pk=known.pk)) == ("Old",)


def test_the_setup_page_shows_writes_and_resets_it(firm: Firm) -> None:
    client = client_of(firm.ada)
    page = client.get("/acme/setup/field-map/").content.decode()
    assert "Field of the lead" in page and "Back to the map" not in page
    data = chosen(page)
    assert data["company-accounts"] == "name" and data["campaign-accounts"] == ""
    assert client.post("/acme/setup/field-map/", data | {"campaign-accounts": "city"}).status_code == 303
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        assert {(one.source, one.target, one.field) for one in current_map()} == {
            *DEFAULT, ("campaign", "accounts", "city"),
        } - ({("name", "accounts", "name")} if "name-accounts" not in data else set())  # fmt: skip
        assert is_own_map()
    assert "Campaign → Account: City" in client.get("/acme/setup/changes/").content.decode()
    wrong = client.post("/acme/setup/field-map/", data | {"company-accounts": "", "name-accounts": ""})
    assert wrong.status_code == 422 and "name of the account" in wrong.content.decode()
    assert client.post("/acme/setup/field-map/", data | {"email-contacts": "job_title"}).status_code == 422
    assert "Back to the map" in client.get("/acme/setup/field-map/").content.decode()
    client.post("/acme/setup/field-map/", {"_method": "DELETE"})
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        assert not is_own_map()
    assert client_of(firm.max).get("/acme/setup/field-map/").status_code == 404


def chosen(page: str) -> dict[str, str]:
    """What the form of the page holds."""
    found = {}
    for name, options in re.findall(r'<select name="([\w-]+)"[^>]*>(.*?)</select>', page, re.S):
        picked = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = picked[1] if picked else ""
    return found
