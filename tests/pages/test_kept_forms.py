"""A session that is over, a stale token, a record that is gone: what was typed is given back, to who typed it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.services import delete_account
from crm.activities.models import Activity
from crm.activities.services import create_activity
from crm.pages.kept_pages import _in_words
from crm.pages.models import KeptForm
from crm.pages.refill import refill
from crm.picklists.selectors import choices
from crm.picklists.services import create_choice, deactivate, replace_and_delete
from crm.tenants.context import tenant_context
from crm.ui.form_marks import mark_of
from leads.models import Lead
from tests import make
from tests.forms import Filled, form_of
from tests.own_words import tight
from tests.people import PASSWORD, Firm, client_of

NEW = "/acme/leads/new/"
TYPED = {"last_name": "Half", "email": "half@typed.example", "description": "Two\nlines <b>&amp;"}


def filled(firm: Firm, address: str = NEW, **options: Any) -> Filled:
    """A form in the browser of Ana, who is signed out by the time she sends it."""
    form = form_of(client_of(firm.ana), address, **options)
    form.client.logout()
    return form


def signed_in(client: Client, answer: Any, email: str) -> Any:
    """Follow to the sign-in page, and sign in there."""
    where = answer.headers.get("HX-Redirect") or answer["Location"]
    page = client.get(where).content.decode()
    assert "what you entered is there" in page
    target = where.partition("next=")[2]
    data = {"login": email, "password": PASSWORD, "next": target}
    return client.post("/auth/login/", data, follow=True)


def leads(firm: Firm) -> int:
    with tenant_context(firm.tenant):
        return Lead.objects.filter(last_name="Half").count()


def test_after_signing_in_the_text_is_there_and_nothing_is_saved_before_the_button(firm: Firm) -> None:
    form = filled(firm)
    page = signed_in(form.client, form.send(**TYPED), firm.ana.email)
    text = page.content.decode()
    assert "You were signed out before this was saved" in text
    assert "Here is what you entered: look through it, then press the button." in text, "without JavaScript, too"
    assert 'value="Half"' in text
    assert "Two\nlines &lt;b&gt;&amp;amp;</textarea>" in text
    assert leads(firm) == 0
    again = form.again(page)
    assert again.data["last_name"] == ["Half"]
    assert again.data["description"] == ["Two\nlines <b>&amp;"]
    assert again.send().status_code == 303
    assert leads(firm) == 1
    assert form.again(page).send().status_code == 303
    assert leads(firm) == 1, "the key has come along"


def test_another_person_gets_nothing_of_it(firm: Firm) -> None:
    form = filled(firm)
    page = signed_in(form.client, form.send(**TYPED), firm.max.email)
    assert page.status_code == 404
    assert "Half" not in page.content.decode()


@pytest.mark.parametrize("mark", ["", "nonsense", "stolen"])
def test_words_that_another_site_sends_are_not_kept(firm: Firm, mark: str) -> None:
    """Without our mark of the person there is nothing to fill in; the sign-in page says nothing of it."""
    mark = f"acme {firm.ana.user_id}:abc" if mark == "stolen" else mark
    answer = Client().post(NEW, TYPED | {"form_of": mark})
    assert answer.status_code == 303
    assert "kept" not in answer["Location"]
    with tenant_context(firm.tenant):
        assert not KeptForm.objects.exists()


def test_in_place_and_in_a_dialog_the_page_keeps_what_was_typed(firm: Firm) -> None:
    """All that is typed on it, not only what was sent: it stays, and the answer names where to sign in beside it."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    for address in (f"/acme/leads/{lead.pk}/fields/company/", f"/acme/leads/{lead.pk}/closing/"):
        form = filled(firm, address, fragment=True)
        answer = form.send(company="Typed in place", task_subject="Ask again")
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer["X-Sign-In"].startswith("/auth/login/?next=/acme/")
        opened = Client().get(address, headers={"HX-Request": "true"})
        assert opened.status_code == 401
        form.client.force_login(firm.ana.user)
        assert form.send(company="Typed in place", task_due_on="").status_code in (200, 422)
    with tenant_context(firm.tenant):
        assert Lead.objects.get().company == "Typed in place"
        assert not KeptForm.objects.exists()


def test_a_stale_token_of_a_part_of_a_page_leaves_the_page_alone(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    client = client_of(firm.ana, enforce_csrf_checks=True)
    form = form_of(client, f"/acme/leads/{lead.pk}/fields/company/", fragment=True)
    client.cookies.pop("csrftoken")
    assert form.send(company="Typed").status_code == 401
    other = client_of(firm.max, enforce_csrf_checks=True)
    answer = other.post(form.address, form.data, headers={"HX-Request": "true"})
    assert answer.status_code == 403, "whoever is somebody else by now is not led on"


def test_each_of_several_answers_of_one_name_comes_back_to_its_own_question(firm: Firm) -> None:
    text = "name,industry\nOne,Falconry\nTwo,Beekeeping\nThree,Glass blowing\n"
    file = SimpleUploadedFile("rows.csv", text.encode())
    address = client_of(firm.ada).post("/acme/imports/new/accounts/", {"file": file})["Location"]
    form = form_of(client_of(firm.ada), address, like=address)
    assert form.data["answer_industry"] == ["", "", ""]
    form.client.logout()
    answers = ["refuse", "add", "empty"]
    again = form.again(signed_in(form.client, form.send(answer_industry=answers, update="1"), firm.ada.email))
    assert again.data["answer_industry"] == answers


def test_a_note_with_a_file_comes_back_and_says_which_file_to_choose_again(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    form = filled(firm, f"/acme/activities/new/?record_type=leads&record_id={lead.pk}", like="/acme/activities/new/")
    answer = form.send(body="A long call", kind="call", files=SimpleUploadedFile("offer.pdf", b"%PDF-1.7 x"))
    page = signed_in(form.client, answer, firm.ana.email)
    assert "Choose these files again: offer.pdf" in page.content.decode()
    again = form.again(page)
    assert (again.data["body"], again.data["kind"]) == (["A long call"], ["call"])
    assert again.send().status_code == 303
    with tenant_context(firm.tenant):
        assert Activity.objects.get().body == "A long call"


def test_what_has_no_page_of_its_own_is_shown_and_can_be_sent(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.max)
    client = client_of(firm.max)
    client.logout()
    data = {
        "action": "tags",
        "id": str(lead.pk),
        "go": "1",
        "to-tags": "VIP",
        "form_of": mark_of(firm.max.user, "acme"),
    }
    page = signed_in(client, client.post("/acme/bulk/leads/new/", data), firm.max.email)
    assert "VIP" in page.content.decode()
    form = Filled(client, "/acme/bulk/leads/new/", {}).again(page)
    assert form.send().status_code == 303
    with tenant_context(firm.tenant):
        assert Lead.objects.get(pk=lead.pk).custom["tags"]


def test_a_token_that_is_stale_after_signing_in_again(firm: Firm) -> None:
    client = client_of(firm.ana, enforce_csrf_checks=True)
    form = form_of(client, NEW)
    client.cookies.pop("csrftoken")
    client.get("/acme/")  # another tab: a new token
    answer = form.send(**TYPED)
    assert answer.status_code == 303
    page = client.get(answer["Location"])
    assert "You signed in again while this page was open" in page.content.decode()
    assert leads(firm) == 0
    assert form.again(page).send().status_code == 303
    assert leads(firm) == 1


def test_a_form_of_somebody_else_is_neither_saved_nor_shown(firm: Firm) -> None:
    form = form_of(client_of(firm.ana), NEW)
    other = client_of(firm.max, enforce_csrf_checks=True)
    answer = Filled(other, NEW, form.data).send(**TYPED)
    assert answer.status_code == 403
    assert "Half" not in answer.content.decode()
    assert leads(firm) == 0


def test_passwords_are_never_kept_and_old_ones_go(firm: Firm) -> None:
    form = filled(firm)
    form.send(**TYPED, password="hunter2-hunter2", new_password1="x")
    with tenant_context(firm.tenant):
        [kept] = KeptForm.objects.all()
        assert "hunter2" not in str(kept.body)
        assert "new_password1" not in dict(kept.body)
    for number in range(25):
        form.send(**TYPED, city=str(number))
    with tenant_context(firm.tenant):
        assert KeptForm.objects.count() == 20
    client = client_of(firm.ana)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        answer = client_of(firm.ana).get(f"/acme/kept/{kept.pk}/")
        assert answer.status_code == 404
        assert "only for who typed it" in answer.content.decode()
    assert client.get(f"/acme/kept/{kept.pk}/").status_code == 404, "it was the oldest of too many"


@pytest.fixture
def account(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.account(firm.ana, name="Birch & Co", city="Bonn")


def test_a_record_that_was_deleted_while_it_was_edited(firm: Firm, account: Any) -> None:
    form = form_of(client_of(firm.ana), f"/acme/accounts/{account.pk}/edit/")
    client_of(firm.ada).post(f"/acme/accounts/{account.pk}/deletion/")
    answer = form.send(city="Ulm")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Birch &amp; Co was deleted" in text
    assert "Ada Admin deleted it" in text
    assert "Ulm" in text
    restoring = form_of_answer(form, answer, f"/acme/accounts/{account.pk}/deletion/")
    page = form.client.get(restoring.send()["Location"])
    again = form.again(page)
    assert again.data["city"] == ["Ulm"]
    assert again.send().status_code == 303
    with tenant_context(firm.tenant):
        account.refresh_from_db()
    assert (account.city, account.deleted_at) == ("Ulm", None)


def test_what_was_typed_is_given_back_in_words(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        source = next(one for one in choices("lead_source"))
    form = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/edit/")
    client_of(firm.ada).post(f"/acme/leads/{lead.pk}/deletion/")
    typed = {"source": str(source.pk), "estimated_value": "1,200", "description": "Two\nlines", "opted_out": "on"}
    text = tight(form.send(**typed).content.decode()).partition("What the form held")[2].partition("</section>")[0]
    shown = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text, re.S))
    assert shown["Source"] == source.label and shown["Owner"] == "Ana Owner"
    assert shown["Estimated value"].startswith("1,200") and shown["Description"] == "Two<br>lines"
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|<dd>on</dd>|What you typed", text)


def test_a_choice_that_is_gone_is_asked_again_by_name(firm: Firm) -> None:
    """Nothing else is chosen in its place, be it the first of a list that has no empty one."""
    with tenant_context(firm.tenant):
        radio = create_choice(actor=firm.ada, picklist="lead_source", values={"label": "Radio"})
        kept = next(one for one in choices("rating"))
    form = filled(firm)
    answer = form.send(**TYPED, source=str(radio.pk), rating=str(kept.pk))
    with tenant_context(firm.tenant):
        replace_and_delete(entry=radio, replacement=None, actor=firm.ada)
    page = signed_in(form.client, answer, firm.ana.email)
    text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert "Source: “Radio”, which you had chosen, is gone. Choose again." in text
    assert text.count("which you had chosen") == 1
    data = form.again(page).data
    assert (data["source"], data["rating"]) == ([""], [str(kept.pk)])


def test_what_was_chosen_is_named_as_far_as_it_says_something(firm: Firm) -> None:
    """Of a form that is given back: a deactivated choice, a deleted account, a member; no key, nothing unseen."""
    with tenant_context(firm.tenant):
        radio = create_choice(actor=firm.ada, picklist="lead_source", values={"label": "Radio"})
        deactivate(entry=radio, actor=firm.ada)
        heron, kite = make.account(firm.ana, name="Heron"), make.lead(firm.sam, last_name="Kite")
        delete_account(heron, actor=firm.ada)
        ids = [radio.pk, f"use:{heron.pk}", firm.max.pk, f"use:{uuid4()}", f"use:{kite.pk}"]
        shown = [_in_words(str(value), firm.ana) for value in [*ids, "add:other", "empty", "CHF"]]
    assert shown == ["Radio", "Heron", firm.max.name, "", "", "", "", "CHF"]


def test_the_first_of_a_list_is_not_chosen_in_place_of_one_that_is_gone() -> None:
    html = """<form method="post"><label for="a">Stage</label><select id="a" name="stage"><option value="1">New
    </option></select><fieldset><legend>Colour</legend><input type="radio" name="colour" value="red" checked>
    </fieldset></form>"""
    told: list[tuple[str, str]] = []
    body = {"stage": ["9"], "colour": ["blue"], "away": ["Typed"]}
    again = refill(html, "/x/", body, lambda gone, left: told.extend(gone) or str(left)) or ""
    assert told == [("Stage", "9"), ("Colour", "blue")]
    assert '<option value="" selected></option><option value="1">' in again and "checked" not in again
    assert "{'away': ['Typed']}" in again
    same = refill(html, "/x/", {"stage": ["1"], "colour": ["red"]}, lambda gone, left: f"{gone}{left}") or ""
    assert "[]{}" in same and '<option value="1" selected>' in same and 'value=""' not in same


def form_of_answer(form: Filled, answer: Any, address: str) -> Filled:
    return Filled(form.client, address, {}).again(answer)


def test_who_could_not_see_it_learns_nothing(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.sam, last_name="Secret")
    client_of(firm.ada).post(f"/acme/leads/{lead.pk}/deletion/")
    answer = client_of(firm.ana).post(f"/acme/leads/{lead.pk}/edit/", {"city": "Typed"})
    assert answer.status_code == 404
    assert "Secret" not in answer.content.decode()
    assert "Ada" not in answer.content.decode()
    assert "Typed" in answer.content.decode(), "their own words are not lost all the same"
    assert client_of(firm.sam).get(f"/acme/leads/{lead.pk}/").status_code == 404


def test_in_place_and_in_the_composer_the_text_stays_where_it_is(firm: Firm, account: Any) -> None:
    form = form_of(client_of(firm.ana), f"/acme/accounts/{account.pk}/fields/city/", fragment=True)
    client_of(firm.ada).post(f"/acme/accounts/{account.pk}/deletion/")
    answer = form.send(city="Ulm")
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith("text/plain")
    assert "was deleted by Ada Admin" in answer.content.decode()
    data = {"record_type": "accounts", "record_id": str(account.pk), "kind": "note", "body": "Long", "feed": "1"}
    note = form.client.post("/acme/activities/new/", data, headers={"HX-Request": "true"})
    assert note.status_code == 409


def test_a_lead_that_was_deleted_while_its_conversion_was_filled_in(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, company="Old")
    form = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/conversion/")
    client_of(firm.ada).post(f"/acme/leads/{lead.pk}/deletion/")
    answer = form.send(**{"accounts-name": "Typed name"})
    assert answer.status_code == 409
    assert "Typed name" in answer.content.decode()
    restoring = form_of_answer(form, answer, f"/acme/leads/{lead.pk}/deletion/")
    page = form.client.get(restoring.send()["Location"])
    assert form.again(page).data["accounts-name"] == ["Typed name"]


def test_a_task_that_was_deleted_while_it_was_edited(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        task = create_activity(kind="task", records=[lead], actor=firm.ana, subject="Call", owner=firm.ana)
    form = form_of(client_of(firm.ana), f"/acme/activities/{task.pk}/edit/")
    client_of(firm.max).post(f"/acme/activities/{task.pk}/deletion/")
    answer = form.send(subject="Call Lena at noon")
    assert answer.status_code == 409
    assert "Max Manager deleted it" in answer.content.decode()
    restoring = form_of_answer(form, answer, f"/acme/activities/{task.pk}/deletion/")
    page = form.client.get(restoring.send()["Location"])
    assert form.again(page).send().status_code == 303
    with tenant_context(firm.tenant):
        task.refresh_from_db()
    assert (task.subject, task.deleted_at) == ("Call Lena at noon", None)
