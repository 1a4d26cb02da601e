"""What was typed into a form that has lost its place meanwhile: a field, a record that may not be written any more."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.fields.custom.services import delete_field
from crm.picklists.selectors import choice_meaning, choices
from crm.picklists.services import deactivate
from crm.tenants.context import tenant_context
from crm.users.models import Membership, Role
from leads.conversion import convert_lead
from leads.conversion.defaults import plan_for
from leads.models import Lead
from leads.services import close_as_unqualified
from leads.vetting.rule import criteria
from tests import make
from tests.fields.own import add_field, field_of, fresh, sent
from tests.forms import Filled, form_of
from tests.own_words import own_words
from tests.pages.test_kept_forms import signed_in
from tests.people import Firm, client_of

WORDS = "Words of an hour\nand a second line"
UUID_OF_OTHERS = "0b7f6a52-7c1e-4f0e-9a54-0d2f6f2f8a11"
SHOWN = {"text": "Ab-17", "money": "1500.50 EUR", "yes_no": "Yes", "choice": "Large", "person": "Ana Owner"}


@pytest.fixture
def lead(firm: Firm) -> Lead:
    with tenant_context(firm.tenant):
        return make.lead(firm.ana, status=choice_meaning("lead_status", "qualified"))


def take_away(firm: Firm, label: str, type: str, way: str) -> None:
    own = field_of(firm, label, type)
    if way == "deactivated":
        assert client_of(firm.ada).post(firm.url("setup:field_deactivation", type=type, id=own.pk)).status_code == 303
    else:
        with tenant_context(fresh(firm)):
            delete_field(field=own, actor=firm.ada)
    assert way == "deleted" or not field_of(firm, label, type).is_active


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def rows_of(answer: Any) -> dict[str, str]:
    """What the page says that the form held, by label."""
    part = answer.content.decode().partition("What the form held")[2].partition("</section>")[0]
    return {
        unescape(label): unescape(text)
        for label, text in re.findall(r"<dt>\s*(.*?)\s*</dt>\s*<dd>\s*(.*?)\s*</dd>", part, re.S)
    }


@pytest.mark.parametrize("way", ["deactivated", "deleted"])
@pytest.mark.parametrize("place", ["edit", "new"])
def test_a_field_that_was_taken_away_gives_back_what_was_typed_into_it(
    firm: Firm, lead: Lead, way: str, place: str
) -> None:
    name = add_field(client_of(firm.ada), firm, "long_text", "Zz text", "leads")
    address = f"/acme/leads/{lead.pk}/edit/" if place == "edit" else "/acme/leads/new/"
    form = form_of(client_of(firm.ana), address)
    take_away(firm, "Zz text", "leads", way)
    answer = form.send(**{name: WORDS, "last_name": "Typed", "email": "typed@example.com", "anyway": "1"})
    assert answer.status_code == 422
    assert "The field “Zz text” was taken away" in text_of(answer)
    assert WORDS in text_of(answer)
    with tenant_context(firm.tenant):
        assert not Lead.objects.filter(last_name="Typed").exists()
    assert form.again(answer).send(anyway="1").status_code == 303, "knowingly without it"
    with tenant_context(firm.tenant):
        assert Lead.objects.filter(last_name="Typed").exists()


@pytest.mark.parametrize("way", ["deactivated", "deleted"])
def test_of_a_field_that_was_taken_away_only_what_was_typed_comes_back(firm: Firm, lead: Lead, way: str) -> None:
    ada = client_of(firm.ada)
    for kind, shown in SHOWN.items():
        name = add_field(ada, firm, kind)
        with tenant_context(firm.tenant):
            account = make.account(firm.ana, name=f"With {kind}")
        address = f"/acme/accounts/{account.pk}/edit/"
        form = form_of(client_of(firm.ana), address)
        assert form.send(**sent(firm, kind, name)).status_code == 303
        untouched, touched = form_of(form.client, address), form_of(form.client, address)
        other = {name: None} if kind == "yes_no" else sent(firm, kind, name)
        take_away(firm, f"My {kind}", "accounts", way)
        assert untouched.send(city=kind).status_code == 303, "nobody typed into it"
        fresh_form = Filled(form.client, address, touched.data | {"seen": ""})
        answer = fresh_form.send(**other)
        assert (answer.status_code == 303) == (kind == "yes_no")
        assert kind == "yes_no" or shown in text_of(answer), kind


@pytest.mark.parametrize("way", ["deactivated", "deleted"])
@pytest.mark.parametrize("typed", [UUID_OF_OTHERS, "on"])
def test_what_looks_like_a_code_of_ours_comes_back_where_it_was_typed(
    firm: Firm, lead: Lead, way: str, typed: str
) -> None:
    """An id of another system, say: in an own text field that was taken away, and of a lead that was converted."""
    name = add_field(client_of(firm.ada), firm, "text", "Zz id", "leads")
    form = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/edit/")
    take_away(firm, "Zz id", "leads", way)
    answer = form.send(**{name: typed})
    assert answer.status_code == 422
    told = text_of(answer).partition("The field “Zz id” was taken away meanwhile")[2]
    assert f"press the button once more: “{typed}”" in told
    converted(firm, lead)
    rows = rows_of(form.send(**{name: typed, "external_id": typed, "city": typed}))
    assert (rows["Zz id"], rows["External id"], rows["City"]) == (typed, typed, typed)
    note = {"record_type": "leads", "record_id": str(lead.pk), "kind": "note", "body": typed}
    assert rows_of(form.client.post("/acme/activities/new/", note)) == {"Text": typed}


@pytest.mark.parametrize("way", ["deactivated", "deleted"])
def test_a_choice_of_a_field_that_was_taken_away_is_named_on_every_page(firm: Firm, lead: Lead, way: str) -> None:
    name = add_field(client_of(firm.ada), firm, "choice", "Size", "leads")
    form = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/edit/")
    with tenant_context(fresh(firm)):
        large = next(one for one in choices(field_of(firm, "Size", "leads").picklist) if one.label == "Large")
    take_away(firm, "Size", "leads", way)
    converted(firm, lead)
    assert rows_of(form.send(**{name: str(large.pk)}))["Size"] == "Large"


def test_what_was_kept_for_a_field_that_was_taken_away_is_shown_after_signing_in(firm: Firm, lead: Lead) -> None:
    name = add_field(client_of(firm.ada), firm, "text", "Zz text", "leads")
    form = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/edit/")
    form.client.logout()
    with tenant_context(firm.tenant):
        source = choices("lead_source")[0]
    answer = form.send(**{name: "Kept words", "city": "Ulm", "source": str(source.pk)})
    take_away(firm, "Zz text", "leads", "deactivated")
    with tenant_context(fresh(firm)):
        deactivate(entry=source, actor=firm.ada)
    page = signed_in(form.client, answer, firm.ana.email)
    note = text_of(page).partition("Here is what you entered")[2].partition("</dl>")[0]
    assert re.findall(r"<dt>\s*(.*?)\s*</dt>\s*<dd>\s*(.*?)\s*</dd>", note) == [("Zz text", "Kept words")]
    assert "Source: “Web form”, which you had chosen, is gone." in note
    assert form.again(page).data["city"] == ["Ulm"]
    assert form.again(page).send().status_code == 303


def test_a_form_that_fits_is_kept_without_a_word_about_places(firm: Firm, lead: Lead) -> None:
    form = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/edit/")
    form.client.logout()
    page = signed_in(form.client, form.send(city="Ulm"), firm.ana.email)
    assert "has no place" not in text_of(page)


def converted(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        convert_lead(lead_id=lead.pk, actor=firm.max, plan=plan_for(lead, firm.max))


FORMS = {
    "edit": ("edit/", "edit/", {"description": WORDS}, {"Description": WORDS}),
    "in place": ("fields/description/", "fields/description/", {"description": WORDS}, {"Description": WORDS}),
    "closing": ("closing/", "closing/", {"task_subject": "Ask again"}, {"Next step": "Ask again"}),
    "conversion": ("conversion/", "conversion/", {"accounts-name": "Typed"}, {"Account: Name": "Typed"}),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_lead_that_was_converted_meanwhile_gives_back_what_was_typed(firm: Firm, lead: Lead, name: str) -> None:
    opened, sends, typed, shown = FORMS[name]
    form = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/{opened}", like=f"/acme/leads/{lead.pk}/{sends}")
    converted(firm, lead)
    answer = form.send(**typed)
    assert answer.status_code == 409
    assert "Nothing was saved" in own_words(answer)
    rows = rows_of(answer)
    assert shown.items() <= {label: text.replace("<br>", "\n") for label, text in rows.items()}.items()
    assert "What you typed" not in rows
    beside = form.client.post(form.address, form.data, headers={"HX-Request": "true"})
    assert (beside.status_code, beside["Content-Type"]) == (409, "text/plain; charset=utf-8"), "the text stays there"
    dialog = form.client.post(form.address, form.data | typed, headers={"HX-Request": "true", "HX-Target": "dialog"})
    assert dialog.status_code == 409
    assert "What the form held" in text_of(dialog)


def test_notes_and_answers_for_a_lead_that_was_closed_meanwhile_come_back(firm: Firm, lead: Lead) -> None:
    ana = client_of(firm.ana)
    with tenant_context(firm.tenant):
        criterion = criteria()[0]
        reason = choices("unqualified_reason")[0]
        close_as_unqualified(lead=lead, reason=reason, actor=firm.max)
    data = {"answer": "yes", "evidence": WORDS}
    answer = ana.post(f"/acme/leads/{lead.pk}/vetting/{criterion.pk}/", data)
    assert answer.status_code == 409
    assert rows_of(answer) == {"Answer": "yes", "How do you know?": WORDS.replace("\n", "<br>")}
    with tenant_context(firm.tenant):
        other = make.lead(firm.ana)
    converted(firm, other)
    note = {"record_type": "leads", "record_id": str(other.pk), "kind": "note", "body": WORDS}
    answer = ana.post("/acme/activities/new/", note)
    assert (answer.status_code, rows_of(answer)) == (409, {"Text": WORDS.replace("\n", "<br>")})


def test_the_form_of_who_converted_it_himself_leads_to_what_became_of_it(firm: Firm, lead: Lead) -> None:
    """The same one sent twice, or from two windows; one in which something else is typed is given back."""
    address = f"/acme/leads/{lead.pk}/conversion/"
    client = client_of(firm.max)
    form, window, other = (form_of(client, address) for _window in range(3))
    assert form.send().status_code == 303
    assert form.send().status_code == 303, "a double click"
    assert window.send().status_code == 303, "the same in another window"
    answer = other.send(**{"contacts-last_name": "Brandt"})
    assert answer.status_code == 409
    assert rows_of(answer)["Contact: Last name"] == "Brandt"
    client.delete(address)
    assert window.send().status_code == 303, "undone, so it is converted once more"
    with tenant_context(firm.tenant):
        assert Lead.objects.get().is_converted


@pytest.mark.parametrize("person", ["ana", "max"])
def test_a_preview_of_a_lead_that_was_converted_meanwhile_leaves_the_page_as_it_is(
    firm: Firm, lead: Lead, person: str
) -> None:
    form = form_of(client_of(getattr(firm, person)), f"/acme/leads/{lead.pk}/conversion/")
    headers = {"HX-Request": "true", "HX-Target": "convert-foot"}
    assert form.client.post(form.address, form.data | {"preview": "1"}, headers=headers).status_code == 200
    converted(firm, lead)
    answer = form.client.post(form.address, form.data | {"preview": "1"}, headers=headers)
    assert (answer.status_code, "HX-Redirect" in answer) == (409, False)
    assert answer.content.decode().startswith("This lead was converted on")


def test_what_a_conversion_held_is_called_as_on_its_page(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Linked & Co", website="https://old.example", city="Bonn")
    address = f"/acme/leads/{lead.pk}/conversion/"
    form = form_of(client_of(firm.ana), f"{address}")
    client_of(firm.ada).post(f"/acme/leads/{lead.pk}/deletion/")
    answer = form.send(**{"accounts": str(account.pk), "accounts-wins-city": "lead", "contacts": "new"})
    rows = rows_of(answer)
    assert rows["Account"] == "Linked & Co"
    assert rows["Account: City"] == "On the lead"
    assert rows["Contact"] == "New contact"
    assert rows["Contact: Last name"]
    assert "What you typed" not in rows


def test_what_a_task_and_a_bulk_action_held_is_called_as_in_the_form(firm: Firm, lead: Lead) -> None:
    client_of(firm.ada).post(f"/acme/leads/{lead.pk}/deletion/")
    ana = client_of(firm.ana)
    data = {"action": "tags", "id": str(lead.pk), "go": "1", "to-tags": "VIP"}
    assert rows_of(ana.post("/acme/bulk/leads/new/", data)) == {"Tags to add": "VIP"}
    task = {"record_type": "leads", "record_id": str(lead.pk), "kind": "task", "subject": "Call", "about": "Birch"}
    assert rows_of(ana.post("/acme/activities/new/", task)) == {"Subject": "Call", "About": "Birch"}


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_who_is_shut_out_while_typing_gets_the_words_back(
    firm: Firm, other_firm: Firm, lead: Lead, is_elsewhere: bool
) -> None:
    ana = client_of(firm.ana)
    if is_elsewhere:  # and stays signed in
        with tenant_context(other_firm.tenant):
            Membership.objects.create(user=firm.ana.user, name="Ana", name_key="ana", role=Role.objects.get(key="rep"))
    form = form_of(ana, f"/acme/leads/{lead.pk}/edit/")
    assert client_of(firm.ada).post(firm.url("setup:person_deactivation", id=firm.ana.pk)).status_code == 303
    if not is_elsewhere:
        ana.logout()
    answer = form.send(description=WORDS, external_id=str(lead.pk))
    assert answer.status_code == 403
    assert "You no longer have access" in text_of(answer)
    rows = rows_of(answer)
    assert rows["Description"] == WORDS.replace("\n", "<br>")
    assert rows["External id"] == str(lead.pk), "typed, as such ids are"
    assert not rows.keys() & {"Owner", "What you typed"}
    assert Client().post(form.address, {"description": WORDS, "form_of": "x"}).status_code == 303, "no words of others"
    assert client_of(firm.max).post(form.address, form.data).status_code != 403


HELD = {
    "conversion": (
        {
            "accounts-name": "Typed & Co",
            "contacts-last_name": "Typed",
            "opportunities-amount": "12",
            "opportunities-expected_close_on": "2027-02-25",
        },
        {
            "Account: Name": "Typed & Co",
            "Contact: Last name": "Typed",
            "Opportunity: Amount": "12 USD",
            "Opportunity: Expected close": "Feb 25, 2027",
        },
    ),
    "bulk": (
        {"action": "tags", "go": "1", "to-tags": "VIP"},
        {"Tags to add": "VIP"},
    ),
    "bulk loss": (
        {"action": "lose", "go": "1", "to-loss_note": WORDS, "to-task_subject": "Ask again"},
        {"What happened?": WORDS.replace("\n", "<br>"), "What to do then": "Ask again"},
    ),
}


@pytest.mark.parametrize("name", HELD)
def test_who_is_shut_out_of_any_form_reads_its_labels(firm: Firm, lead: Lead, name: str) -> None:
    """Each row of a conversion or a bulk dialog was called "What you typed"."""
    typed, shown = HELD[name]
    form = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/conversion/")
    if name != "conversion":
        with tenant_context(firm.tenant):
            record = make.opportunity(firm.ana) if name == "bulk loss" else lead
        key = record.type_key
        marks = {"form_of": form.data["form_of"], "id": [str(record.pk)]}
        form = Filled(form.client, f"/acme/bulk/{key}/new/", marks)
    assert client_of(firm.ada).post(firm.url("setup:person_deactivation", id=firm.ana.pk)).status_code == 303
    rows = rows_of(form.send(**typed))
    assert shown.items() <= rows.items()
    assert not rows.keys() & {"What you typed", "Owner", "Stage"}
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", "".join(rows.values()))


def test_a_mark_is_good_for_a_month_and_for_the_workspace_that_drew_it(
    firm: Firm, other_firm: Firm, lead: Lead
) -> None:
    """Whoever had left could ask for ever what own fields are called, with a mark that any other workspace draws."""
    with tenant_context(other_firm.tenant):
        Membership.objects.create(user=firm.ana.user, name="Ana", name_key="ana", role=Role.objects.get(key="rep"))
    ana = client_of(firm.ana)
    form, elsewhere = form_of(ana, f"/acme/leads/{lead.pk}/edit/"), form_of(ana, "/globex/leads/new/")
    assert client_of(firm.ada).post(firm.url("setup:person_deactivation", id=firm.ana.pk)).status_code == 303
    shut_out = form.send(description=WORDS)
    assert shut_out.status_code == 403
    for answer in (shut_out, ana.get("/acme/leads/")):
        assert "form_of" not in answer.content.decode(), "no new mark"
    mark = elsewhere.data["form_of"]
    assert Filled(ana, form.address, form.data | {"form_of": mark}).send(description=WORDS).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        assert client_of(firm.ana).post(form.address, form.data).status_code == 403
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert client_of(firm.ana).post(form.address, form.data).status_code == 404


@pytest.mark.parametrize("typed", [{"answer": "yes", "evidence": "x" * 2001}, {"answer": "", "evidence": WORDS}])
def test_an_answer_that_cannot_be_taken_is_not_called_locked(firm: Firm, lead: Lead, typed: dict[str, str]) -> None:
    """Without JavaScript "… cannot be changed now" was said of evidence of 2,001 characters."""
    with tenant_context(firm.tenant):
        criterion = criteria()[0]
    ana = client_of(firm.ana)
    address = f"/acme/leads/{lead.pk}/vetting/{criterion.pk}/"
    answer = ana.post(address, typed)
    assert answer.status_code == 422
    assert "cannot be changed now" not in own_words(answer)
    form = Filled(ana, address, {}).again(answer)
    assert form.data["evidence"] == [typed["evidence"]]
    assert form.send(answer="no", evidence="Shorter").status_code == 303


def test_a_card_that_was_deleted_says_so_to_the_board(firm: Firm, lead: Lead) -> None:
    max_ = client_of(firm.max)
    move = {"status": str(lead.status_id)}
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/acme/leads/?view=board"}
    assert "X-Gone" not in max_.post(f"/acme/leads/{lead.pk}/status/", move, headers=headers)
    client_of(firm.ada).post(f"/acme/leads/{lead.pk}/deletion/")
    assert max_.post(f"/acme/leads/{lead.pk}/status/", move, headers=headers)["X-Gone"]
    max_.logout()
    answer = max_.post(f"/acme/leads/{lead.pk}/status/", move, headers=headers)
    assert (answer.status_code, answer["X-Sign-In"]) == (401, "/auth/login/?next=/acme/leads/%3Fview%3Dboard")
