"""Columns for which there is no field are never dropped without a word, and can be kept."""

from __future__ import annotations

import re
from html import unescape

import pytest

from contacts.models import Contact
from crm.fields.custom.selectors import custom_fields
from crm.fields.custom.services import create_field
from crm.imports.models import ImportRow
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests.imports.steps import bring_in, finished, sent, tenant_of, upload
from tests.imports.test_files import case
from tests.imports.test_words import Page
from tests.people import Firm, client_of

OUTLOOK = (
    "Title,First Name,Last Name,E-mail Address,Birthday,Notes,Job Title\n"
    "Dr.,Ann,Bell,ann@k.example,1980-04-03,Met at the fair,Buyer\n,Bo,Fox,bo@k.example,1979-12-31,,\n"
)


def shown(firm: Firm, address: str) -> str:
    page = unescape(client_of(firm.ada).get(address).content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_what_is_left_out_is_said_on_the_columns_page_in_the_dry_run_and_after_it(firm: Firm) -> None:
    page = Page(firm, "contacts", OUTLOOK)
    said = "Left out: “ Title ” (1 cell), “ Birthday ” (2 cells)"
    assert said in shown(firm, page.address)
    run = finished(firm, upload(firm, "contacts", OUTLOOK, dry_run="1"))
    assert said in shown(firm, f"/acme/imports/{run.pk}/")
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    finished(firm, run)
    assert said in shown(firm, f"/acme/imports/{run.pk}/")


def test_nothing_is_said_where_every_column_has_a_field_or_is_empty(firm: Firm) -> None:
    page = Page(firm, "contacts", "Last name,E-mail,Fax,Refused row\nBell,a@k.example,,7\n")
    assert "Left out" not in shown(firm, page.address)


@pytest.mark.parametrize(("name", "said"), [
    ("s13", "“ email ” (1 cell)"),
    ("s14", "“ Column 2 ” (1 cell), “ Column 4 ” (1 cell)"),
    ("s05", "“ Column 6 ” (1 cell)"),
])  # fmt: skip
def test_columns_without_a_name_and_second_ones_are_told(firm: Firm, name: str, said: str) -> None:
    assert f"Left out: {said}." in shown(firm, Page(firm, "leads", case(name)).address)


def test_columns_can_go_into_the_description_and_do_so_once(firm: Firm) -> None:
    columns = {"column_0": "+notes", "column_4": "+notes"}
    page = Page(firm, "contacts", OUTLOOK)
    page.client.post(page.address, page.columns() | columns | {"update": "1"})
    assert "Dr. → Title: Dr." in shown(firm, page.address)
    for number in range(2):
        run = bring_in(firm, "contacts", OUTLOOK, **columns)
        assert (run.created_count, run.unchanged_count) == ((2, 0) if number == 0 else (0, 2))
    with tenant_context(firm.tenant):
        found = dict(Contact.objects.values_list("first_name", "description"))
    assert found == {
        "Ann": "Met at the fair\nTitle: Dr.\nBirthday: 1980-04-03",
        "Bo": "Birthday: 1979-12-31",
    }
    bring_in(firm, "contacts", "E-mail,Room\nbo@k.example,7\n", column_1="+notes")
    with tenant_context(firm.tenant):
        assert Contact.objects.get(first_name="Bo").description == "Birthday: 1979-12-31\nRoom: 7", "nothing is lost"


def test_a_field_can_be_made_of_a_column_once_the_import_starts(firm: Firm) -> None:
    run = finished(firm, upload(firm, "contacts", OUTLOOK, dry_run="1", column_4="+field", kind_4="text"))
    page = shown(firm, f"/acme/imports/{run.pk}/")
    assert "Fields: Birthday" in page and "Birthday: 1980-04-03" in page and "“ Birthday ”" not in page
    with tenant_context(firm.tenant):
        assert not custom_fields("contacts"), "a dry run makes nothing"
        assert ["Birthday", "", "1979-12-31"] in ImportRow.objects.get(name="Bo Fox").changes
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    finished(firm, run)
    with tenant_context(tenant_of(firm)):
        [field] = custom_fields("contacts")
        assert (field.label, run.created_count) == ("Birthday", 2)
        assert Contact.objects.get(first_name="Ann").custom[field.key] == "1980-04-03"
    again = Page(firm, "contacts", OUTLOOK)
    assert again.columns()["column_4"] == field.name, "and the next file has it"


def test_only_who_sets_up_can_make_a_field(firm: Firm) -> None:
    page = Page(firm, "contacts", OUTLOOK, firm.max)
    choices = dict(page.answer.context["form"].fields["column_4"].choices)
    assert "+notes" in choices and "+field" not in choices
    assert page.client.post(page.address, sent(page.answer) | {"column_4": "+field"}).status_code == 422
    assert "+field" in dict(Page(firm, "contacts", OUTLOOK).answer.context["form"].fields["column_4"].choices)


@pytest.mark.parametrize("last", ["first line\nsecond line", "x" * 210])
def test_a_field_made_of_a_column_holds_what_its_last_cell_says(firm: Firm, last: str) -> None:
    """The first cells, and the longest, are of one short line each."""
    texts = ["short", "b", "c", "d", "e" * 170, last]
    rows = [f'P{number},"{text}"' for number, text in enumerate(texts)]
    kind = "long_text" if last != "short" else "text"
    run = bring_in(firm, "contacts", "\n".join(["Last name,Room", *rows]), column_1="+field", kind_1=kind)
    assert (run.created_count, run.refused_count) == (len(texts), 0)
    with tenant_context(tenant_of(firm)):
        [field] = custom_fields("contacts")
        assert Contact.objects.get(last_name="P5").custom[field.key] == last


def test_a_column_called_currency_is_a_field_of_ones_own(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        create_field(actor=firm.ada, record_type="leads", kind="text", label="Deal currency")
        create_field(actor=firm.ada, record_type="leads", kind="text", label="Deal")
    run = bring_in(firm, "leads", "last_name,email,Deal currency\nBell,ann@k.example,Shells\n")
    assert run.created_count == 1
    with tenant_context(firm.tenant):
        assert Lead.objects.get().custom == {"deal_currency": "Shells"}


def test_an_error_of_the_sheet_is_no_part_of_a_name(firm: Firm) -> None:
    rows = "first name,middle name,last name,email\nAnn,#N/A,Bell,a@k.example\nBo,B.,Fox,b@k.example\n"
    run = bring_in(firm, "leads", rows)
    assert (run.created_count, run.refused_count) == (1, 1)
    with tenant_context(firm.tenant):
        assert Lead.objects.get().first_name == "Bo B."
