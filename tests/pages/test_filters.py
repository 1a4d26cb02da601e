"""What a list's filters find, over HTTP."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from crm.picklists.services import create_choice
from crm.saved_views.models import SavedView
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of


def found(firm: Firm, key: str, *pairs: tuple[str, str]) -> list[str]:
    answer = client_of(firm.ana).get(f"/acme/{key}/?{urlencode([*pairs, ('sort', 'name')])}")
    assert answer.status_code == 200
    return [row.record.name for row in answer.context["rows"]]


@pytest.fixture
def leads(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for name, company in (("A", "Birch Holding, Inc."), ("B", "The Ash Group"), ("C", "Cédar GmbH"), ("D", "")):
            make.lead(firm.ana, first_name="", last_name=name, company=company)


@pytest.mark.parametrize(
    ("parameter", "value", "names"),
    [
        ("company", "Birch Holding, Inc.", ["A"]),
        ("company", "birch holding", ["A"]),
        ("company", "birch", []),
        ("company", "The Ash Group", ["B"]),
        ("company__starts", "Birch Ho", ["A"]),
        ("company__starts", "Birch Holding, Inc", ["A"]),
        ("company__starts", "The As", ["B"]),
        ("company__starts", "cedar g", ["C"]),
        ("company__starts", "x", []),
        ("company__not", "Cedar GmbH", ["A", "B", "D"]),
        ("company__empty", "yes", ["D"]),
    ],
)
def test_companies_are_found_with_and_without_their_legal_form(
    firm: Firm, leads: None, parameter: str, value: str, names: list[str]
) -> None:
    assert found(firm, "leads", (parameter, value)) == names


@pytest.mark.parametrize(
    ("parameter", "value"), [("company__starts", "&"), ("phone__starts", "no number"), ("phone", " ")]
)
def test_a_text_of_which_nothing_is_left_is_not_looked_for(firm: Firm, leads: None, parameter: str, value: str) -> None:
    answer = client_of(firm.ana).get(f"/acme/leads/?{urlencode({parameter: value})}")
    assert "cannot be looked for" in answer.content.decode()
    assert [chip.is_unreadable for chip in answer.context["bar"].chips] == [True]


def test_a_text_without_a_key_is_found_as_it_is_written(firm: Firm, leads: None) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.ana, first_name="", last_name="E", company="&", phone="ask Ana", email="")
        make.lead(firm.ana, first_name="", last_name="F", company="!", phone="ask Sam")
    assert found(firm, "leads", ("company", "&")) == ["E"] == found(firm, "leads", ("phone", " ask Ana "))
    assert found(firm, "leads", ("company", "&"), ("company", "The Ash Group")) == ["B", "E"]
    assert found(firm, "leads", ("company__not", "&")) == ["A", "B", "C", "D", "F"]
    assert found(firm, "leads", ("company__empty", "yes")) == ["D"]


@pytest.mark.parametrize(("value", "days"), [("2000_days_ago", [""]), ("today", [""]), ("2026-01-05", ["2026-01-05"])])
def test_a_word_that_begins_like_a_year_is_no_day_in_the_form(firm: Firm, value: str, days: list[str]) -> None:
    page = client_of(firm.ana).get(f"/acme/leads/?created_at__from={value}&edit=created_at__from")
    assert re.findall(r'type="date" name="_value" value="([^"]*)"', page.content.decode()) == days


@pytest.fixture
def accounts(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for name, employees in (("Smith, Jones", 1_000), ("Smith", 1), ("Jones", 10)):
            account = make.account(firm.ana, name=name, employees=employees)
            make.opportunity(firm.ana, name=f"Of {name}", account=account)


def test_a_comma_in_a_text_parts_nothing(firm: Firm, accounts: None) -> None:
    assert found(firm, "accounts", ("name", "Smith, Jones")) == ["Smith, Jones"]
    assert found(firm, "accounts", ("name", "Smith"), ("name", "Jones")) == ["Jones", "Smith"]
    assert found(firm, "accounts", ("name__starts", "Smith, J")) == ["Smith, Jones"]
    assert found(firm, "opportunities", ("account", "Smith, Jones")) == ["Of Smith, Jones"]


def test_a_comma_in_a_number_parts_nothing(firm: Firm, accounts: None) -> None:
    assert found(firm, "accounts", ("employees__from", "1,000")) == ["Smith, Jones"]
    assert found(firm, "opportunities", ("amount__from", "1,000")) == ["Of Jones", "Of Smith", "Of Smith, Jones"]
    assert found(firm, "opportunities", ("amount__from", "1,001")) == []


def test_several_values_of_a_number_or_an_amount_are_each_enough(firm: Firm, accounts: None) -> None:
    """The chip said "Amount is $5 or $1,000" over the rows of the first alone."""
    assert found(firm, "opportunities", ("amount", "5"), ("amount", "1000")) == [
        "Of Jones",
        "Of Smith",
        "Of Smith, Jones",
    ]
    assert found(firm, "opportunities", ("amount", "1000 EUR"), ("amount", "5")) == []
    assert found(firm, "accounts", ("employees__from", "1000"), ("employees__from", "10")) == ["Jones", "Smith, Jones"]
    assert found(firm, "accounts", ("employees__to", "1"), ("employees__to", "10")) == ["Jones", "Smith"]


def test_choices_may_be_joined_by_commas(firm: Firm, leads: None) -> None:
    assert found(firm, "leads", ("status", "meaning:converted,meaning:new")) == ["A", "B", "C", "D"]
    assert found(firm, "leads", ("status", "meaning:converted"), ("status", "meaning:new")) == ["A", "B", "C", "D"]
    assert found(firm, "leads", ("status", "meaning:converted")) == []


def test_a_comma_survives_the_form_the_links_and_a_saved_view(firm: Firm, accounts: None) -> None:
    client = client_of(firm.ana)
    form = {"_field": "name", "_operator": "is", "_value": "Smith, Jones"}
    answer = client.post("/acme/accounts/?filters=none", form)
    assert answer.status_code == 303
    page = client.get(answer["Location"])
    assert [row.record.name for row in page.context["rows"]] == ["Smith, Jones"]
    assert [row.record.name for row in client.get(f"/acme/accounts/{page.context['bar'].query}").context["rows"]] == [
        "Smith, Jones"
    ]
    saved = client.post(f"/acme/views/accounts/new/{page.context['bar'].query}", {"name": "Both", "audience": "own"})
    kept = client.get(saved["Location"])
    assert kept.context["state"].view.name == "Both"
    assert [row.record.name for row in kept.context["rows"]] == ["Smith, Jones"]


def test_each_value_of_a_text_has_a_field_of_its_own(firm: Firm, accounts: None) -> None:
    page = client_of(firm.ana).get("/acme/accounts/?name=Smith&name=Jones&edit=name")
    assert page.context["bar"].editing.texts == ["Smith", "Jones", ""]
    assert "Name is <b>Smith or Jones</b>" in page.content.decode()
    assert client_of(firm.ana).get("/acme/opportunities/?account=nobody&edit=account").status_code == 200


def edit(firm: Firm, path: str, **data: object) -> list[tuple[str, str]]:
    """Send the form of a filter, as it stands on the page at ``path`` with ``data`` in place of its fields."""
    client = client_of(firm.ana)
    page = client.get(path)
    form = page.context["bar"].editing
    fields: dict[str, object] = {"_field": form.spec.name, "_was": form.parameter, "_operator": form.present.operator}
    fields["_value"] = sorted(form.ticked) if form.options else form.texts
    answer = client.post(f"{path.split('?', maxsplit=1)[0]}{page.context['bar'].query}", fields | data)
    assert answer.status_code == 303, answer.context["bar"].editing.problem
    return [pair for pair in parse_qsl(urlsplit(answer["Location"]).query) if pair[0] != "view"]


def view_named(firm: Firm, key: str, name: str) -> str:
    with tenant_context(firm.tenant):
        return str(SavedView.objects.get(record_type=key, name=name).pk)


def test_a_chip_of_a_view_opens_with_what_it_stands_for_ticked(firm: Firm, leads: None) -> None:
    view = view_named(firm, "leads", "Open leads")
    page = client_of(firm.ana).get(f"/acme/leads/?view={view}&edit=status")
    form = page.context["bar"].editing
    labels = dict(form.options)
    assert {labels[value] for value in form.ticked} == {"New", "Working", "Qualified"}
    # Sent as it is, it is the view's own filter still; with one tick less it is not.
    assert edit(firm, f"/acme/leads/?view={view}&edit=status") == []
    fewer = [value for value in form.ticked if labels[value] != "New"]
    assert sorted(edit(firm, f"/acme/leads/?view={view}&edit=status", _value=fewer)) == sorted(
        ("status", value) for value in fewer
    )


@pytest.mark.parametrize("layout", ["leads/", "leads/board/"])
def test_nothing_chosen_never_removes_a_filter(firm: Firm, leads: None, layout: str) -> None:
    view = view_named(firm, "leads", "Open leads")
    sent = {"_field": "status", "_was": "status", "_operator": "is"}
    answer = client_of(firm.ana).post(f"/acme/{layout}?view={view}", sent)
    assert answer.status_code == 200
    assert "Choose a value, or remove the filter." in answer.content.decode()
    assert [chip.label for chip in answer.context["bar"].chips] == ["Status"]
    status = client_of(firm.ana).get(f"/acme/{layout}?view={view}&edit=status").context["bar"].editing
    some = {**sent, "_value": sorted(status.ticked)[0]}
    assert client_of(firm.ana).post(f"/acme/{layout}?view={view}", some).status_code == 303


def test_two_filters_of_one_field_are_edited_apart(firm: Firm, accounts: None) -> None:
    path = "/acme/accounts/?employees__from=10&city=Bonn&employees__to=99&edit=employees__to"
    assert edit(firm, path, _value="50") == [("employees__from", "10"), ("city", "Bonn"), ("employees__to", "50")]
    assert edit(firm, "/acme/accounts/?employees__from=10&edit=employees", _operator="to", _value="50") == [
        ("employees__from", "10"),
        ("employees__to", "50"),
    ]


def test_a_filter_added_after_all_of_a_view_were_removed_is_alone(firm: Firm, leads: None) -> None:
    view = view_named(firm, "leads", "Open leads")
    assert edit(firm, f"/acme/leads/?view={view}&filters=none&edit=company", _value="Birch") == [("company", "Birch")]


def test_a_value_that_is_no_longer_offered_stays_ticked(firm: Firm, leads: None) -> None:
    gone = "018f0000-0000-7000-8000-000000000000"
    form = client_of(firm.ana).get(f"/acme/leads/?source={gone}&edit=source").context["bar"].editing
    assert gone in form.ticked and (gone, "an unknown choice") in form.options


def test_what_cannot_be_read_is_said_in_the_form_and_kept_there(firm: Firm, accounts: None) -> None:
    sent = {"_field": "employees", "_was": "", "_operator": "from", "_value": "many"}
    answer = client_of(firm.ana).post("/acme/accounts/?filters=none", sent)
    assert answer.status_code == 200 and answer.context["bar"].editing.problem
    assert 'value="many"' in answer.content.decode()


def test_sums_are_offered_where_there_is_an_amount(firm: Firm, accounts: None, leads: None) -> None:
    client = client_of(firm.ana)
    assert "Show sums" not in client.get("/acme/leads/?filters=none&columns=name,status").content.decode()
    assert "Show sums" in client.get("/acme/leads/?filters=none&columns=name,estimated_value").content.decode()
    nothing = client.get("/acme/leads/?filters=none&columns=name,estimated_value&count=exact").content.decode()
    assert "No amounts" in nothing
    assert client.get("/acme/opportunities/?filters=none&count=exact").context["sums"]


def test_more_ticked_values_than_an_address_holds_are_refused_in_words(firm: Firm, leads: None) -> None:
    """Sent by GET they met the server's bare page of a too long address."""
    with tenant_context(firm.tenant):
        fairs = [{"label": f"Fair {number}"} for number in range(130)]
        sources = [str(create_choice(actor=firm.ada, picklist="lead_source", values=one).pk) for one in fairs]
    client = client_of(firm.ana)
    for layout in ("leads/", "leads/board/"):
        sent = {"_field": "source", "_was": "", "_operator": "is", "_value": sources}
        refused = client.post(f"/acme/{layout}?filters=none", sent)
        assert refused.status_code == 200
        page = refused.content.decode()
        most = int(re.findall(r"Of the 130 values, (\d+) fit\.", page)[0])
        assert 80 < most < 110 and refused.context["bar"].editing.ticked == frozenset(sources), "they stay ticked"
        taken = client.post(f"/acme/{layout}?filters=none", sent | {"_value": sources[:most]})
        assert taken.status_code == 303 and len(taken["Location"]) < 4600
        assert client.get(taken["Location"]).context["state"].query.leaves[0].values == tuple(sources[:most])
    once_more = {"_field": "company", "_was": "", "_operator": "is", "_value": "Birch Holding, Incorporated"}
    beside = client.post(taken["Location"], once_more)
    assert "more filters than an address can hold" in beside.content.decode()
    bulk = {"action": "owner", "all": "1", "to-owner": str(firm.ana.pk), "back": taken["Location"]}
    rows = f"?company=Birch+Holding&{taken['Location'].partition('?')[2].replace('source=', 'source__not=')}"
    shown = client.post(f"/acme/bulk/leads/new/{rows}", bulk).context["shown"]
    done = client.post(f"/acme/bulk/leads/new/{rows}", bulk | {"go": "1", "shown": shown})
    assert done["Location"] == taken["Location"]
