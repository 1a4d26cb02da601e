"""The page on which columns get their fields: the first rows, and values for all rows."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from crm.imports.models import UPLOADED, Import
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from leads.models import Lead
from tests.imports.steps import bring_in, told, upload
from tests.imports.test_words import Page
from tests.own_words import tight
from tests.people import Firm, client_of

HEAD = "last name,email,rating\n"
ROWS = f"{HEAD}Brandt,h@k.example,\nCole,c@k.example,Cold\n"


def columns_page(client: Client, text: str) -> tuple[str, HttpResponse]:
    file = SimpleUploadedFile("rows.csv", text.encode())
    address = client.post("/acme/imports/new/leads/", {"file": file})["Location"]
    return address, client.get(address)


def test_the_first_twenty_rows_are_shown(firm: Firm) -> None:
    rows = "".join(f"Person {number},p{number}@k.example,<b>{number}</b>\n" for number in range(1, 26))
    _address, answer = columns_page(client_of(firm.ada), HEAD + rows)
    page = answer.content.decode()
    assert "The first 20 rows" in page and "25 rows" in page
    preview = page.rpartition("<table")[2]
    assert [f"<td>Person {number}</td>" in preview for number in range(1, 26)] == [True] * 20 + [False] * 5
    assert "<td>&lt;b&gt;7&lt;/b&gt;</td>" in preview
    with tenant_context(firm.tenant):
        assert not Lead.objects.exists()


def test_one_row_of_two_lines_is_shown_as_what_it_is(firm: Firm) -> None:
    """Its lines are not glued together, neither on the page nor in a dry run: they are stored as they stand."""
    text = 'last name,email,description\nBrandt,h@k.example,"line one\nline two"\n'
    page = columns_page(client_of(firm.ada), text)[1].content.decode()
    assert '<span class="count">1 row</span>' in page
    assert "<bdi>line one\nline two</bdi>" in page
    run = bring_in(firm, "leads", text, dry_run="1")
    told = client_of(firm.ada).get(f"/acme/imports/{run.pk}/").content.decode()
    assert "<bdi>line one\nline two</bdi>" in told


def test_source_campaign_owner_and_rating_are_set_for_all_rows(firm: Firm) -> None:
    page = tight(unescape(columns_page(client_of(firm.ada), ROWS)[1].content.decode()))
    for field in ("source", "rating", "owner", "status"):
        assert f'<select name="fixed_{field}"' in page
    assert f'<option value="{firm.sam.email}">Sam Seller</option>' in page
    values = {"source": "Trade show", "campaign": "Expo 2026", "owner": firm.sam.email, "rating": "Hot"}
    with tenant_context(firm.tenant):
        values["source"] = str(Lead._meta.get_field("source").related_model.objects.filter(picklist="lead_source")[3])
    run = bring_in(firm, "leads", ROWS, **{f"fixed_{name}": text for name, text in values.items()})
    assert (run.created_count, run.refused_count) == (2, 0)
    with tenant_context(firm.tenant):
        leads = {one.name: one for one in Lead.objects.select_related("source", "owner", "rating")}
    for lead in leads.values():
        assert (str(lead.source), lead.campaign, lead.owner) == (values["source"], "Expo 2026", firm.sam)
    assert [str(leads[name].rating) for name in ("Brandt", "Cole")] == ["Hot", "Cold"], "a row's own cell goes before"


def test_two_people_of_one_name_are_told_apart(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        Membership.objects.filter(pk=firm.max.pk).update(name="Sam Seller", name_key="sam seller")
    bring_in(firm, "leads", ROWS, fixed_owner=firm.max.email)
    with tenant_context(firm.tenant):
        assert {lead.owner_id for lead in Lead.objects.all()} == {firm.max.pk}


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        ("owner", "Nobody", "sam@acme.example"),
        ("employees", "many", "12"),
        ("source", "Trade shw", ""),
        ("estimated_value", "a lot", "1,000"),
        ("opted_out", "perhaps", "yes"),
    ],
)
def test_a_wrong_value_for_all_rows_is_refused_at_its_field(firm: Firm, field: str, wrong: str, right: str) -> None:
    client = client_of(firm.ada)
    address, answer = columns_page(client, ROWS)
    form: Any = answer.context["form"]
    data = {name: form[name].initial or "" for name in form.fields if name.startswith("column_")}
    refused = client.post(address, {**data, f"fixed_{field}": wrong})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [f"fixed_{field}"]
    with tenant_context(firm.tenant):
        run = Import.objects.get()
        assert run.state == UPLOADED
    assert client.post(address, {**data, f"fixed_{field}": right, "import": "1"})["Location"].endswith(f"{run.pk}/")


def test_after_a_dry_run_the_columns_are_as_they_were_left(firm: Firm) -> None:
    run = upload(firm, "leads", ROWS, dry_run="1", fixed_campaign="Expo 2026", fixed_owner=firm.sam.email)
    with tenant_context(firm.tenant):
        Import.objects.filter(pk=run.pk).update(state=RunState.DONE)
    client = client_of(firm.ada)
    assert client.post(f"/acme/imports/{run.pk}/run/", {"columns": "1"}).status_code == 303
    page = client.get(f"/acme/imports/{run.pk}/columns/").content.decode()
    assert 'value="Expo 2026"' in page
    assert f'<option value="{firm.sam.email}" selected>' in page


def test_what_is_wrong_about_the_columns_leads_to_them(firm: Firm) -> None:
    client = client_of(firm.ada)
    address, answer = columns_page(client, ROWS)
    form = answer.context["form"]
    names = [name for name in form.fields if name.startswith("column_")]
    data = {name: form[name].initial or "" for name in names}
    for wrong, problem in (
        (data | dict.fromkeys(names[:2], "email"), "Two columns cannot be the same field: E-mail."),
        (
            dict.fromkeys(names, "") | {names[0]: "middle_name", names[1]: "last_name"},
            "“Middle name (added to the first name)” needs a column for “First name” too.",
        ),
        (dict.fromkeys(names, ""), "Every column is left out: there is nothing to import."),
    ):
        refused = client.post(address, wrong)
        page = unescape(refused.content.decode())
        assert refused.status_code == 422
        assert f'<a href="#columns">{problem}</a>' in page and 'id="columns" tabindex="0"' in page


def test_a_parent_further_down_in_the_file_is_not_shown_as_left_empty(firm: Firm) -> None:
    """Nor is its answer the one for all names that nothing here is called by."""
    page = Page(firm, "accounts", "name,parent account\nAce,Bay\nBay,\nCod,Nowhere\nDab,Nobody\nElk,None\nFox,Nil\n")
    page.client.post(page.address, page.columns() | {"others_parent": "empty"})
    shown = told(page.client.get(page.address))
    assert "Nowhere → left empty" in shown and "Bay → left empty" not in shown
