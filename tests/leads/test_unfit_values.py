"""What a lead has and the field that the workspace maps it to cannot hold is left whole, and is told on every path.

It was cut to the field's length without a word: "The Very Long Name o" as a postal code.
"""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from crm import catalogue, events
from crm.fields.custom.services import create_field
from crm.picklists.selectors import choices
from crm.picklists.services import create_choice
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.users.access import HIDDEN
from crm.users.services import limit_fields
from leads.conversion import ConversionPlan, convert_lead, existing, new
from leads.conversion.winning import left_out_of
from leads.events import CONVERTED, LEFT_OUT
from leads.field_map import FIELD_MAP, set_field_map
from leads.models import Conversion, Lead
from tests import make
from tests.forms import form_of
from tests.imports.steps import told
from tests.leads.test_arriving import bring_in, refused
from tests.leads.test_bulk_conversion import try_out
from tests.people import Firm, client_of

NAME = "The Very Long Name of a Company"
TOO_LONG = f"Company: “{NAME}” is too long for “Postal code” of the account (at most 20 characters)."
DESCRIBED, ON_THE_LEAD = (
    f"{TOO_LONG} {where}" for where in ("Its description says it instead.", "It stays on the lead.")
)


@pytest.fixture
def tenant(firm: Firm) -> Tenant:
    """Maps the company into the postal code too."""
    with tenant_context(firm.tenant):
        pairs = [(one.source, one.target, one.field) for one in FIELD_MAP]
        set_field_map(actor=firm.ada, pairs=[*pairs, ("company", "accounts", "postal_code")])
    return Tenant.objects.get(pk=firm.tenant.pk)


def plain(answer: Any) -> str:
    """What a page says, without the marks that keep a name of another direction together."""
    return told(answer).replace("\u2068", "").replace("\u2069", "")


def described(tenant: Tenant) -> tuple[str, str]:
    with tenant_context(tenant):
        account = Account.objects.get()
        return account.postal_code, account.description


def test_the_conversion_page_says_it_at_the_field_and_after_it(firm: Firm, tenant: Tenant) -> None:
    with tenant_context(tenant):
        lead = make.lead(firm.ana, company=NAME)
    path = f"/acme/leads/{lead.pk}/conversion/"
    page = plain(client_of(firm.ana).get(path))
    assert DESCRIBED in page and f"Postal code {NAME} Does not fit in here" in page
    assert form_of(client_of(firm.ana), path).send().status_code == 303
    assert described(tenant) == ("", f"Company: {NAME}")
    assert DESCRIBED in plain(client_of(firm.ana).get(path)), "the result keeps it"


def test_an_existing_account_takes_it_only_where_it_has_no_description(firm: Firm, tenant: Tenant) -> None:
    """Its own text is not touched: then the lead alone has it. What one may not change gets nothing anyway."""
    with tenant_context(tenant):
        said = []
        for description in ("Ours", ""):
            account = make.account(firm.ana, description=description)
            lead = make.lead(firm.ana, company=NAME)
            plan = ConversionPlan(account=existing(account.pk), contact=new())
            convert_lead(lead_id=lead.pk, actor=firm.ana, plan=plan)
            account.refresh_from_db()
            (text,) = left_out_of([lead.pk], firm.ana)
            said.append((account.postal_code, account.description, text.replace("\u2068", "").replace("\u2069", "")))
            assert Lead.objects.get(pk=lead.pk).company == NAME
    assert said == [("", "Ours", ON_THE_LEAD), ("", f"Company: {NAME}", DESCRIBED)]


def test_what_is_hidden_from_somebody_is_not_told_them(firm: Firm, tenant: Tenant) -> None:
    """Nor is what was kept before it was known which field it tells of."""
    with tenant_context(tenant):
        lead = make.lead(firm.ana, company=NAME)
        done = convert_lead(lead_id=lead.pk, actor=firm.ada, plan=ConversionPlan(account=new()))
        assert len(left_out_of([lead.pk], firm.ana)) == 1
        limit_fields(actor=firm.ada, role=firm.ana.role, key="leads", limits={"phone": HIDDEN})
        assert len(left_out_of([lead.pk], firm.ana)) == 1
        old = events.record(CONVERTED, record=lead, actor=firm.ada, data={**done.event.data, LEFT_OUT: [TOO_LONG]})
        Conversion.objects.filter(lead=lead).update(event=old)
        assert (left_out_of([lead.pk], firm.ana), left_out_of([lead.pk], firm.ada)) == ([], [TOO_LONG])
        told = {**done.event.data, LEFT_OUT: [["phone", "A phone."], ["company", TOO_LONG]]}
        both = events.record(CONVERTED, record=lead, actor=firm.ada, data=told)
        Conversion.objects.filter(lead=lead).update(event=both)
        assert left_out_of([lead.pk], firm.ana) == [TOO_LONG]
        assert left_out_of([lead.pk], firm.ada) == ["A phone.", TOO_LONG]


def test_a_choice_that_the_other_list_does_not_have_is_told_too(firm: Firm) -> None:
    tenant = Tenant.objects.get(pk=firm.tenant.pk)
    with tenant_context(tenant):
        ours, theirs = (
            create_field(actor=firm.ada, record_type=key, label="Segment", kind="choice").name
            for key in ("leads", "accounts")
        )
        forget()
        picklist = catalogue.record_type("leads").spec(ours).kind.picklist
        create_choice(actor=firm.ada, picklist=picklist, values={"label": "Tiny"})
        pairs = [(one.source, one.target, one.field) for one in FIELD_MAP]
        set_field_map(actor=firm.ada, pairs=[*pairs, (ours, "accounts", theirs)])
        lead = make.lead(firm.ana, company="Kestrel", **{ours: choices(picklist)[0]})
        done = convert_lead(lead_id=lead.pk, actor=firm.ana, plan=ConversionPlan(account=new()))
        assert done.account.description == "Segment: Tiny"
        assert "Segment: “Segment” of the account has no choice" in left_out_of([lead.pk], firm.ada)[0]


def test_the_preview_of_many_and_their_result_say_it(firm: Firm, tenant: Tenant) -> None:
    with tenant_context(tenant):
        leads = [make.lead(firm.ana, last_name="Long", company=NAME), make.lead(firm.ana, last_name="Short")]
    answer, _run = try_out(firm, leads)
    assert plain(client_of(firm.ana).get(answer["Location"])).count(DESCRIBED) == 1
    assert client_of(firm.ana).post(answer["Location"]).status_code == 303
    with tenant_context(tenant):
        assert len(left_out_of([lead.pk for lead in leads], firm.ana)) == 1


def test_an_existing_account_with_a_value_of_its_own_keeps_that_and_gets_nothing(firm: Firm, tenant: Tenant) -> None:
    """A shorter company would have changed nothing there either."""
    with tenant_context(tenant):
        account = make.account(firm.ana, name=NAME, postal_code="10115")
        lead = make.lead(firm.ana, company=NAME)
        make.contact(firm.ana, account=account, email=lead.email)
    path = f"/acme/leads/{lead.pk}/conversion/"
    form = form_of(client_of(firm.ana), path)
    assert form.data["accounts"] == [str(account.pk)], "it is proposed"
    assert "too long for" not in plain(client_of(firm.ana).get(path))
    assert form.send().status_code == 303
    assert described(tenant) == ("10115", "")
    with tenant_context(tenant):
        assert left_out_of([lead.pk], firm.ana) == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_file_of_converted_leads_says_it_by_row(firm: Firm, tenant: Tenant, dry_run: bool) -> None:
    """Of new leads, and of one that is there and converted by its row."""
    with tenant_context(tenant):
        make.lead(firm.max, external_id="2", last_name="Cole", email="c@c.example", company=f"{NAME} Ltd")
    rows = f"1,Bell,b@b.example,{NAME},Converted\n2,Cole,,{NAME} Ltd,Converted\n3,Dorn,d@d.example,{NAME},Working\n"
    job = bring_in(firm, f"External id,Last name,E-mail,Company,Status\n{rows}", dry_run=dry_run)
    page = plain(client_of(firm.max).get(f"/acme/imports/{job.pk}/"))
    assert DESCRIBED in page and page.count("too long for “Postal code”") >= 2, page
    if not dry_run:
        notes = refused(firm, job)
        assert notes.keys() == {2, 3} and all("too long for “Postal code”" in text for text in notes.values())
