"""Rows of one file about the same one: what the later says is told before, and the dry run tells each in order."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from crm.events.models import Event
from crm.imports import rehearsal, running, whole_file
from crm.imports.models import Import, ImportRow
from crm.picklists.models import Choice
from crm.tenants.context import tenant_context
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import bring_in, finished, run_import, sent, tenant_of, told
from tests.imports.test_words import Page
from tests.people import Firm, client_of


def counts(run: Import) -> tuple[int, ...]:
    """Created, changed, the same, rows of the same record as another, skipped, refused."""
    alone = (run.created_count, run.updated_count, run.unchanged_count)
    return (*alone, run.folded_count, run.skipped_count, run.refused_count)


def tried_and_done(firm: Firm, key: str, text: str, **options: str) -> list[tuple[int, ...]]:
    """What a dry run counts, and what the import does after it; another worker takes over after each batch."""
    page = Page(firm, key, text)
    run = page.send(sent(page.answer) | options | {"dry_run": "1"})
    found = []
    for _run in ("dry", "real"):
        while run_import(tenant_of(firm), run.pk, batches=1):
            pass
        found.append(counts(run := finished(firm, run)))
        client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    return found


ROWS = {
    "leads": ("first name,last name,email,company", "Ann,Bell,ann@k.example,Falcon"),
    "contacts": ("first name,last name,email,job title", "Ann,Bell,ann@k.example,Buyer"),
    "accounts": ("external id,name,website,industry", "x1,Owl,owl.example,Mice"),
    "opportunities": ("external id,name,account,next step", "x1,Roof,Falcon,Call"),
}


@pytest.mark.parametrize("size", [500, 2])
@pytest.mark.parametrize("key", list(ROWS))
def test_each_row_about_the_same_one_is_told_in_order_and_comes_true(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, key: str, size: int
) -> None:
    """Whether they are in one batch or not: the second changes a note, the third a city, the fourth says the same."""
    monkeypatch.setattr(running, "BATCH", size)
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    field = {"opportunities": "product", "accounts": "city"}.get(key, "city")
    head, one = ROWS[key]
    rows = [
        f"{one},First note,Ulm",
        f"{one},Second note,",
        f"{one},,Kiel",
        f"{one},Second note,Kiel",
        f"{one},First note,",
    ]
    other = one.replace("Ann", "Bob").replace("ann@", "bob@").replace("x1", "x2").replace("Owl", "Elk")
    other = other.replace("owl.", "elk.").replace("Roof", "Wall")
    text = "\n".join([f"{head},description,{field}", *rows[:2], f"{other},Of another,Rome", *rows[2:]])
    page = Page(firm, key, text)
    shown = told(page.answer)
    assert "3 of them differ from the earlier row. If records are updated, the later row wins" in shown
    assert "description: First note (row 2) → Second note (row 3)" in shown
    assert f"{field}: Ulm (row 2) → Kiel (row 5)" in shown
    run = finished(firm, page.send(sent(page.answer) | {"dry_run": "1"}))
    with tenant_context(firm.tenant):
        found: dict[int, Any] = {row.number: row for row in ImportRow.objects.filter(run=run)}
    wanted = {
        2: ("created", None), 3: ("folded", ("First note", "Second note")), 4: ("created", None),
        5: ("folded", ("Ulm", "Kiel")), 6: ("folded", None), 7: ("folded", ("Second note", "First note")),
    }  # fmt: skip
    for number, (outcome, change) in wanted.items():
        row = found[number]
        assert row.outcome == outcome, (number, row.changes)
        if change:
            assert [tuple(one[1:]) for one in row.changes] == [change]
            assert any("Same as row 2 of this file" in remark for remark in row.remarks)
    tried = counts(run)
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    assert counts(finished(firm, run)) == tried == (2, 0, 0, 4, 0, 0)
    with tenant_context(tenant_of(firm)):
        records = page.answer.context["type"].model.objects.order_by("created_at").values_list("description", field)
        assert [*records][-2:] == [("First note", "Kiel"), ("Of another", "Rome")]


def test_nothing_is_told_where_the_rows_agree(firm: Firm) -> None:
    ann = "Ann,Bell,ann@k.example"
    text = f"first name,last name,email,city\n{ann},Ulm\n{ann},\n{ann},Ulm\n"
    page = Page(firm, "contacts", text)
    assert (page.answer.context["survey"].repeats, page.answer.context["survey"].differing) == (2, 0)
    assert "the later row wins" not in page.answer.content.decode() and "more row" not in told(page.answer)
    page = Page(firm, "contacts", text + f"{ann},Ulm\n" * 5)
    assert "row 6 and row 2 ( ann@k.example )" in told(page.answer).replace("(ann@k.example)", "( ann@k.example )")
    assert "and 3 more rows" in told(page.answer)


def test_the_first_row_of_each_record_is_remembered_however_many_share_a_name(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(rehearsal, "MOST_NEAR", 1)
    cities = {"a": ("Ulm", "Rome"), "b": ("Bonn", "Bari"), "c": ("Kiel",)}
    people = [
        f"Ann,Bell,{name}@k.example,{here[at]}" for at in (0, 1) for name, here in cities.items() if at < len(here)
    ]
    page = Page(firm, "contacts", "\n".join(["first name,last name,email,city", *people]))
    run = finished(firm, page.send(sent(page.answer) | {"dry_run": "1"}))
    assert counts(run) == (3, 0, 0, 2, 0, 0)


@pytest.mark.parametrize(
    ("key", "text", "wanted"),
    [
        ("accounts", "external id,name\nx1,Foo Works\nx1,Bar Works\n,Bar Works\n", (1, 0, 0, 2, 0, 0)),
        (
            "contacts",
            "external id,first name,last name,email,city\nx1,Ann,Bell,,\nx1,Ann,Bell,ann@k.example,\n"
            "x2,Bob,Fox,,\n,Ann,Bell,ann@k.example,Kiel\n",
            (2, 0, 0, 2, 0, 0),
        ),
    ],
)
def test_what_a_later_row_says_of_a_record_leads_to_it_from_then_on(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, key: str, text: str, wanted: tuple[int, ...]
) -> None:
    """In a dry run, too, whose batches are undone; where not all rows of one record are taken in together."""
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(whole_file, "MOST_TOGETHER", 0)
    assert tried_and_done(firm, key, text) == [wanted, wanted]


def test_rows_that_close_and_reopen_a_deal_are_told_one_after_the_other(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put into one they would be refused: an open deal with a reason for its loss."""
    monkeypatch.setattr(running, "BATCH", 1)
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    head = "external id,name,account,stage,closed on,loss reason,last stage change date"
    rows = [
        "x1,Roof,Falcon,Proposal,,,2026-01-01", "x1,Roof,Falcon,Lost,2026-01-02,Price too high,2026-01-02",
        "x1,Gate,Falcon,Proposal,,,2026-01-03", "x1,Gate,Falcon,,,,",
    ]  # fmt: skip
    page = Page(firm, "opportunities", "\n".join([head, *rows]))
    run = finished(firm, page.send(sent(page.answer) | {"dry_run": "1"}))
    tried = counts(run)
    with tenant_context(firm.tenant):
        outcomes = [row.outcome for row in ImportRow.objects.filter(run=run).order_by("number")]
    assert outcomes == ["created", "folded", "folded", "folded"]
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    assert counts(finished(firm, run)) == tried


# The person and the deal stand in two rows, of which the later one wins where it says something else.
TWICE = {
    "leads": (
        "name,email,phone,source,city\nAnn Bell,ann@k.example,0711 1,Fair,Ulm\n{between}"
        "Ann Bell,ann@k.example,0711 2,Web,"
    ),
    "opportunities": (
        "external id,name,account,stage,amount,in stage since\n"
        "x1,Roof,Falcon,Proposal,100,2026-01-02\n{between}x1,Roof,Falcon,Negotiation,200,2026-02-03"
    ),
    "accounts": "name,type,customer since,city\nOwl,Customer,2016-07-08,Ulm\n{between}Owl,Past customer,,Bonn",
    "accounts, of one day or another": (
        "external id,name,type,customer since\nx1,Owl,Customer,2017-01-05\n{between}x1,Owl,,2018-02-03"
    ),
    "opportunities, of one day or another": (
        "external id,name,account,stage,close date\nx1,Roof,Falcon,Won,2017-01-05\n{between}x1,Roof,Falcon,,2018-02-03"
    ),
}
CLOSED_AND_REOPENED = (
    "external id,name,account,stage,closed on,loss reason,last stage change date\n"
    "x1,Roof,Falcon,Lost,2026-01-02,Price too high,2026-01-02\n{between}x1,Roof,Falcon,Proposal,,,2026-02-03"
)
BETWEEN = {
    "accounts": "Elk,Prospect,,Rome\n",
    "leads": "Bo Fox,b@k.example,0711 3,Web,Bonn\n",
    "accounts, of one day or another": "x2,Elk,Prospect,\n",
    "opportunities, of one day or another": "x2,Wall,Falcon,Proposal,\n",
    "reopened": "x2,Wall,Falcon,Proposal,,,2026-01-02\n",
    "opportunities": "x2,Wall,Falcon,Proposal,5,2026-01-02\n",
}


@pytest.mark.parametrize("size", [500, 1])
@pytest.mark.parametrize("what", [*TWICE, "reopened"])
def test_a_second_import_of_two_rows_of_one_record_changes_nothing(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, what: str, size: int
) -> None:
    """However far apart they stand: no value goes back and forth, and no history tells of it."""
    key = "opportunities" if what == "reopened" else what.partition(",")[0]
    monkeypatch.setattr(running, "BATCH", size)
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    text = TWICE.get(what, CLOSED_AND_REOPENED).format(between=BETWEEN[what])
    assert counts(bring_in(firm, key, text)) == (2, 0, 0, 1, 0, 0)
    with tenant_context(tenant_of(firm)):
        told = Event.objects.exclude(name__startswith="import.").count()
    for how in ("dry_run", "import"):
        run = bring_in(firm, key, text, **{how: "1"})
        assert counts(run) == (0, 0, 2, 1, 0, 0), how
        if how == "dry_run":
            with tenant_context(tenant_of(firm)):
                remarks = ImportRow.objects.get(run=run, number=2).remarks
            assert any("row 4 of this file has another value, and that is used." in remark for remark in remarks)
    with tenant_context(tenant_of(firm)):
        assert Event.objects.exclude(name__startswith="import.").count() == told


@pytest.mark.parametrize(
    ("header", "first", "then", "field"),
    [("City", "Kiel", "", "City"), ("Customer since", "2018-02-03", "2019-02-03", "Type since")],
)
def test_a_later_row_that_empties_a_field_or_dates_it_otherwise_is_told(
    firm: Firm, header: str, first: str, then: str, field: str
) -> None:
    with tenant_context(firm.tenant):
        customer = make.reason("account_type", "customer")
        make.account(firm.ada, name="Owl", external_id="x1", city="Ulm", type=customer)
    text = f"External ID,Name,Type,{header}\nx1,Owl,Customer,{first}\nx1,Owl,,{then}\n"
    run = bring_in(firm, "accounts", text, clear_empty="on", existing="update", dry_run="1")
    with tenant_context(firm.tenant):
        remarks = [row.remarks for row in ImportRow.objects.filter(run=run).order_by("number")]
    assert f"{field}: row 3 of this file has another value, and that is used." in remarks[0], remarks
    client = client_of(firm.ada)
    client.post(f"/acme/imports/{run.pk}/run/", {"columns": "1"})
    shown = told(client.get(f"/acme/imports/{run.pk}/columns/"))
    assert f"{header}: {first} (row 2) → {then or '—'} (row 3)" in shown
    assert counts(bring_in(firm, "accounts", text, clear_empty="on", existing="update"))[1] == 1
    with tenant_context(firm.tenant):
        owl = Account.objects.get()
    assert (owl.city, str(owl.type_since)) == (("", str(owl.type_since)) if not then else ("Ulm", then))


def test_a_later_row_that_is_refused_wins_over_nothing(firm: Firm) -> None:
    """It breaks a rule only when it is written: what the earlier row says is kept."""
    with tenant_context(firm.tenant):
        make.opportunity(firm.ada, name="Roof", account=make.account(firm.ada, name="Falcon"))
    text = "name,account,next step,source,loss reason\nRoof,Falcon,Call,Fair,\nRoof,Falcon,Write,Web,Price too high\n"
    assert counts(bring_in(firm, "opportunities", text)) == (0, 1, 0, 0, 0, 1)
    with tenant_context(tenant_of(firm)):
        deal = Opportunity.objects.select_related("source").get(name="Roof")
        assert (deal.next_step, str(deal.source)) == ("Call", "Fair")


@pytest.mark.parametrize("size", [500, 1])
def test_what_a_refused_row_said_is_not_taken_for_said(firm: Firm, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """The next row says the same: it was "the same already", and nothing was written."""
    monkeypatch.setattr(running, "BATCH", size)
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Owl", external_id="x2")
        falcon = make.account(firm.ada, name="Falcon", city="Ulm")
    text = f"id,external id,name,city\n{falcon.pk},x2,Falcon,Rome\n{falcon.pk},,Falcon,Rome\n"
    assert tried_and_done(firm, "accounts", text) == [(0, 1, 0, 0, 0, 1)] * 2
    with tenant_context(tenant_of(firm)):
        assert Account.objects.get(name="Falcon").city == "Rome"


def test_a_word_that_a_later_row_goes_over_is_not_added(firm: Firm) -> None:
    bring_in(firm, "leads", "name,email\nAnn Bell,ann@k.example\n")
    run = bring_in(firm, "leads", TWICE["leads"].format(between="").replace("Fair", "Old Fair"))
    assert (run.updated_count, run.refused_count, run.added) == (1, 0, {"lead_source": ["Web"]})
    with tenant_context(tenant_of(firm)):
        lead = Lead.objects.select_related("source").get()
        assert (str(lead.source), lead.phone, lead.city) == ("Web", "0711 2", "Ulm")
        assert not Choice.objects.filter(label="Old Fair").exists()


def test_a_later_row_that_says_what_is_there_already_wins_too(firm: Firm) -> None:
    """Of an export that somebody has added a row to."""
    with tenant_context(firm.tenant):
        owl = make.account(firm.ada, name="Owl", city="Ulm")
    for how in ("dry_run", "import", "import"):
        run = bring_in(firm, "accounts", f"id,name,city\n{owl.pk},Owl,Kiel\n{owl.pk},Owl,Ulm\n", **{how: "1"})
        assert counts(run) == (0, 0, 1, 1, 0, 0), how
    with tenant_context(tenant_of(firm)):
        owl.refresh_from_db()
        assert owl.city == "Ulm"


HERE = ("Falcon", "x1"), ("Owl", ""), ("Elk", ""), ("Jay", "x4"), ("Jay", "")  # accounts, with their external ids
SEVERAL_NAMES = {
    "by id, then by name": ("external id,name,city\nx1,,Kiel\n,Elk,Rome\n,Falcon,Ulm", (0, 1, 1, 1, 0, 0)),
    "by name, then by id": ("external id,name,city\n,Falcon,Ulm\n,Elk,Rome\nx1,,Kiel", (0, 2, 0, 1, 0, 0)),
    "the same, then changed": ("external id,name,city\n,Falcon,Ulm\n,Elk,\nx1,,Kiel", (0, 1, 1, 1, 0, 0)),
    "renamed": ("external id,name,city\nx1,Hawk,\n,Elk,\n,Hawk,Kiel", (0, 1, 1, 1, 0, 0)),
    "renamed, and back": ("external id,name,city\nx1,Hawk,\n,Elk,\n,Falcon,Kiel", (0, 1, 1, 1, 0, 0)),
    "of two, one is renamed": ("external id,name,city\nx4,Hawk,\n,Elk,\n,Jay,Kiel", (0, 2, 1, 0, 0, 0)),
    "no longer the only one": ("external id,name,city\nx1,Owl,\n,Elk,\n,Owl,Kiel", (0, 1, 1, 0, 0, 1)),
    "its parent further up": ("external id,name,parent account\n,Kite,\n,Elk,\n,Owl,Kite", (1, 1, 1, 0, 0, 0)),
    "its parent further down": ("external id,name,parent account\n,Owl,Kite\n,Elk,\n,Kite,", (1, 1, 1, 0, 0, 0)),
    "new, by id, then by name": ("external id,name,city\nx7,Kite,\n,Elk,\n,Kite,Ulm", (1, 0, 1, 1, 0, 0)),
    "new, two with ids of one name": ("external id,name\nx7,Kite\n,Elk\nx8,Kite", (2, 0, 1, 0, 0, 0)),
}


WRITTEN_APART = {"by id, then by name": (0, 2, 0, 1, 0, 0), "renamed, and back": (1, 1, 1, 0, 0, 0)}
ONE_BATCH = ("by id, then by name", "renamed", "of two, one is renamed")
TAKEN_TOGETHER = ("by id, then by name", "by name, then by id", "renamed", "new, by id, then by name")
WAYS = [("one batch", what) for what in ONE_BATCH] + [("together", what) for what in TAKEN_TOGETHER]


@pytest.mark.parametrize(("how", "what"), [*WAYS, *(("apart", what) for what in SEVERAL_NAMES)])
def test_a_record_that_rows_name_in_several_ways_counts_once_however_far_apart_they_stand(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, how: str, what: str
) -> None:
    """A dry run knows of the rows before a batch what the import knows, also where the memory is too small to take all
    rows about one record in together: then each writes what it says."""
    monkeypatch.setattr(running, "BATCH", 500 if how == "one batch" else 1)
    if how == "apart":
        monkeypatch.setattr(whole_file, "MOST_TOGETHER", 0)
    with tenant_context(firm.tenant):
        for name, external_id in HERE:
            make.account(firm.ada, name=name, city="Ulm", external_id=external_id)
    text, wanted = SEVERAL_NAMES[what]
    if how == "apart":
        wanted = WRITTEN_APART.get(what, wanted)
    assert tried_and_done(firm, "accounts", text) == [wanted, wanted]


@pytest.mark.parametrize("size", [500, 1])
def test_rows_of_one_person_share_what_is_given_for_all_rows(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(running, "BATCH", size)
    page = Page(firm, "leads", "last name,phone,city\nBell,0711 1,Ulm\nFox,0711 2,Rome\nBell,0711 1,Kiel\n")
    run = finished(firm, page.send(sent(page.answer) | {"fixed_company": "Kestrel", "dry_run": "1"}))
    assert counts(run) == (2, 0, 0, 1, 0, 0)
    answer = client_of(firm.ada).get(f"/acme/imports/{run.pk}/")
    assert "1 more row of the same record" in told(answer) and "Same as row 2 of this file" in told(answer)


@pytest.mark.parametrize("size", [500, 1])
@pytest.mark.parametrize("key", ["contacts", "leads"])
def test_a_person_who_is_named_by_address_and_by_firm_counts_once(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, key: str, size: int
) -> None:
    monkeypatch.setattr(running, "BATCH", size)
    firm_of = {"contacts": "account", "leads": "company"}[key]
    head = f"first name,last name,email,phone,{firm_of},city\n"
    bring_in(firm, key, f"{head}Ann,Bell,ann@k.example,0711 1,Falcon,Ulm\n")
    text = f"{head}Ann,Bell,ann@k.example,,,Kiel\nBo,Fox,bo@k.example,,,Rome\nAnn,Bell,,0711 1,Falcon,Ulm\n"
    assert tried_and_done(firm, key, text) == [(1, 0, 1, 1, 0, 0)] * 2
