"""What was answered about a file: it is remembered when the file comes again, and asked again when it has gone."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.services import delete_account
from crm.fields.custom.services import create_field, set_field_active
from crm.picklists.services import create_choice, replace_and_delete
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import finished, told
from tests.imports.test_words import Page
from tests.people import Firm, client_of


def test_the_same_file_again_has_the_answers_of_then(firm: Firm) -> None:
    """Of words, and of how dates and amounts are written; they count, and can be changed. Others are asked anew."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    text = "name,account,expected close on,amount,source,odd\nRoof,Falcon,03/04/2026,1.500,Drums,x\n"
    page = Page(firm, "opportunities", text)
    assert "You brought this file before" not in told(page.answer)
    data = page.columns() | {
        "style_expected_close_on": "day", "style_amount": ",", "bare_amount": "EUR",
        "word_source": ["Drums"], "answer_source": ["empty"], "column_5": "+notes", "moved_on": "2026-01-02",
    }  # fmt: skip
    page.refused(page.columns())
    finished(firm, page.send(data))
    again = Page(firm, "opportunities", text)
    assert "You brought this file before" in told(again.answer)
    assert {one.name: one.answer for one in again.questions.styles} == {"expected_close_on": "day", "amount": ","}
    assert again.question("source").words[0].answer == "empty"
    assert (again.answer.context["bare_amounts"][0].chosen, again.columns()["column_5"]) == ("EUR", "+notes")
    assert not again.questions.all_open
    assert again.answer.context["form"]["moved_on"].initial is None, "what becomes of records is chosen anew"
    shown = {"style_expected_close_on": "month", "style_amount": ",", "bare_amount": "EUR"}
    answers = {"word_source": ["Drums"], "answer_source": ["empty"]}
    assert finished(firm, again.send(again.columns() | shown | answers)).updated_count == 1
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.get()
        assert (deal.expected_close_on, deal.amount_minor, deal.currency) == (dt.date(2026, 3, 4), 150000, "EUR")
    assert Page(firm, "opportunities", text, firm.max).questions.all_open, "another person has said nothing"
    assert Page(firm, "opportunities", text.replace("Roof", "Wall")).questions.all_open, "nor of another file"


FILLED_IN = "What was chosen then is filled in below, and can be changed: "
PARTS = "the field of each column, what words and unreadable cells become"


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("", f"You brought this file before. {FILLED_IN}{PARTS}."),
        ("by another", f"Max Manager brought this file before. {FILLED_IN}{PARTS}."),
        ("a new field tried", f"{FILLED_IN}what words and unreadable cells become."),
        ("a field gone", f"{FILLED_IN}what words and unreadable cells become."),
        ("read again", f"{FILLED_IN}what words and unreadable cells become."),
    ],
)
def test_what_was_filled_in_of_the_earlier_import_is_said_as_it_is(firm: Firm, then: str, said: str) -> None:
    text = "name,industry,odd\nOwl,Mice,x\n"
    if then == "a field gone":
        with tenant_context(firm.tenant):
            field = create_field(actor=firm.ada, record_type="accounts", kind="text", label="Room")
    member = firm.max if then == "by another" else firm.ada
    page = Page(firm, "accounts", text, member)
    data = page.columns() | {"word_industry": ["Mice"], "answer_industry": ["empty"]}
    data |= {"column_2": "+field", "kind_2": "text"} if then == "a new field tried" else {}
    data |= {"column_2": field.name} if then == "a field gone" else {}
    if then == "a new field tried":
        page.client.post(page.address, data | {"update": "1"})
    finished(firm, page.send(data | {"dry_run": "1"}))
    if then == "a field gone":
        with tenant_context(firm.tenant):
            set_field_active(field=field, is_active=False, actor=firm.ada)
    again = Page(firm, "accounts", text, member)
    if then == "read again":
        how = again.answer.context["reading"]["form"].initial | {"header": "0"}
        again.client.post(f"/acme/imports/{again.run().pk}/reading/", how)
    assert said in told(client_of(firm.ada).get(again.address))


def test_an_answer_that_has_gone_is_asked_again_by_its_name(firm: Firm) -> None:
    """A choice, an account and a reason that were chosen, and deleted before the import started."""
    with tenant_context(firm.tenant):
        falcon, radio = (
            make.account(firm.ada, name="Falcon Works"),
            create_choice(actor=firm.ada, picklist="lead_source", values={"label": "Radio"}),
        )
        reason = create_choice(actor=firm.ada, picklist="loss_reason", values={"label": "Fog", "meaning": "other"})
    text = "name,account,source,stage,closed on\nRoof,Falkon,Rundfunk,Lost,2026-01-02\n"
    page = Page(firm, "opportunities", text)
    data = page.columns() | {
        "word_account": ["Falkon"], "answer_account": [f"use:{falcon.pk}"],
        "word_source": ["Rundfunk"], "answer_source": [f"use:{radio.pk}"], "gap_loss_reason": f"use:{reason.pk}",
    }  # fmt: skip
    page.client.post(page.address, data | {"update": "1"})
    page.answer = page.client.get(page.address)
    assert not page.questions.all_open
    with tenant_context(firm.tenant):
        delete_account(falcon, actor=firm.ada)
        for entry in (radio, reason):
            replace_and_delete(entry=entry, replacement=None, actor=firm.ada)
    page.answer = page.client.get(page.address)
    assert {one.name for one in page.questions.all_open} == {"account", "source", "loss_reason"}
    for name in ("Falcon Works", "Radio", "Fog"):
        assert f"Your earlier answer, “{name}”, is no longer available. Choose again." in told(page.answer)
    page.refused(page.columns())


def test_what_is_left_empty_is_no_error_elsewhere_on_the_page(firm: Firm) -> None:
    """A company that is left empty beside somebody's superior there; and a name that is the same as one left empty."""
    page = Page(firm, "contacts", "last name,account,reports to\nBell,Alpha One,Ann Cox\nFox,Beta Two,\n")
    data = page.columns() | {
        "word_account": ["Alpha One", "Beta Two"], "answer_account": ["empty", "same:Alpha One"],
    }  # fmt: skip
    page.client.post(page.address, data | {"update": "1"})
    page.answer = page.client.get(page.address)
    assert page.answer.status_code == 200
    assert page.words("account")["Beta Two"] == (1, "The same as “Alpha One”")
    run = finished(firm, page.send(data | {"word_reports_to": ["Ann Cox"], "answer_reports_to": ["empty"]}))
    assert (run.created_count, run.refused_count, run.added) == (2, 0, {})
