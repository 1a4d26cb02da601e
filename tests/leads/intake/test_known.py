"""The same person is not both lead and contact, unless somebody wants it so."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.http import HttpResponse

from contacts.models import Contact
from crm import catalogue
from crm.imports.models import RefusedRow
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership
from crm.users.services import create_role
from leads.models import Lead
from leads.settings import OF_CONTACT, OfContact
from opportunities.models import Opportunity
from tests import make
from tests.forms import form_of
from tests.leads.test_arriving import HEAD, bring_in
from tests.people import Firm, client_of

FORM = {"last_name": "Bell", "email": "Ann@Kestrel.example"}


@pytest.fixture
def contact(firm: Firm) -> Contact:
    with tenant_context(firm.tenant):
        account = make.account(firm.max, name="Kestrel")
        return make.contact(
            firm.max,
            first_name="Ann",
            last_name="Bell",
            email="ann@kestrel.example",
            mobile="212 555 0142",
            account=account,
        )


def set_rule(firm: Firm, rule: str) -> None:
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        OF_CONTACT.keep(OfContact(rule))


def send(firm: Firm, path: str = "new", member: Any = None, **data: str) -> HttpResponse:
    return client_of(member or firm.ana).post(f"/acme/leads/{path}/", FORM | data)


def leads(firm: Firm) -> int:
    with tenant_context(firm.tenant):
        return Lead.objects.count()


def test_a_lead_of_a_contact_is_made_only_after_a_second_thought(firm: Firm, contact: Contact) -> None:
    answer = send(firm)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<b>Already a contact</b>" in page and "same e-mail" in page and "Kestrel" in page
    assert f'href="/acme/contacts/{contact.pk}/"' in page
    assert f'href="/acme/opportunities/new/?contact={contact.pk}&amp;account={contact.account_id}"' in page
    assert 'value="Ann@Kestrel.example"' in page, "what was typed is kept"
    assert leads(firm) == 0
    assert send(firm, anyway="1").status_code == 303
    assert leads(firm) == 1
    assert send(firm, email="other@kestrel.example").status_code == 303


def test_the_offered_link_opens_a_filled_form(firm: Firm, contact: Contact) -> None:
    path = f"/acme/opportunities/new/?contact={contact.pk}&account={contact.account_id}"
    page = client_of(firm.ana).get(path).content.decode()
    assert 'value="Ann Bell"' in page and 'value="Kestrel"' in page


def test_a_phone_number_counts_however_it_is_written(firm: Firm, contact: Contact) -> None:
    assert send(firm, email="", phone="+1 (212) 555-0142").status_code == 422
    assert send(firm, email="", phone="+1 (212) 555-0143").status_code == 303


def test_where_it_is_blocked_nothing_helps(firm: Firm, contact: Contact) -> None:
    set_rule(firm, OfContact.BLOCK)
    answer = send(firm, anyway="1")
    assert answer.status_code == 422
    assert 'name="anyway"' not in answer.content.decode()
    assert leads(firm) == 0
    assert send(firm, email="other@kestrel.example").status_code == 303


def test_only_contacts_that_one_may_see_are_told(firm: Firm, contact: Contact) -> None:
    with tenant_context(firm.tenant):
        access = {
            "leads": {"view": "all", "create": "all", "edit": "all", "delete": "none"},
            "contacts": {"view": "own", "create": "all", "edit": "own", "delete": "none"},
        }
        role = create_role(actor=firm.ada, name="Scout", access=access)
        Membership.objects.filter(pk=firm.sam.pk).update(role=role)
    assert send(firm, member=firm.sam).status_code == 303
    assert send(firm, member=firm.ana, email="ann@kestrel.example").status_code == 422


def test_the_card_form_asks_the_same(firm: Firm, contact: Contact) -> None:
    card = {"name": "Ann Bell", "last_name": "", "email": "ann@kestrel.example"}
    assert "Already a contact" in send(firm, "card", **card).content.decode()
    assert leads(firm) == 0
    assert send(firm, "card", **card, anyway="1").status_code == 303
    assert leads(firm) == 1


ANN = "Already a contact: Ann Bell (Kestrel), same e-mail, same name and company."
ROWS = (
    HEAD + "1,Ann,Bell,Kestrel,ann@kestrel.example,New,Ana Owner\n2,Bob,Cole,Falcon,bob@falcon.example,New,Ana Owner\n"
)


def test_an_import_takes_such_rows_with_a_remark(firm: Firm, contact: Contact) -> None:
    job = bring_in(firm, ROWS)
    assert (job.created_count, job.refused_count) == (2, 0)
    with tenant_context(firm.tenant):
        row = RefusedRow.objects.get()
        assert (row.number, row.reasons) == (
            2, [f"The row came in. Note: {ANN}"],
        )  # fmt: skip
    page = client_of(firm.max).get(f"/acme/imports/{job.pk}/").content.decode()
    assert "Already a contact: Ann Bell" in page
    assert bring_in(firm, ROWS).unchanged_count == 2, "rows that are here already are no new leads"


def test_an_import_refuses_them_where_it_is_blocked(firm: Firm, contact: Contact) -> None:
    set_rule(firm, OfContact.BLOCK)
    job = bring_in(firm, ROWS)
    assert (job.created_count, job.refused_count) == (1, 1)
    with tenant_context(firm.tenant):
        assert RefusedRow.objects.get().reasons == [ANN]
    converted = bring_in(firm, ROWS.replace("New", "Converted"))
    assert converted.refused_count == 0, "a converted one goes into its contact"
    with tenant_context(firm.tenant):
        assert Lead.objects.get(external_id="1").contact == contact


def test_of_a_number_that_many_share_a_few_are_named(firm: Firm, contact: Contact) -> None:
    with tenant_context(firm.tenant):
        for number in range(9, 0, -1):
            make.contact(firm.max, first_name=f"Zoe {number}", last_name="Desk", phone="+1 212 555 0199")
        make.contact(firm.max, first_name="Yan", last_name="Desk", email="zoe@desk.example")
    page = send(firm, phone="212 555 0199", email="zoe@desk.example").content.decode()
    listed = page.partition('class="matches"')[2]
    assert re.findall(r'<b>Contact</b> <a href="[^"]*"><bdi>([^<]*)</bdi></a>', listed) == [
        "Yan Desk", "Zoe 1 Desk", "Zoe 2 Desk", "Zoe 3 Desk",
    ]  # fmt: skip


FULL = {
    "product_interest": "Telemetry & more",
    "description": "Line one\nLine two: 50 % off?",
    "estimated_value": "12.50",
    "estimated_value_currency": "EUR",
    "campaign": "Spring fair",
    "tags": "Hot, Fair",
}


def offered(answer: HttpResponse) -> tuple[str, str]:
    """The address and the words of the way to an opportunity."""
    [found] = re.findall(r'href="(/acme/opportunities/new/[^"]*)">([^<]*)<', answer.content.decode())
    return html.unescape(found[0]), found[1]


def test_what_was_typed_goes_along_into_the_offered_opportunity(firm: Firm, contact: Contact) -> None:
    with tenant_context(firm.tenant):
        source = make.reason("lead_source", "")
    address, words = offered(send(firm, **FULL, source=str(source.pk)))
    assert words == "New opportunity for Ann Bell"
    form = form_of(client_of(firm.ana), address)
    given = {name: value[0] for name, value in form.data.items()}
    assert (given["contact"], given["account"], given["product"]) == ("Ann Bell", "Kestrel", "Telemetry & more")
    assert (given["description"], given["campaign"]) == (FULL["description"], "Spring fair")
    assert (given["amount"], given["amount_currency"], given["source"]) == ("12.50", "EUR", str(source.pk))
    assert form.send(name="Deal").status_code == 303
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.get()
        assert (deal.contact, deal.amount_minor, deal.currency, deal.source) == (contact, 1250, "EUR", source)
        assert catalogue.record_type("opportunities").spec("tags").value(deal) == ("Fair", "Hot")


def test_the_words_of_a_card_go_along(firm: Firm, contact: Contact) -> None:
    card = {"name": "Ann Bell", "last_name": "", "note": "Met at the stand", "follow_up": "Send the offer"}
    address, _words = offered(send(firm, "card", **card, campaign="Fair", follow_up_on="2027-01-05"))
    given = {name: value[0] for name, value in form_of(client_of(firm.ana), address).data.items()}
    assert (given["description"], given["next_step"], given["campaign"]) == (
        "Met at the stand",
        "Send the offer",
        "Fair",
    )
    assert given["next_step_on"] == "2027-01-05"


def test_a_description_too_long_for_an_address_is_said_to_stay(firm: Firm, contact: Contact) -> None:
    address, words = offered(send(firm, product_interest="Telemetry", description="x" * 4000))
    assert words == "New opportunity for Ann Bell, without the long description"
    assert len(address) < 3500 and "Telemetry" in address


def test_each_match_says_what_it_is_and_has_its_own_button(firm: Firm, contact: Contact) -> None:
    """Three read alike, the third was a lead, and the one button took the first, not the likest."""
    with tenant_context(firm.tenant):
        other = make.contact(firm.ana, first_name="A.", last_name="Abel", email="ann@kestrel.example")
        lead = make.lead(firm.ana, first_name="Ann", last_name="Bell", email="ann@kestrel.example")
    page = send(firm, first_name="Ann").content.decode()
    matches = page.partition('<ul class="matches">')[2].partition("</ul>")[0].split("<li>")[1:]
    told = [re.findall(r'<b>(\w+)</b>.*?href="([^"]+)"', one)[0] for one in matches]
    assert told == [
        ("Contact", f"/acme/contacts/{contact.pk}/"), ("Contact", f"/acme/contacts/{other.pk}/"),
        ("Lead", f"/acme/leads/{lead.pk}/"),
    ]  # fmt: skip
    offers = [re.findall(r"opportunities/new/\?contact=([\w-]+)", one) for one in matches]
    assert offers == [[str(contact.pk)], [str(other.pk)], []]
    assert "Already here as a contact or a lead" in page
