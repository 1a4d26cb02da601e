"""Converting many leads: what each would become is said before, what was made is linked, and all can be undone."""

from __future__ import annotations

import re

import pytest

from contacts.models import Contact
from contacts.services import update_contact
from crm.activities.services import create_activity
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.ui import format as formats
from crm.users.models import Membership
from leads.conversion.defaults import usual_close
from leads.models import Lead
from opportunities.models import Opportunity
from opportunities.services import update_opportunity
from tests import make
from tests.leads.test_bulk_conversion import ALSO, counts, go_on, latest, some_leads, try_out
from tests.own_words import own_words, tight
from tests.people import Firm, client_of


@pytest.fixture
def leads(firm: Firm) -> list[Lead]:
    return some_leads(firm)


def test_the_preview_says_lead_by_lead_what_it_would_become(firm: Firm, leads: list[Lead]) -> None:
    """Counts alone hid which account and contact were taken, a day that nobody had set and an owner who had left."""
    with tenant_context(firm.tenant):
        other = make.account(firm.max, name="Other", website="other.example")
        for name in ("Jim", "Jörg"):
            make.contact(firm.max, first_name=name, last_name="Twin", email="twin@mail.example")
        twin = make.lead(firm.ana, first_name="Jörg", last_name="Twin", email="twin@mail.example")
        near = make.lead(firm.ana, last_name="Near", company="Oeil", city="Ulm", email="near@gmail.com")
        make.account(firm.max, name="Oeil SARL", city="Ulm")
        Membership.objects.filter(pk=firm.sam.pk).update(is_active=False)
        Lead.objects.filter(pk=leads[4].pk).update(owner=firm.sam)
        usual = usual_close()
    chosen = [*leads, twin, near]
    asked = client_of(firm.ada).post("/acme/bulk/leads/new/", {"action": "convert", "id": [str(x.pk) for x in chosen]})
    form = tight(asked.content.decode())
    assert "Preview…</button>" in form and f'value="{usual:%Y-%m-%d}"' in form
    answer, run = try_out(firm, chosen, firm.ada, **{"to-expected_close_on": "2031-03-04"})
    assert (run.done_count, run.refused_count, run.counts["left"]) == (5, 2, 2)
    page = tight(client_of(firm.ada).get(answer["Location"]).content.decode())
    assert "Convert 5 leads</button>" in page and "Preview: Convert 7 leads" in page
    listed = " ".join(re.sub("<[^>]+>", " ", own_words(client_of(firm.ada).get("/acme/bulk/"))).split())
    assert "Rows Left out Refused" in listed and "(only tried) 7 2 0 Ada" in listed, "no rule has refused them"
    file = client_of(firm.ada).get(f"/acme/bulk/{run.pk}/refused/").content.decode()
    assert file.startswith("\ufeffid,name,state,reason") and file.count(",left out,") == 2 and ",refused," not in file
    assert f'<span class="badge">Existing</span><a class="link" href="/acme/accounts/{other.pk}/">Other</a>' in page
    assert "same domain" in page and "New, shared</span>Kestrel Ltd" in page
    assert (
        page.count("Stage: Qualifying") == page.count("Expected close: Mar 4, 2031") == 5
        and "Owner: Ada" in page
        and "is deactivated)" in page
    )
    assert "Several contacts fit: “Jörg Twin” (same e-mail, same name); “Jim Twin” (same e-mail, similar name)." in page
    assert "Account “Oeil SARL” may be the same (same name, same city)." in page
    assert client_of(firm.ada).post(answer["Location"]).status_code == 303
    page = client_of(firm.ada).get(answer["Location"]).content.decode()
    with tenant_context(firm.tenant):
        made = Opportunity.objects.select_related("account", "contact")
        assert {str(one.expected_close_on) for one in made} == {"2031-03-04"}
        assert firm.sam.pk not in {one.owner_id for one in made}
        for record in [record for one in made for record in (one, one.account, one.contact) if record is not None]:
            assert f'href="/acme/{record.type_key}/{record.pk}/"' in page
    assert "Several contacts fit" in page and "What was made" in page


def test_bulk_conversion_is_undone_as_a_whole(firm: Firm, leads: list[Lead]) -> None:
    """The last lead first: what it shares with those before it is built on theirs. What was built on stays."""
    _answer, run = try_out(firm, leads)
    go_on(firm, run)
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.get(contact__last_name="Four")
        update_opportunity(deal, actor=firm.ana, values={"name": "Renamed"})
    path = f"/acme/bulk/{run.pk}/"
    assert "Undo</button>" in client_of(firm.ana).get(path).content.decode()
    answer = client_of(firm.ana).post(path, {"_method": "DELETE"}, follow=True)
    with tenant_context(firm.tenant):
        assert counts() == [2, 5, 5, 5], "it asks first"
    answer = client_of(firm.ana).post(answer.redirect_chain[-1][0], {"shown": answer.context["question"].mark})
    undone = latest(firm)
    assert (undone.undoes_id, undone.done_count, undone.refused_count) == (run.pk, 4, 1)
    page = client_of(firm.ana).get(answer["Location"]).content.decode()
    assert "Undo the conversion of 5 leads" in page and "“Renamed” was changed" in page
    with tenant_context(firm.tenant):
        assert counts() == [1, 1, 1, 5]
        assert set(Lead.objects.exclude(converted_at=None)) == {leads[3]}
    assert str(deal.pk) in client_of(firm.ana).get(path).content.decode()


def test_one_whose_records_another_keeps_is_not_undone_in_bulk_and_the_reasons_are_a_list(
    firm: Firm, leads: list[Lead]
) -> None:
    """Lead One's undo binned the account under lead Three, whose own undo a call without text (“Call “””) forbade."""
    _answer, run = try_out(firm, leads[:3])
    go_on(firm, run)
    with tenant_context(firm.tenant):
        contact = Contact.objects.get(last_name="Three")
        create_activity(kind="call", records=[contact], actor=firm.ana)
        update_contact(contact, actor=firm.ana, values={"job_title": "Buyer"})
    answer = client_of(firm.ana).post(f"/acme/bulk/{run.pk}/", {"_method": "DELETE"}, follow=True)
    assert (latest(firm).done_count, latest(firm).refused_count, latest(firm).is_dry_run) == (1, 2, True)
    page = answer.content.decode()
    client_of(firm.ana).post(answer.redirect_chain[-1][0], {"shown": answer.context["question"].mark})
    assert (latest(firm).done_count, latest(firm).refused_count, latest(firm).is_dry_run) == (1, 2, False)
    with tenant_context(firm.tenant):
        call = f"Contact “{contact.name}” has something new: Call on {formats.date(today())}."
    assert f"<li>{call}</li>" in page and f"<li>Contact “{contact.name}” was changed: Job title.</li>" in page
    account = (
        "Lead “Lena Three” was converted into the same records: Account “Kestrel Ltd”. Undo that conversion first."
    )
    assert account in page
    with tenant_context(firm.tenant):
        assert set(Lead.objects.exclude(converted_at=None)) == {leads[0], leads[2]}


def test_an_objection_that_would_not_reach_the_contact_is_doubtful(firm: Firm) -> None:
    """Who may not change the contact linked it as it is, and nobody learnt that the person wants no mails."""
    with tenant_context(firm.tenant):
        make.contact(firm.sam, first_name="Kim", last_name="Far", email="kim@far.example", phone="")
        given = {"first_name": "Kim", "last_name": "Far", "email": "kim@far.example", "phone": "+49 731 5550"}
        lead = make.lead(firm.ana, **given, opted_out=True)
    _answer, run = try_out(firm, [lead])
    assert (run.done_count, run.refused_count) == (0, 1)
    page = client_of(firm.ana).get(f"/acme/bulk/{run.pk}/").content.decode()
    assert "You may not change “Kim Far”: “Opted out” would not be noted there." in page
    answer, run = try_out(firm, [lead], **ALSO)
    told = "You may not change “Kim Far”, so it does not get: Phone, Opted out."
    assert run.doubt_count == 1 and told in client_of(firm.ana).get(answer["Location"]).content.decode()
    assert told in client_of(firm.ana).get(f"/acme/leads/{lead.pk}/conversion/").content.decode()
    with tenant_context(firm.tenant):
        Lead.objects.filter(pk=lead.pk).update(opted_out=False)
    _answer, run = try_out(firm, [lead], firm.max)
    assert (run.done_count, run.doubt_count) == (1, 0)
