"""A file that was exported, edited and brought in again does not go over what colleagues have changed meanwhile."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from contacts.models import Contact
from contacts.services import update_contact
from crm.imports import newer, running, whole_file
from crm.imports.models import RefusedRow
from crm.picklists.selectors import stages
from crm.picklists.services import replace_and_delete
from crm.tenants.context import tenant_context
from crm.users.models import User
from leads.services import update_lead
from tests import make
from tests.imports.steps import finished, told
from tests.imports.test_words import Page
from tests.people import Firm, client_of

OLD = {"first_name": "Ann", "last_name": "Bell", "phone": "+1 416 555 0100", "city": "Ulm"}
NEW = {"phone": "+1 416 555 0199", "opted_out": True}


@pytest.fixture
def exported(firm: Firm) -> str:
    """A contact's export with another city and run, a phone as it was; and what a colleague did since."""
    with tenant_context(firm.tenant):
        contact = make.contact(firm.ada, **OLD)
    columns = "last_name,phone,opted_out,city,job_title,updated_at"
    answer = client_of(firm.ada).get(f"/acme/contacts/export/?filters=none&columns={columns}")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    rows[0] |= {"city": "Bonn", "job_title": "Buyer"}
    with tenant_context(firm.tenant):
        update_contact(actor=firm.ana, contact=Contact.objects.get(pk=contact.pk), values=NEW)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("how", ["import", "dry_run"])
@pytest.mark.parametrize("answer", ["keep", "take"])
def test_what_was_changed_after_an_export_is_asked_about(firm: Firm, exported: str, answer: str, how: str) -> None:
    page = Page(firm, "contacts", exported)
    cells = {one.field: (one.person, one.now.lower(), one.file) for one in page.answer.context["newer"].cells}
    assert cells == {"Phone": ("Ana Owner", NEW["phone"], OLD["phone"]), "Opted out": ("Ana Owner", "yes", "No")}
    assert "Phone: Ana Owner changed it to" in told(page.answer)
    assert "Something was changed here" in told(page.refused(page.columns())), "nothing starts before it was answered"
    answered = client_of(firm.ada).post(page.address, page_data(firm, page) | {how: "1", "*newer": answer})
    assert answered.status_code == 303
    run = finished(firm, page.run())
    assert run.updated_count == 1
    with tenant_context(firm.tenant):
        contact = Contact.objects.get()
        remarks = " ".join(reason for row in RefusedRow.objects.all() for reason in row.reasons)
    if how == "import":
        assert (contact.city, contact.job_title) == ("Bonn", "Buyer")
        assert (contact.phone, contact.opted_out) == (
            (NEW["phone"], True) if answer == "keep" else (OLD["phone"], False)
        )
    else:
        assert (contact.city, contact.phone) == ("Ulm", NEW["phone"])
    said = {"keep": ": Ana Owner changed it after the file was written", "take": ", the later change by Ana Owner"}
    assert f"+1 416 555 0199”{said[answer]}" in remarks, remarks


def page_data(firm: Firm, page: Page) -> dict[str, Any]:
    page.answer = client_of(firm.ada).get(page.address)
    return page.columns()


def test_of_two_rows_about_one_record_the_older_tells_when_the_file_was_written(firm: Firm, exported: str) -> None:
    header, older = exported.strip().splitlines()
    with tenant_context(firm.tenant):
        now = Contact.objects.get().updated_at
    stamps = {name: cell for name, cell in zip(header.split(","), older.split(","), strict=True) if "pdated" in name}
    [stamp] = stamps.values()
    younger = older.replace(stamp, (now + timedelta(minutes=1)).isoformat())
    page = Page(firm, "contacts", "\n".join([header, older, younger]))
    assert {one.field for one in page.answer.context["newer"].cells} == {"Phone", "Opted out"}
    answer = client_of(firm.ada).post(page.address, page_data(firm, page) | {"import": "1", "*newer": "keep"})
    assert answer.status_code == 303
    finished(firm, page.run())
    with tenant_context(firm.tenant):
        contact = Contact.objects.get()
    assert (contact.city, contact.phone) == ("Bonn", NEW["phone"])


def test_what_nobody_changed_since_is_not_asked_about(firm: Firm, exported: str) -> None:
    with tenant_context(firm.tenant):
        update_contact(
            actor=firm.ana, contact=Contact.objects.get(), values={"phone": OLD["phone"], "opted_out": False}
        )
    page = Page(firm, "contacts", exported)
    assert page.answer.context["newer"] is None
    run = finished(firm, page.send(page.columns()))
    assert run.updated_count == 1
    with tenant_context(firm.tenant):
        assert Contact.objects.get().city == "Bonn" and not RefusedRow.objects.exists()


@pytest.fixture
def workbook(firm: Firm) -> bytes:
    """Two contacts, both edited in a workbook of yesterday; Ana changed the phone of one an hour after it was made."""
    then = timezone.now() - timedelta(hours=20)
    with time_machine.travel(then), tenant_context(firm.tenant):
        changed, _untouched = make.contact(firm.ada, **OLD), make.contact(firm.ada, last_name="Fox", city="Ulm")
    columns = "last_name,phone,city,updated_at"
    with time_machine.travel(then + timedelta(minutes=30)):
        answer = client_of(firm.ada).get(f"/acme/contacts/export.xlsx?filters=none&columns={columns}")
    with time_machine.travel(then + timedelta(hours=1)), tenant_context(firm.tenant):
        update_contact(actor=firm.ana, contact=changed, values=NEW)
    book = load_workbook(io.BytesIO(answer.content))
    place = [cell.value for cell in book.active[1]].index("city")
    for row in book.active.iter_rows(min_row=2):
        row[place].value = "Bonn"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("zone", ["", "Europe/Berlin", "America/Los_Angeles"])
def test_a_workbook_is_read_by_the_clock_that_exports_write(firm: Firm, workbook: bytes, zone: str) -> None:
    """It is the workspace's. By the importer's own each row was stale, or what was done in the next hours was lost."""
    User.objects.filter(pk=firm.ada.user_id).update(time_zone=zone)
    page = Page(firm, "contacts", workbook)
    assert [(one.record, one.field) for one in page.answer.context["newer"].cells] == [("Ann Bell", "Phone")]
    finished(firm, page.send(page.columns() | {"*newer": "keep"}))
    with tenant_context(firm.tenant):
        found = Contact.objects.order_by("last_name").values_list("phone", "city")
        assert [*found] == [(NEW["phone"], "Bonn"), ("", "Bonn")]


def test_the_question_waits_for_a_person(firm: Firm, exported: str) -> None:
    """ "Keep" was checked: the first press of a button counted as its answer."""
    page = Page(firm, "contacts", exported)
    radios = re.findall(r'<input type="radio" name="\*newer"[^>]*>', page.answer.content.decode())
    assert len(radios) == 2 and not [one for one in radios if "checked" in one]
    [asked] = page.answer.context["open_questions"]
    assert asked.heading in told(page.answer)
    answered = {name: value for name, value in page.columns().items() if name != "import"}
    page.client.post(page.address, answered | {"*newer": "keep"})
    again = page.client.get(page.address)
    assert not again.context["open_questions"]
    assert re.findall(r'value="(\w+)" checked', again.content.decode()) == ["keep"]


def test_it_looks_no_further_than_it_shows(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that was ever done to 20,000 records was read at each look at the page."""
    with tenant_context(firm.tenant):
        contacts = [make.contact(firm.ada, city="Ulm") for _number in range(4)]
    rows = [f"{one.pk},Bonn,{one.updated_at.isoformat()}" for one in contacts]
    with tenant_context(firm.tenant):
        for one in contacts:
            update_contact(actor=firm.ana, contact=one, values={"city": "Kiel"})
    monkeypatch.setattr(newer, "CHUNK", 1)
    monkeypatch.setattr(newer, "SHOWN", 1)
    page = Page(firm, "contacts", "\n".join(["id,city,updated_at", *rows]))
    with CaptureQueriesContext(connection) as queries:
        page.refused(page.columns())
    assert len([one for one in queries if 'FROM "events_event"' in one["sql"] and "updated" not in one]) == 2
    assert page.answer.context["newer"].is_more


@pytest.mark.parametrize("differs", [True, False])
def test_of_rows_that_were_not_looked_at_it_says_what_is_done(
    firm: Firm, exported: str, differs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newer, "LOOKED_AT", 1)
    header, row, *_end = exported.splitlines()
    other = make_other(firm)
    page = Page(firm, "contacts", "\n".join([header, row, other] if differs else [header, other, row]))
    asked = page.answer.context["newer"]
    assert (asked.is_open, asked.looked_at) == (differs, 1)
    assert ("holds for the rows after them" if differs else "If you choose nothing") in told(page.answer)
    finished(firm, page.send(page.columns() | ({"*newer": "keep"} if differs else {})))
    with tenant_context(firm.tenant):
        assert Contact.objects.get(last_name="Bell").phone == NEW["phone"]


def make_other(firm: Firm) -> str:
    """A row of somebody whom nobody has changed."""
    with tenant_context(firm.tenant):
        other = make.contact(firm.ada, last_name="Fox")
    return f"{other.pk},Fox,,,Bonn,,{other.updated_at.isoformat()}"


def test_a_file_whose_moment_cannot_be_read_is_older_than_all(firm: Firm, exported: str) -> None:
    header, row, *_end = exported.splitlines()
    other = make_other(firm)
    with tenant_context(firm.tenant):
        update_contact(actor=firm.ana, contact=Contact.objects.get(last_name="Fox"), values={"phone": NEW["phone"]})
    page = Page(firm, "contacts", f"{header}\n{row.rpartition(',')[0]},last spring\n{other}\n")
    fields = {(one.record, one.field) for one in page.answer.context["newer"].cells}
    assert fields == {("Ann Bell", "Phone"), ("Ann Bell", "Opted out"), ("Ann Bell", "City")}


def test_a_status_that_is_kept_keeps_its_reason(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ada, last_name="Bell")
        stamp = lead.updated_at.isoformat()
        update_lead(lead=lead, actor=firm.ana, values={"status": make.reason("lead_status", "working")})
    rows = f"id,city,status,unqualified reason,updated_at\n{lead.pk},Bonn,Unqualified,Other,{stamp}\n"
    page = Page(firm, "leads", rows)
    assert [one.field for one in page.answer.context["newer"].cells] == ["Status"]
    finished(firm, page.send(page.columns() | {"*newer": "keep"}))
    with tenant_context(firm.tenant):
        lead.refresh_from_db()
        assert (lead.city, lead.status.meaning, lead.unqualified_reason) == ("Bonn", "working", None)


@pytest.mark.parametrize("how", ["import", "dry_run"])
def test_what_the_import_itself_has_changed_is_no_later_change(
    firm: Firm, exported: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more rows about one person than are taken in together, in batches of their own."""
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(whole_file, "MOST_OF_ONE", 0)
    header, row, *_end = exported.splitlines()
    page = Page(firm, "contacts", "\n".join([header, row, make_other(firm), row.replace("Bonn", "Kiel")]))
    answered = page.client.post(page.address, page.columns() | {how: "1", "*newer": "keep"})
    assert answered.status_code == 303
    finished(firm, page.run())
    with tenant_context(firm.tenant):
        remarks = " ".join(reason for row in RefusedRow.objects.all() for reason in row.reasons)
        assert "City: kept" not in remarks and "Phone: kept" in remarks, remarks
        if how == "import":
            found = Contact.objects.get(last_name="Bell")
            assert (found.city, found.phone) == ("Kiel", NEW["phone"])


def test_a_replaced_stage_is_a_later_change_of_its_probability(firm: Firm) -> None:
    """Which the older file wrote back, as one that was set by hand."""
    with tenant_context(firm.tenant):
        gone, instead = [stage for stage in stages() if stage.meaning == "open"][:2]
        deal = make.opportunity(firm.ana, stage=gone)
    client = client_of(firm.ada)
    answer = client.get("/acme/opportunities/export/?filters=none&columns=name,probability,updated_at")
    with tenant_context(firm.tenant):
        replace_and_delete(entry=gone, replacement=instead, actor=firm.ada)
    page = Page(firm, "opportunities", answer.content.decode("utf-8-sig"))
    assert [(one.field, one.person) for one in page.answer.context["newer"].cells] == [("Probability", "Ada Admin")]
    said = told(client.get(f"/acme/opportunities/{deal.pk}/history/"))
    assert f"Ada Admin deleted the stage “{gone.label}”" in said
