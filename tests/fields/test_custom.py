"""A field of a workspace's own is on forms, pages, lists, filters, files and in the history, whatever its kind."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.imports.models import Import
from crm.tenants.context import tenant_context
from tests import make
from tests.fields.own import (
    EXPORTED,
    FOUND_BY,
    KINDS,
    MISSED_BY,
    SHOWN,
    add_field,
    field_of,
    fresh,
    names_in,
    new_account,
    sent,
    word,
)
from tests.imports.steps import run_import
from tests.imports.steps import sent as all_answered
from tests.own_words import tight
from tests.people import Firm, client_of


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_goes_all_the_way(firm: Firm, kind: str) -> None:
    name = add_field(client_of(firm.ada), firm, kind)
    assert name == f"custom_my_{kind}"
    ana = client_of(firm.ana)
    form = ana.get(firm.url("accounts:new"))
    assert f"My {kind}" in form.content.decode()
    assert name in form.context["form"].fields
    made = new_account(ana, firm, **sent(firm, kind, name))
    assert made.status_code == 303, made.context["form"].errors
    page = ana.get(made.url).content.decode()
    assert SHOWN[kind] in page
    assert "More fields" in page
    listed = ana.get(f"{firm.url('accounts:list')}?filters=none&columns=name,{name}")
    assert SHOWN[kind] in listed.content.decode()
    exported = ana.get(f"{firm.url('accounts:export')}?filters=none&columns=name,{name}").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(exported))
    assert " ".join(row[one] for one in (name, f"{name}_currency") if one in row) == EXPORTED[kind]
    history = ana.get(f"{made.url}history/").content.decode()
    assert f"My {kind}" in history


@pytest.mark.parametrize("kind", sorted(FOUND_BY))
def test_lists_filter_by_typed_rows_alone(firm: Firm, kind: str) -> None:
    name = add_field(client_of(firm.ada), firm, kind)
    ana = client_of(firm.ana)
    with tenant_context(fresh(firm)):
        make.account(firm.ana, name="Without")
    assert new_account(ana, firm, **sent(firm, kind, name)).status_code == 303
    for query in FOUND_BY[kind]:
        with CaptureQueriesContext(connection) as asked:
            assert "With value" in names_in(ana, firm, f"{name}{word(firm, query)}"), query
        sql = " ".join(one["sql"] for one in asked)
        assert '"fields_customvalue"' in sql
        assert not any(sign in sql for sign in ("@>", "->", "#>", "jsonb_", "ILIKE", "UPPER(")), query
    for query in MISSED_BY[kind]:
        assert "With value" not in names_in(ana, firm, f"{name}{word(firm, query)}"), query
    if "__filled=yes" in FOUND_BY[kind]:
        assert names_in(ana, firm, f"{name}__filled=yes") == ["With value"]
        assert names_in(ana, firm, f"{name}__empty=yes") == ["Without"]
    chips = ana.get(f"{firm.url('accounts:list')}?{name}{word(firm, FOUND_BY[kind][0])}&edit={name}").content.decode()
    assert f"My {kind}" in chips


def test_a_filter_with_not_keeps_records_without_a_value(firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "choice")
    ana = client_of(firm.ana)
    with tenant_context(fresh(firm)):
        make.account(firm.ana, name="Without")
    new_account(ana, firm, **sent(firm, "choice", name))
    assert sorted(names_in(ana, firm, f"{name}__not={word(firm, '$Small')}")) == ["With value", "Without"]
    assert names_in(ana, firm, f"{name}__not={word(firm, '$Large')}") == ["Without"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_is_edited_in_place_and_taken_away(firm: Firm, kind: str) -> None:
    name = add_field(client_of(firm.ada), firm, kind)
    ana = client_of(firm.ana)
    with tenant_context(fresh(firm)):
        account = make.account(firm.ana)
    address = firm.url("accounts:field", record_id=account.pk, name=name)
    assert ana.get(address).status_code == 200
    answer = ana.post(address, sent(firm, kind, name), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert SHOWN[kind] in answer.content.decode()
    assert SHOWN[kind] in ana.get(firm.url("accounts:record", record_id=account.pk)).content.decode()
    again = ana.get(firm.url("accounts:edit", record_id=account.pk))
    assert not again.context["form"].errors
    unchanged = _events(firm, account)
    ana.post(address, sent(firm, kind, name))
    assert _events(firm, account) == unchanged
    empty = {part: "" for part in sent(firm, kind, name)} if kind != "yes_no" else {}
    assert ana.post(address, empty).status_code == 303
    with tenant_context(fresh(firm)):
        account.refresh_from_db()
        assert account.custom == {}
    if kind in FOUND_BY:
        assert account.name not in names_in(ana, firm, f"{name}{word(firm, FOUND_BY[kind][0])}")


def _events(firm: Firm, record: Any) -> int:
    from crm.events.models import Event

    with tenant_context(fresh(firm)):
        return Event.objects.filter(record_id=record.pk).count()


def test_history_tells_old_and_new(firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "choice")
    ana = client_of(firm.ana)
    made = new_account(ana, firm, **sent(firm, "choice", name))
    small = word(firm, "$Small")
    ana.post(f"{made.url}fields/{name}/", {name: small})
    history = tight(ana.get(f"{made.url}history/").content.decode())
    assert re.search("<del>Large</del> ?→ ?<ins>Small</ins>", history)
    assert "changed My choice from Large to Small" in history


def bring_in(firm: Firm, text: str, dry_run: bool = False) -> Import:
    """Import accounts from ``text``, with the columns as guessed."""
    client = client_of(firm.ada)
    answer = client.post(firm.url("imports:new", key="accounts"), {"file": SimpleUploadedFile("a.csv", text.encode())})
    assert answer.status_code == 303
    data = all_answered(client.get(answer.url)) | ({"dry_run": "1"} if dry_run else {})
    assert client.post(answer.url, data).status_code == 303
    with tenant_context(fresh(firm)):
        job = Import.objects.order_by("-made_at")[0]
    run_import(fresh(firm), job.pk)
    with tenant_context(fresh(firm)):
        job.refresh_from_db()
    assert job.state == "done", job.problem
    return job


def test_files_bring_values_of_every_kind(firm: Firm) -> None:
    ada = client_of(firm.ada)
    names = {kind: add_field(ada, firm, kind) for kind in KINDS}
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["name", *(f"My {kind}" for kind in KINDS)])  # the label is as good as the standard name
    writer.writerow(["From file", *(EXPORTED[kind] for kind in KINDS)])
    writer.writerow(["Empty", *("" for kind in KINDS)])
    job = bring_in(firm, buffer.getvalue())
    assert (job.created_count, job.refused_count) == (2, 0)
    columns = ",".join(["name", *names.values()])
    out = ada.get(f"{firm.url('accounts:export')}?filters=none&columns={columns}").content.decode("utf-8-sig")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(out))}
    row = rows["From file"]
    row[names["money"]] += f" {row[names['money'] + '_currency']}"  # a column of its own
    assert {kind: row[name] for kind, name in names.items()} == EXPORTED
    for kind, queries in FOUND_BY.items():
        if queries[0] != "=me":
            assert names_in(client_of(firm.ana), firm, f"{names[kind]}{word(firm, queries[0])}") == ["From file"]


def test_files_refuse_what_is_no_value_and_say_of_which_field(firm: Firm) -> None:
    ada = client_of(firm.ada)
    for kind in ("number", "date", "yes_no", "email"):
        add_field(ada, firm, kind)
    header = "name,custom_my_number,custom_my_date,custom_my_yes_no,custom_my_email\n"
    job = bring_in(firm, f"{header}Bad,1.23456,soon,perhaps,nobody\nGood,1.2345,2026-01-02,no,a@b.example\n")
    assert (job.created_count, job.refused_count) == (1, 1)
    refused = ada.get(firm.url("imports:refused", run_id=job.pk)).content.decode()
    for kind in ("number", "date", "yes_no", "email"):
        assert f"My {kind}: " in refused


def test_a_new_word_in_a_file_becomes_a_choice(firm: Firm) -> None:
    add_field(client_of(firm.ada), firm, "choice")
    text = "name,My choice\n" + "".join(f"Firm {number},Huge\n" for number in range(600))
    tried = bring_in(firm, text, dry_run=True)
    assert (tried.created_count, tried.refused_count) == (600, 0)
    job = bring_in(firm, text)
    assert (job.created_count, job.refused_count) == (600, 0)
    assert len(names_in(client_of(firm.ana), firm, f"custom_my_choice={word(firm, '$Huge')}")) == 50


def test_what_is_required_is_asked_of_new_records(firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "text", "Budget code", required="on")
    ana = client_of(firm.ana)
    with tenant_context(fresh(firm)):
        account = make.account(firm.ana, custom_budget_code="B-1")
        with pytest.raises(Exception, match="“Budget code” is needed"):
            make.account(firm.ana)
    assert new_account(ana, firm).status_code == 422
    assert new_account(ana, firm, **{name: "B-2"}).status_code == 303
    address = firm.url("accounts:field", record_id=account.pk, name=name)
    assert ana.post(address, {name: " "}).status_code == 422
    assert ana.post(address, {name: "B-3"}).status_code == 303
    job = bring_in(firm, f"name,{name}\nBad,\nGood,B-4\n")
    assert (job.created_count, job.refused_count) == (1, 1)
    refused = client_of(firm.ada).get(firm.url("imports:refused", run_id=job.pk)).content.decode()
    assert "Budget code" in refused


def test_records_that_follow_from_another_need_not_have_it(firm: Firm) -> None:
    from leads.conversion import convert_lead, plan_for

    add_field(client_of(firm.ada), firm, "text", "Budget code", required="on")
    with tenant_context(fresh(firm)):
        lead = make.lead(firm.ana, company="Acme Ltd")
        conversion = convert_lead(lead_id=lead.pk, actor=firm.ana, plan=plan_for(lead, firm.ana))
        assert conversion.account.name == "Acme Ltd"
        assert conversion.account.custom == {}


def test_another_workspace_knows_nothing_of_it(firm: Firm, other_firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "text", "Secret")
    field = field_of(firm, "Secret")
    gus = client_of(other_firm.ada)
    assert "Secret" not in gus.get("/globex/accounts/new/").content.decode()
    assert "Secret" not in gus.get("/globex/accounts/").content.decode()
    assert "Secret" not in gus.get("/globex/setup/fields/accounts/").content.decode()
    assert gus.get(f"/globex/setup/fields/accounts/{field.pk}/").status_code == 404
    assert client_of(firm.ada).get(firm.url("setup:field", type="accounts", id=field.pk)).status_code == 200
    assert client_of(firm.ada).get(firm.url("setup:field", type="leads", id=field.pk)).status_code == 404
    assert gus.get(f"/globex/accounts/?{name}=x").status_code == 200
    assert "Secret" in client_of(firm.ana).get(firm.url("accounts:list")).content.decode()


def test_sorting_by_a_field_puts_empty_ones_last_and_pages_follow(firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "number")
    with tenant_context(fresh(firm)):
        for number in range(120):
            values = {name: number * 7 % 100 - 50} if number < 100 else {}
            make.account(firm.ana, name=f"Firm {number:03}", **values)
    client = client_of(firm.ana)
    for sort, sign in ((name, 1), (f"-{name}", -1)):
        seen: list[Any] = []
        address: str | None = f"{firm.url('accounts:list')}?filters=none&sort={sort}"
        while address:
            context = client.get(address).context
            seen += [row.record.custom.get("my_number") for row in context["rows"]]
            after = context["page"].next
            address = f"{firm.url('accounts:list')}?filters=none&sort={sort}&after={after}" if after else None
        assert seen == [*sorted(range(-50, 50), key=lambda one: sign * one), *([None] * 20)]


def test_a_list_is_sorted_by_what_it_is_filtered_by(firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "date")
    with tenant_context(fresh(firm)):
        for day in (3, 1, 2, 4):
            make.account(firm.ana, name=f"Day {day}", **{name: date(2026, 5, day)})
        make.account(firm.ana, name="No day")
    ana = client_of(firm.ana)
    assert names_in(ana, firm, f"{name}__to=2026-05-03&sort=-{name}") == ["Day 3", "Day 2", "Day 1"]
    assert names_in(ana, firm, f"{name}__filled=yes&sort={name}") == ["Day 1", "Day 2", "Day 3", "Day 4"]
    assert names_in(ana, firm, f"{name}__empty=yes&sort={name}") == ["No day"]
    answer = ana.get(f"{firm.url('accounts:list')}?{name}=soon&sort={name}")
    assert answer.status_code == 200
    assert "“soon” is not a date." in answer.content.decode()


def test_sums_of_money_stand_under_the_list(firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "money")
    ana = client_of(firm.ana)
    for amount, currency in (("10", "USD"), ("5.50", "USD"), ("7", "EUR")):
        assert new_account(ana, firm, **{name: amount, f"{name}_currency": currency}).status_code == 303
    answer = ana.get(f"{firm.url('accounts:list')}?filters=none&columns=name,{name}&count=exact")
    assert sorted(re.findall(r"<span>My money <b>(.*?)</b>", answer.content.decode())) == ["$15.50", "€7"]


def test_a_saved_view_keeps_filter_column_and_order(firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "date")
    ana = client_of(firm.ana)
    new_account(ana, firm, **sent(firm, "date", name))
    query = f"{name}=2026-05-03&columns=name,{name}&sort=-{name}"
    saved = ana.post(f"{firm.url('saved_views:new', key='accounts')}?{query}", {"name": "Mine", "audience": "own"})
    shown = ana.get(saved.url)
    assert [row.record.name for row in shown.context["rows"]] == ["With value"]
    assert "My date<svg" in tight(shown.content.decode())
    field = field_of(firm, "My date")
    client_of(firm.ada).post(firm.url("setup:field_deactivation", type="accounts", id=field.pk), {"views": "1"})
    without = ana.get(saved.url)
    assert without.status_code == 200
    page = tight(without.content.decode())
    assert "The filter “My date is May 3, 2026” was left out. The field is no longer in use." in page
    assert "My date<svg" not in page


def test_the_list_asks_few_questions(firm: Firm) -> None:
    from tests.pages.test_listing import MOST_QUERIES, questions

    ada, ana = client_of(firm.ada), client_of(firm.ana)
    with tenant_context(fresh(firm)):
        make.account(firm.ana)
    ana.get("/acme/accounts/?filters=none")
    with CaptureQueriesContext(connection) as bare:
        ana.get("/acme/accounts/?filters=none")
    few = len(questions(bare))
    names = [add_field(ada, firm, kind) for kind in KINDS]
    for _number in range(20):
        values = {part: text for kind in KINDS for part, text in sent(firm, kind, f"custom_my_{kind}").items()}
        assert new_account(ana, firm, **values, tags="VIP, EMEA").status_code == 303
    ana.get("/acme/accounts/?filters=none")
    with CaptureQueriesContext(connection) as full:
        answer = ana.get(f"/acme/accounts/?filters=none&columns=name,{','.join(names)},tags")
    assert len(answer.context["rows"]) == 21
    # people and tags are asked for once, because columns show them; the fields themselves are remembered
    assert len(questions(full)) == few + 2, "\n".join(questions(full))
    assert few <= MOST_QUERIES
