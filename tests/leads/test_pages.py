"""The lead's own pages, over HTTP and without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from contacts.models import Contact
from crm.activities.models import Activity
from crm.picklists.selectors import choice_meaning, choices
from crm.tenants.context import tenant_context
from leads.models import Lead
from leads.services import meaning_of
from opportunities.models import Opportunity, OpportunityContact
from opportunities.services import add_contact_role
from tests import make
from tests.leads.browser_form import form_values
from tests.leads.test_conversion import choice_of, full_lead
from tests.own_words import tight
from tests.people import Firm, client_of


@pytest.fixture
def lead(firm: Firm) -> Lead:
    with tenant_context(firm.tenant):
        return full_lead(firm)


def path_of(lead: Lead, page: str = "") -> str:
    return f"/acme/leads/{lead.pk}/{page}"


def form_of(client: Client, path: str) -> dict[str, Any]:
    """What a browser would send of the conversion page as it stands."""
    return form_values(client.get(path).content.decode(), "convert-page")


def now(firm: Firm, lead: Lead) -> Lead:
    with tenant_context(firm.tenant):
        return Lead.objects.select_related("account", "contact", "opportunity", "status").get(pk=lead.pk)


def test_the_page_sent_as_it_stands_converts_and_shows_what_became(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    answer = client.post(path, form_of(client, path), follow=True)
    assert answer.redirect_chain == [(path, 303)]
    done = now(firm, lead)
    page = answer.content.decode()
    for record in (done.account, done.contact, done.opportunity):
        assert f"/{record.type_key}/{record.pk}/" in page
    assert path_of(lead, "conversion/undo/") in page
    assert done.opportunity.name == "Kestrel Logistics – Telemetry"
    assert done.opportunity.amount_minor == 2_200_000


def test_sent_twice_it_is_done_once(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    data = form_of(client, path)
    assert [client.post(path, data).status_code for _time in range(3)] == [303, 303, 303]
    with tenant_context(firm.tenant):
        assert (Account.objects.count(), Contact.objects.count(), Opportunity.objects.count()) == (1, 1, 1)


def test_the_button_and_the_sentence_say_what_will_happen(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="Kestrel Logistics", city="Bremen", phone="+1 212 555 0142")
    page = tight(client_of(firm.ana).get(path_of(lead, "conversion/")).content.decode())
    button = re.search(r'<button class="button button-primary"[^>]*>(.*?)</button>', page.split('id="convert-foot"')[1])
    assert button and re.sub("<.*?>", "", button[1]) == "Link Kestrel Logistics, create contact and opportunity"
    assert "links the account “Kestrel Logistics” and sets its website and employees" in page
    assert "creates the contact “Helena Brandt”" in page
    assert "same name" in page and "same phone" in page


def test_a_name_alone_links_nothing(firm: Firm, lead: Lead) -> None:
    """D4."""
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="Kestrel Logistics", website="kestrel.test", country="Chile")
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    page = tight(client.get(path).content.decode())
    assert '<span class="badge tone-neutral">same name</span>' in page
    assert '<span class="badge tone-warning">other domain</span>' in page
    assert form_of(client, path)["accounts"] == "new"


def test_an_open_opportunity_with_the_contact_goes_before_a_new_one(firm: Firm, lead: Lead) -> None:
    """D9."""
    with tenant_context(firm.tenant):
        contact = make.contact(firm.ana, email=lead.email, first_name="Helena", last_name="Brandt")
        make.opportunity(firm.ana, contact=contact, stage=make.stage("won"))
        deal = make.opportunity(firm.ana, contact=contact, name="Running deal")
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    sent = form_of(client, path)
    assert sent["opportunities"] == str(deal.pk)
    announced = {"announced": f"{sent['accounts']} {sent['contacts']} new"}
    preview = client.post(path, sent | {"opportunities": "new", "preview": "1"}, headers={"HX-Request": "true"})
    assert "There is an open opportunity with this contact already: " in preview.content.decode()
    assert client.post(path, sent | {"opportunities": "new"} | announced).status_code == 303
    with tenant_context(firm.tenant):
        assert Opportunity.objects.filter(contact=contact).count() == 3, "whoever wants one more has it"


def test_a_contact_of_another_account_is_told(firm: Firm, lead: Lead) -> None:
    """D8."""
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Compare AG")
        contact = make.contact(firm.ana, first_name="Cora", last_name="Vance", account=account, email=lead.email)
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    sent = form_of(client, path)
    assert (sent["accounts"], sent["contacts"]) == (str(account.pk), str(contact.pk))
    told = "Cora Vance belongs to the account Compare AG and stays there, not at Kestrel Logistics."

    def page(**choice: str) -> str:
        answer = client.post(path, sent | choice | {"preview": "1"}, headers={"HX-Request": "true"})
        return answer.content.decode().replace("\u2068", "").replace("\u2069", "")

    assert told in page(accounts="new")
    assert "belongs to" not in page()
    assert "belongs to" not in page(accounts="none")
    assert "belongs to" not in page(accounts="new", contacts="new")
    with tenant_context(firm.tenant):
        holding = make.account(firm.ana, name="Compare Holding AG")
        deal = make.opportunity(firm.ana, account=holding)
    main = "Cora Vance belongs to the account Compare AG, not to Compare Holding AG."
    assert main in page(accounts="none", opportunities=str(deal.pk)), "she becomes its main contact"
    with tenant_context(firm.tenant):
        add_contact_role(opportunity=deal, contact=make.contact(firm.ana, account=holding), actor=firm.ana)
    assert "belongs to" not in page(accounts="none", opportunities=str(deal.pk)), "it has one, who stays"


def test_another_choice_than_the_announced_one_is_asked_again(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    data = form_of(client, path) | {"opportunities": "none"}
    again = client.post(path, data)
    assert again.status_code == 422
    assert "makes no opportunity" in again.content.decode()
    assert now(firm, lead).converted_at is None
    data["announced"] = again.context["form"].signature
    assert client.post(path, data).status_code == 303
    assert now(firm, lead).opportunity is None


def test_a_preview_changes_nothing_and_compares_the_chosen_record(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Kestrel Logistik", city="Bremen")
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    data = form_of(client, path) | {"accounts": str(account.pk), "preview": "1"}
    answer = client.post(path, data, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert "Bremen" in page
    assert 'name="accounts-wins-city"' in page
    assert now(firm, lead).converted_at is None


def test_the_winner_of_each_field_can_be_changed(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="Kestrel Logistics", city="Bremen", phone="+1 212 555 0142")
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    data = form_of(client, path)
    assert (data["accounts-wins-city"], data["accounts-wins-website"]) == ("record", "lead")
    data |= {"accounts-wins-city": "lead", "accounts-wins-website": "record"}
    assert client.post(path, data).status_code == 303
    account = now(firm, lead).account
    assert (account.city, account.website) == ("Hamburg", "")


def test_errors_stand_at_their_field_and_nothing_typed_is_lost(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    data = form_of(client, path) | {
        "accounts-name": "",
        "contacts-first_name": "",
        "contacts-last_name": "Somebody Else",
        "opportunities-amount": "a lot",
        "opportunities-name": "My deal",
    }
    answer = client.post(path, data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_accounts-name"' in page
    assert "“a lot” is not a number" in page
    assert 'value="Somebody Else"' in page
    assert 'value="My deal"' in page
    assert now(firm, lead).converted_at is None


def test_what_the_service_refuses_stands_at_its_field_too(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    empty = {f"contacts-{name}": "" for name in ("first_name", "last_name", "email", "phone", "job_title")}
    answer = client.post(path, form_of(client, path) | empty)
    assert answer.status_code == 422
    assert 'id="id_contacts-last_name_error"' in answer.content.decode()
    with tenant_context(firm.tenant):
        assert not Account.objects.exists()
    nothing = form_of(client, path) | {"accounts": "none", "contacts": "none", "opportunities": "none"}
    nothing.pop("announced")
    answer = client.post(path, nothing)
    assert "becomes an account or a contact" in answer.content.decode()


def test_role_and_owner_are_chosen(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    with tenant_context(firm.tenant):
        role = choice_of("contact_role", "Economic buyer")
    data = form_of(client, path) | {"owner": str(firm.sam.pk), "role": str(role.pk)}  # type: ignore[attr-defined]
    assert client.post(path, data).status_code == 303
    assert now(firm, lead).opportunity.owner_id == firm.sam.pk
    with tenant_context(firm.tenant):
        assert OpportunityContact.objects.get().role == role


def test_only_open_stages_are_offered(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    data = form_of(client, path)
    with tenant_context(firm.tenant):
        won, second = make.stage("won"), choice_of_stage(1)
    assert client.post(path, data | {"opportunities-stage": str(won.pk)}).status_code == 422
    assert client.post(path, data | {"opportunities-stage": str(second.pk)}).status_code == 303
    assert now(firm, lead).opportunity.stage_id == second.pk


def choice_of_stage(number: int) -> Any:
    from crm.picklists.selectors import stages

    return stages()[number]


def test_undo_asks_then_undoes(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    client.post(path, form_of(client, path))
    asked = client.get(path_of(lead, "conversion/undo/"))
    assert "Everything goes back" in asked.content.decode()
    answer = client.post(path, {"_method": "DELETE"}, follow=True)
    assert answer.redirect_chain == [(path_of(lead), 303)]
    assert now(firm, lead).converted_at is None
    told = client.get(path_of(lead)).content.decode()
    assert "undid the conversion of the lead" in told and "because Ana Owner converted" not in told
    assert client.post(path, {"_method": "DELETE"}).status_code == 303
    with tenant_context(firm.tenant):
        assert not Account.objects.exists()


def test_undo_names_what_blocks_it_with_a_link(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    client.post(path, form_of(client, path))
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, name="Second deal", account=now(firm, lead).account)
    for answer, status in (
        (client.get(path_of(lead, "conversion/undo/")), 200),
        (client.post(path, {"_method": "DELETE"}), 409),
    ):
        assert answer.status_code == status
        assert f'href="/acme/opportunities/{deal.pk}/"' in answer.content.decode()
        assert "Second deal" in answer.content.decode()
    assert now(firm, lead).converted_at is not None


def test_who_converts_second_is_told_who_was_first_with_links_to_what_came_of_it(firm: Firm, lead: Lead) -> None:
    """ "… cannot be changed now" named nobody, and led to nothing."""
    path = path_of(lead, "conversion/")
    late, ana = client_of(firm.max), client_of(firm.ana)
    typed = form_of(late, path)
    ana.post(path, form_of(ana, path))
    lead = now(firm, lead)
    account, deal = f'href="/acme/accounts/{lead.account_id}/"', f'href="/acme/opportunities/{lead.opportunity_id}/"'
    answer = late.post(path, typed)
    page = answer.content.decode()
    assert (answer.status_code, "Ana Owner converted it on" in page) == (409, True)
    assert account in page and deal in page
    with tenant_context(firm.tenant):
        Opportunity.objects.update(deleted_at=timezone.now())
    page = late.get(path_of(lead, "edit/")).content.decode()
    assert "Ana Owner converted it on" in page and account in page and deal not in page


def test_a_converted_lead_is_read_only_yet_listed_and_shown(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    for field in ("job_title", "last_name"):
        assert client.post(path_of(lead, f"fields/{field}/"), {field: "Brandt"}).status_code == 303
    path = path_of(lead, "conversion/")
    client.post(path, form_of(client, path))
    with tenant_context(firm.tenant):
        working = choice_meaning("lead_status", "working")
        reason = choice_of("unqualified_reason", "No need")
    posts = {
        "edit/": {"last_name": "Other", "email": "x@y.example"},
        "fields/last_name/": {"last_name": "Other"},
        "status/": {"status": str(working.pk)},
        "closing/": {"unqualified_reason": str(reason.pk)},  # type: ignore[attr-defined]
    }
    for page, data in posts.items():
        answer = client.post(path_of(lead, page), data)
        assert answer.status_code == 409, page
        assert "read-only" in answer.content.decode()
    assert client.post(path_of(lead, "deletion/")).status_code == 303
    lead = now(firm, lead)
    assert (lead.last_name, lead.deleted_at) == ("Brandt", None)
    shown = client.get(path_of(lead)).content.decode()
    assert "read-only" in shown
    assert f"/accounts/{lead.account_id}/" in shown
    assert "Helena Brandt" in client.get("/acme/leads/?filters=none").content.decode()


def test_the_records_point_back_to_the_lead(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "conversion/")
    client.post(path, form_of(client, path))
    lead = now(firm, lead)
    for record in (lead.account, lead.contact, lead.opportunity):
        page = client.get(f"/acme/{record.type_key}/{record.pk}/").content.decode()
        assert path_of(lead) in page
        hidden = client_of(firm.sam).get(f"/acme/{record.type_key}/{record.pk}/").content.decode()
        assert path_of(lead) not in hidden


def test_the_status_bar_moves_a_lead_and_its_ends_ask(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    page = client.get(path_of(lead)).content.decode()
    assert 'class="stage-bar"' in page
    assert "convert it first" in page
    with tenant_context(firm.tenant):
        chosen = {key: choice_meaning("lead_status", key) for key in ("qualified", "converted", "unqualified")}
    answer = client.post(path_of(lead, "status/"), {"status": str(chosen["qualified"].pk)})
    assert (answer.status_code, answer["Location"]) == (303, path_of(lead))
    assert now(firm, lead).status.meaning == "qualified"
    answer = client.post(path_of(lead, "status/"), {"status": str(chosen["converted"].pk)})
    assert answer["Location"] == path_of(lead, "conversion/")
    answer = client.post(path_of(lead, "status/"), {"status": str(chosen["unqualified"].pk)})
    assert answer["Location"] == path_of(lead, "closing/")
    assert now(firm, lead).status.meaning == "qualified"
    assert client.post(path_of(lead, "status/"), {"status": "nonsense"}).status_code == 404
    assert "Move Helena Brandt to…" in client.get(path_of(lead, "status/")).content.decode()


def test_a_closed_lead_offers_no_conversion_which_would_be_refused(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    to_conversion = f'href="{path_of(lead, "conversion/")}"'
    assert to_conversion in client.get(path_of(lead)).content.decode()
    with tenant_context(firm.tenant):
        reason = str(choices("unqualified_reason")[0].pk)
    assert client.post(path_of(lead, "closing/"), {"unqualified_reason": reason}).status_code == 303
    assert to_conversion not in client.get(path_of(lead)).content.decode()
    assert client.get(path_of(lead, "conversion/")).status_code == 409


def test_closing_needs_a_reason_and_leaves_a_task(firm: Firm, lead: Lead) -> None:
    client = client_of(firm.ana)
    path = path_of(lead, "closing/")
    assert "No budget" in client.get(path).content.decode()
    missing = client.post(path, {"task_due_on": "2027-05-03", "task_subject": "Budget again?"})
    assert missing.status_code == 422
    assert "Budget again?" in missing.content.decode()
    with tenant_context(firm.tenant):
        reason: Any = choice_of("unqualified_reason", "No budget")
    data = {"unqualified_reason": str(reason.pk), "task_due_on": "2027-05-03", "task_owner": str(firm.sam.pk)}
    assert client.post(path, data).status_code == 303
    assert now(firm, lead).unqualified_reason_id == reason.pk
    with tenant_context(firm.tenant):
        task = Activity.objects.get()
        assert (task.owner_id, task.due_on.isoformat()) == (firm.sam.pk, "2027-05-03")  # type: ignore[union-attr]
    refused = client.post(path_of(lead, "conversion/"), {"contacts": "new"})
    assert refused.status_code == 409
    assert "Reopen" in client.get(path).content.decode()
    assert client.post(path, {"_method": "DELETE"}).status_code == 303
    with tenant_context(firm.tenant):
        assert meaning_of(now(firm, lead)) == "working"


PAGES = ("status/", "closing/", "conversion/", "conversion/undo/")


def test_who_may_not_edit_the_lead_finds_none_of_its_actions(firm: Firm, lead: Lead, other_firm: Firm) -> None:
    for member, slug in ((firm.sam, "acme"), (firm.rita, "acme"), (other_firm.ada, "globex")):
        for page in PAGES:
            path = f"/{slug}/leads/{lead.pk}/{page}"
            for method in ("get", "post"):
                if (page, method) not in (("status/", "get"), ("conversion/undo/", "post")):
                    assert getattr(client_of(member), method)(path).status_code == 404, (member, path, method)
    assert now(firm, lead).converted_at is None
    assert client_of(firm.max).get(path_of(lead, "conversion/")).status_code == 200
