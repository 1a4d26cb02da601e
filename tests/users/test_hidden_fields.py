"""Fields that a role does not see, or may only see (P4): what they hold is not asked by, and not written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.services import update_account
from crm import catalogue
from crm.events.delivery import deliver_all
from crm.records.access import visible_records
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, READ_ONLY
from crm.users.models import Membership, Role
from crm.users.services import limit_fields
from opportunities.services import move_to_stage
from tests import make
from tests.forms import form_of
from tests.leads.browser_form import form_values
from tests.leads.test_bulk_conversion import try_out
from tests.own_words import own_words
from tests.people import Firm, client_of


@pytest.fixture
def kept_from(firm: Firm) -> Callable[..., Client]:
    """Limits what reps may do with fields of contacts; returns Ana's client."""

    def limit(**limits: str) -> Client:
        with tenant_context(firm.tenant):
            limit_fields(actor=firm.ada, role=firm.ana.role, key="contacts", limits=limits)
        return client_of(firm.ana)

    return limit


def test_nothing_is_asked_by_a_hidden_field(firm: Firm, kept_from: Callable[..., Client]) -> None:
    with tenant_context(firm.tenant):
        here = make.account(firm.ana, name="Canary Ltd", website="https://canary.example")
        one = make.contact(
            firm.ana, first_name="Ada", last_name="One", phone="+1 416 555 0101", email="one@canary.example"
        )
        make.contact(firm.ana, first_name="Bea", last_name="Two", account=here)

    def found(client: Client, query: str) -> bool:
        return one.name in client.get(f"/acme/{query}").content.decode()

    client = client_of(firm.ana)
    asked = (
        "contacts/?phone__starts=%2B1416&view=",
        "search/?q=416+555+0101",
        "search/?q=5550101",
        "search/?q=one@canary.example",
        "search/palette/?q=canary",
        "lookup/contacts/?q=5550101",
    )
    assert all(found(client, query) for query in asked)
    client = kept_from(phone=HIDDEN, email=HIDDEN)
    for query in asked[1:]:
        assert not found(client, query), query
    listed = client.get("/acme/contacts/?phone__starts=%2B1999").content.decode()
    assert one.name in listed and "Your role does not show this field" in listed, "it finds what it would find without"
    assert "The filter “Phone” was left out." in listed
    assert found(client, "search/?q=Ada+One")
    told = "What is hidden from your role is not searched."
    for text in ("one@canary.example", "Nosuch"):
        assert told in client.get(f"/acme/search/?q={text}").content.decode()
        assert told not in client_of(firm.ada).get(f"/acme/search/?q={text}").content.decode()
    file = client.get("/acme/contacts/export/?filters=none&columns=name,phone,email").content.decode()
    assert one.name in file and "555" not in file and "phone" not in file
    listed = client.get("/acme/contacts/?sort=phone&columns=name,phone").content.decode()
    assert "Columns left out" not in listed and "Not sorted by “Phone”: your role does not show it." in listed


@pytest.mark.parametrize("limit", [HIDDEN, READ_ONLY])
def test_nobody_writes_what_they_may_not(firm: Firm, kept_from: Callable[..., Client], limit: str) -> None:
    with tenant_context(firm.tenant):
        one = make.contact(firm.ana, first_name="Ada", last_name="One", phone="+1 416 555 0101")
    page = f"/acme/contacts/{one.pk}/"
    client = client_of(firm.ana)
    assert client.get(f"{page}fields/phone/").status_code == 200
    sent = form_of(client, f"{page}edit/").send(phone="+1 416 555 0102", job_title="Buyer")
    assert sent.status_code == 303
    assert "set:opted_out" in client.get("/acme/contacts/?filters=none").content.decode()
    client = kept_from(phone=limit, opted_out=limit)
    assert client.get(f"{page}fields/phone/").status_code == 404
    assert client.post(f"{page}fields/phone/", {"phone": "1"}).status_code == 404
    form = form_of(client, f"{page}edit/")
    assert form.send(phone="+1 416 555 0199", job_title="Buyer").status_code == 422
    assert form.send(job_title="Seller").status_code == 303
    assert ("555 0102" in client.get(page).content.decode()) == (limit == READ_ONLY)
    offered = client.get("/acme/contacts/?filters=none").content.decode()
    assert "set:relationship" in offered and "set:opted_out" not in offered
    with tenant_context(firm.tenant):
        one.refresh_from_db()
        assert (one.phone, one.phone_key, one.job_title) == ("+1 416 555 0102", "+14165550102", "Seller")
        made = catalogue.seen_type("contacts", firm.ana)
        assert "phone" not in {spec.name for spec in made.specs_now() if spec.importable}


def test_what_was_emptied_is_not_written_away(firm: Firm) -> None:
    """A record that was fetched to be shown may be written all the same: what follows from a hidden field stays."""
    with tenant_context(firm.tenant):
        one = make.account(firm.ana, name="One Ltd", website="https://one.example", phone="+1 416 555 0101")
        hidden = {"website": HIDDEN, "phone": HIDDEN}
        limit_fields(actor=firm.ada, role=firm.ana.role, key="accounts", limits=hidden)
        ana = Membership.objects.select_related("role").get(pk=firm.ana.pk)
        shown = visible_records(ana, catalogue.record_type("accounts")).get(pk=one.pk)
        assert (shown.website, shown.phone) == ("", "")
        limit_fields(actor=firm.ada, role=ana.role, key="contacts", limits={"opted_out": HIDDEN})
        out = make.contact(firm.ana, opted_out=True)
        assert visible_records(ana, catalogue.record_type("contacts")).get(pk=out.pk).opted_out is False
        update_account(shown, actor=ana, values={"city": "Bern"})
        one.refresh_from_db()
        assert (one.website, one.domain, one.phone_key) == ("https://one.example", "one.example", "+14165550101")
        assert one.city == "Bern"


def hide_addresses(firm: Firm, key: str) -> None:
    """From reps, who create no leads then: they could give no address of them."""
    role = firm.ana.role
    access = {**role.access, "leads": {**role.access["leads"], "create": "none"}}
    Role.objects.filter(pk=role.pk).update(access=access)
    limit_fields(actor=firm.ada, role=role, key=key, limits={"phone": HIDDEN, "email": HIDDEN})


@pytest.mark.parametrize("key", ["leads", "contacts"])
def test_a_conversion_carries_what_nobody_sees(firm: Firm, key: str) -> None:
    """Hidden where it comes from or where it goes: the page shows nothing of it, and the conversion loses nothing."""
    with tenant_context(firm.tenant):
        hide_addresses(firm, key)
        reached = {"phone": "+1 416 555 0101", "email": "one@canary.example"}
        alone = make.lead(firm.ana, last_name="Alone", **reached)
        known = make.lead(firm.ana, last_name="Known", phone="+1 416 555 0303", email="known@canary.example")
        there = make.contact(firm.ana, last_name="Known", phone="+1 416 555 0202", email="")
    client = client_of(firm.ana)
    for lead, chosen in ((alone, "new"), (known, str(there.pk))):
        where = f"/acme/leads/{lead.pk}/conversion/"
        page = client.get(f"{where}?contacts={chosen}").content.decode()
        assert "canary" not in page and "555 0101" not in page and "555 0303" not in page
        asked = form_values(client.get(where).content.decode(), "convert-page")
        ways = {"contacts": chosen, "contacts-compared": chosen, "accounts": "none", "opportunities": "none"}
        again = client.post(where, asked | ways).content.decode()  # it says first what will happen now
        assert "canary" not in again and "555 0101" not in again and "555 0303" not in again
        assert client.post(where, form_values(again, "convert-page") | ways).status_code == 303
        with tenant_context(firm.tenant):
            lead.refresh_from_db()
            assert lead.is_converted, "it is sent once"
            made = lead.contact
            if chosen == "new":
                assert (made.phone, made.email) == ("+1 416 555 0101", "one@canary.example")
            else:
                assert (made.pk, made.phone, made.email) == (there.pk, "+1 416 555 0202", "known@canary.example")


def test_a_file_brings_nothing_into_a_hidden_field(firm: Firm) -> None:
    content = b"name,phone,city\nOne Ltd,+1 416 555 0101,Bern\n"
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.max.role, key="accounts", limits={"phone": HIDDEN, "city": READ_ONLY})
    offered = {}
    for who in (firm.ada, firm.max):
        client = client_of(who)
        sent = client.post("/acme/imports/new/accounts/", {"file": SimpleUploadedFile("some.csv", content)})
        page = client.get(sent["Location"]).content.decode()
        offered[who] = [name for name in ("name", "phone", "city") if f'<option value="{name}"' in page]
    assert offered == {firm.ada: ["name", "phone", "city"], firm.max: ["name"]}


def test_an_admin_says_what_a_role_sees(firm: Firm) -> None:
    client = client_of(firm.ada)
    path = firm.url("setup:role_fields", id=str(firm.ana.role_id), type="leads")
    assert "owner" not in (offered := form_of(client, path).data) and "phone" in offered
    assert form_of(client, path).send(phone=HIDDEN, city=READ_ONLY).status_code == 303
    told = client.get(firm.url("setup:role", id=str(firm.ana.role_id))).content.decode()
    assert "Hidden: Phone." in told and "Only seen: City." in told
    assert "Phone" not in client_of(firm.ana).get("/acme/leads/new/").content.decode()
    assert "Phone" in client.get("/acme/leads/new/").content.decode(), "who sets up sees everything"
    assert client.get(firm.url("setup:role_fields", id=str(firm.ada.role_id), type="leads")).status_code == 404


@pytest.mark.parametrize("key", ["leads", "contacts"])
def test_no_candidate_is_found_by_what_is_hidden(firm: Firm, key: str) -> None:
    """Neither on the page of a conversion nor in the preview of many: an address could be guessed."""
    with tenant_context(firm.tenant):
        there = make.contact(firm.ana, last_name="Someone", email="one@canary.example", phone="+1 416 555 0101")
        lead = make.lead(firm.ana, last_name="Else", email="one@canary.example", phone="+1 416 555 0101")
    client = client_of(firm.ana)

    def offered() -> tuple[bool, bool]:
        page = client.get(f"/acme/leads/{lead.pk}/conversion/").content.decode()
        answer, _run = try_out(firm, [lead])
        return there.name in page, there.name in client.get(answer["Location"]).content.decode()

    assert offered() == (True, True)
    with tenant_context(firm.tenant):
        hide_addresses(firm, key)
    assert offered() == (False, False)


def test_no_account_is_found_by_a_hidden_website_or_colleague(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        here = make.account(firm.ana, name="Canary Ltd", website="https://canary.example")
        there = make.account(firm.ana, name="Nightingale")
        make.contact(firm.ana, account=there, email="two@canary.example")
        lead = make.lead(firm.ana, last_name="Else", company="Unlike", email="one@canary.example")
    client = client_of(firm.ana)

    def offered() -> list[str]:
        page = client.get(f"/acme/leads/{lead.pk}/conversion/").content.decode()
        return [one.name for one in (here, there) if one.name in page]

    def asked_anew() -> bool:
        answer = form_of(client, "/acme/accounts/new/").send(name="Another", website="https://www.canary.example")
        return here.name in answer.content.decode()

    assert offered() == [here.name, there.name] and asked_anew()
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="accounts", limits={"website": HIDDEN})
    assert offered() == [] and not asked_anew()
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="accounts", limits={})
        limit_fields(actor=firm.ada, role=firm.ana.role, key="contacts", limits={"email": HIDDEN})
    assert offered() == [here.name]


def test_no_sentence_tells_a_hidden_day(firm: Firm) -> None:
    """Why an account is of its type: the day of a win, of a contract's end, and since when it is of that type."""
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, opened_on=date(2019, 1, 1))
        move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana, on=date(2019, 3, 17))
        deliver_all()
    client = client_of(firm.ana)

    def told() -> str:
        return client.get(f"/acme/accounts/{deal.account_id}/").content.decode()

    assert told().count("Mar 17, 2019") >= 2 and "a day that is hidden" not in told()
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="opportunities", limits={"closed_on": HIDDEN})
        limit_fields(actor=firm.ada, role=firm.ana.role, key="accounts", limits={"type_since": HIDDEN})
    assert "a day that is hidden from you" in told() and "Mar 17, 2019" not in told() and "start unknown" not in told()


def test_nothing_hidden_is_said_in_a_text_that_all_read(firm: Firm) -> None:
    """Names and descriptions that a conversion makes, also when somebody makes them who sees everything."""
    with tenant_context(firm.tenant):
        told = make.lead(firm.ana, last_name="One", company="Acme", product_interest="Secret")
        limit_fields(actor=firm.ada, role=firm.ana.role, key="leads", limits={"product_interest": HIDDEN})
        kept = make.lead(firm.ana, last_name="Two", company="Boreal", product_interest="Secret")
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="leads", limits={})
    names = []
    for lead, limits in ((told, {}), (kept, {"product_interest": HIDDEN})):
        with tenant_context(firm.tenant):
            limit_fields(actor=firm.ada, role=firm.ana.role, key="leads", limits=limits)
        for member in (firm.ana, firm.ada):
            page = client_of(member).get(f"/acme/leads/{lead.pk}/conversion/").content.decode()
            names.append(form_values(page, "convert-page")["opportunities-name"])
        answer, _run = try_out(firm, [lead], opportunities="new")
        names.append("Secret" in client_of(firm.ana).get(answer["Location"]).content.decode())
    assert names == ["Acme – Secret", "Acme – Secret", True, "Boreal", "Boreal", False]


def test_a_hidden_probability_is_neither_told_nor_judged(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, probability=73)
        won = make.opportunity(firm.ana, probability=73)
        move_to_stage(opportunity=won, stage=make.stage("won"), actor=firm.ana)
    client = client_of(firm.ana)

    def told() -> tuple[bool, bool, bool]:
        page = client.get(f"/acme/opportunities/{deal.pk}/").content.decode()
        again = client.get(f"/acme/opportunities/{won.pk}/reopening/").content.decode()
        return "set by hand" in page, "Back to the stage" in page, "as it was set by hand" in again

    def limit(limits: dict[str, str]) -> None:
        with tenant_context(firm.tenant):
            limit_fields(actor=firm.ada, role=firm.ana.role, key="opportunities", limits=limits)

    assert told() == (True, True, True)
    limit({"probability": READ_ONLY})
    assert told() == (True, False, True)
    limit({"probability": HIDDEN})
    assert told() == (False, False, False)


def test_services_judge_what_is_there_and_not_what_is_shown(firm: Firm) -> None:
    """Ana does not see when it was won: she cannot say that it was opened after that all the same."""
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, opened_on=date(2019, 1, 1))
        move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana, on=date(2019, 3, 17))
        limit_fields(actor=firm.ada, role=firm.ana.role, key="opportunities", limits={"closed_on": HIDDEN})
    client = client_of(firm.ana)
    field = f"/acme/opportunities/{deal.pk}/fields/opened_on/"
    refused = client.post(field, {"opened_on": "2019-04-01"})
    assert refused.status_code == 422 and "It was closed earlier." in refused.content.decode()
    assert "2019-03" not in refused.content.decode() and "Mar 17" not in refused.content.decode()
    assert client.post(field, {"opened_on": "2019-02-01"}).status_code == 303
    with tenant_context(firm.tenant):
        deal.refresh_from_db()
        assert (deal.opened_on, deal.closed_on) == (date(2019, 2, 1), date(2019, 3, 17))


def test_mailing_lists_do_not_tell_who_wants_no_mail(firm: Firm, kept_from: Callable[..., Client]) -> None:
    with tenant_context(firm.tenant):
        one = make.contact(firm.ana, opted_out=True)
    page = f"/acme/mailing-lists/contacts/{one.pk}/"
    assert "does not want mails" in " ".join(client_of(firm.ana).get(page).content.decode().split())
    assert "does not want mails" not in " ".join(kept_from(opted_out=HIDDEN).get(page).content.decode().split())


NO_LEADS = "People of this role could create no leads: each needs one of E-mail, Phone."


@pytest.mark.parametrize("limit", [HIDDEN, READ_ONLY])
def test_a_role_that_makes_leads_keeps_what_each_of_them_needs(firm: Firm, limit: str) -> None:
    client, ana = client_of(firm.ada), client_of(firm.ana)
    path = firm.url("setup:role_fields", id=str(firm.ana.role_id), type="leads")
    refused = form_of(client, path).send(phone=limit, email=HIDDEN)
    assert refused.status_code == 422 and NO_LEADS in own_words(refused)
    assert form_of(client, path).send(phone="", email=limit).status_code == 303
    assert form_of(ana, "/acme/leads/new/").send(last_name="Hill", phone="+1 416 555 0101").status_code == 303
    with tenant_context(firm.tenant):
        Role.objects.filter(pk=firm.ana.role_id).update(access={"leads": {"view": "all", "create": "none"}})
    assert form_of(client, path).send(phone=limit, email=HIDDEN).status_code == 303
    role = firm.url("setup:role", id=str(firm.ana.role_id))
    refused = form_of(client, role).send(**{"leads-create": "all"})
    assert refused.status_code == 422 and f"create: {NO_LEADS}" in own_words(refused)
    with tenant_context(firm.tenant):
        assert Role.objects.get(pk=firm.ana.role_id).access["leads"]["create"] == "none"
    assert form_of(client, role).send(can_set_up="on", **{"leads-create": "all"}).status_code == 303, "reaches all"
    assert form_of(client, role).send(can_set_up=None).status_code == 422
    form_of(client, role).send(can_set_up=None, **{"leads-create": "none"})
    assert form_of(client, path).send(phone=limit, email="").status_code == 303
    assert form_of(client, role).send(**{"leads-create": "all"}).status_code == 303
