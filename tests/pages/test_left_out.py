"""Addresses of lists that ask for what there is not: it is said, and "all rows" is then nothing."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from crm import catalogue
from crm.fields.custom.services import create_field, set_field_active
from crm.fields.models import FieldKind
from crm.pages.board import DROP
from crm.pages.meanwhile import MOVED_FROM
from crm.queries.address import NOT_FILTERS, TRACKING
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.saved_views.services import delete_view, save_view, set_default_view
from crm.saved_views.state import read_state
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.models import Lead
from tests import make
from tests.own_words import own_words
from tests.people import Firm, client_of

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def rows(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for name, city in (("Ash", "Bonn"), ("Birch", "Ulm")):
            make.lead(firm.ana, last_name=name, city=city)


def saved(firm: Firm, *filters: Condition) -> Any:
    query = Query(catalogue.record_type("leads"), filters)
    return save_view(actor=firm.ada, query=query, name="My Bonn", audience="all")


def view_that_was_deleted(firm: Firm) -> tuple[str, str]:
    with tenant_context(firm.tenant):
        view = saved(firm, Condition("city", "is", ("Bonn",)))
        delete_view(actor=firm.ada, view=view)
    return f"?view={view.pk}", "The view My Bonn is gone: it was deleted. Here is Open leads."


def view_of_a_field_that_is_put_away(firm: Firm) -> tuple[str, str]:
    with tenant_context(firm.tenant):
        field = create_field(actor=firm.ada, record_type="leads", kind=FieldKind.NUMBER, label="Size")
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        view = saved(firm, Condition(field.name, "from", ("3",)))
        set_field_active(field=field, is_active=False, actor=firm.ada)
    return f"?view={view.pk}", "The filter “Size from 3” was left out. The field is no longer in use."


LEFT_OUT = {
    "a deleted view": view_that_was_deleted,
    "a view's field put away": view_of_a_field_that_is_put_away,
    "no view": lambda firm: (f"?filters=none&view={NOBODY}", "is gone, or is not shared with you."),
    "no id": lambda firm: ("?view=mine", "is gone, or is not shared with you."),
    "no own field": lambda firm: ("?custom_nosuch=5", "“custom_nosuch is 5” was left out. There is no such field."),
    "beside a right one": lambda firm: ("?city=Bonn&citty=Bonn", "“citty is Bonn” was left out."),
    "no condition": lambda firm: ("?city__near=Bonn", "“City near Bonn” was left out. There is no such condition."),
    "too long": lambda firm: (f"?city={'x' * 5000}", "was left out: it cannot be read."),
    "too many": lambda firm: ("?" + "&".join(f"x{n}=1" for n in range(25)), "5 more filters were left out"),
    "more than a page can show": lambda firm: (
        "?" + "&".join(f"any{n}.name=x" for n in range(1, 63)),
        "2 more filters were left out: a list takes 60 at once",
    ),
    "no word": lambda firm: ("?filters=all", "“filters is all” was left out."),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_an_address_asks_for_in_vain_is_said_and_nothing_done_to_all_rows(
    firm: Firm, rows: None, case: str
) -> None:
    """The whole list was shown, exported and deleted under the address of some of it."""
    query, words = LEFT_OUT[case](firm)
    ada = client_of(firm.ada)
    answer = ada.get(f"/acme/leads/{query}")
    assert words in " ".join(answer.context["listing"].problems)
    assert words in unescape(answer.content.decode())
    assert words in unescape(ada.get(f"/acme/leads/board/{query}").content.decode())
    if "“" in words and not case.startswith("too"):
        [marked] = [chip for chip in answer.context["bar"].chips if chip.is_unreadable]
        assert ada.get(f"/acme/leads/{marked.without}").context["listing"].problems == [], "it can be removed"
        assert words in unescape(ada.get(f"/acme/leads/{answer.context['bar'].query}").content.decode()), (
            "and stays else"
        )
    for address in (f"export/{query}", f"export.xlsx{query}"):
        assert ada.get(f"/acme/leads/{address}").status_code == 303
        assert "Nothing was exported." in own_words(ada.get("/acme/leads/?filters=none"))
    bulk = ada.post(f"/acme/bulk/leads/new/{query}", {"action": "delete", "all": "1"}, follow=True)
    assert bulk.context.get("shown") is None and words.partition(" Here")[0] in unescape(bulk.content.decode())
    assert "<p>Nothing was done. " in bulk.content.decode()
    with tenant_context(firm.tenant):
        assert Lead.objects.count() == 2


def test_a_filter_by_a_field_that_is_put_away_says_its_words(firm: Firm, rows: None) -> None:
    """It said "Newsletter is 01a21a7d-7135-…"."""
    with tenant_context(firm.tenant):
        labels = ("ja", "nein")
        field = create_field(actor=firm.ada, record_type="leads", kind="choice", label="Newsletter", choices=labels)
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        yes = next(one for one in catalogue.record_type("leads").spec(field.name).kind.rows(firm.ada))
        set_field_active(field=field, actor=firm.ada, is_active=False)
    answer = client_of(firm.ada).get(f"/acme/leads/?{field.name}={yes.pk}")
    assert [chip.phrase for chip in answer.context["bar"].chips] == ["Newsletter is ja"]
    assert "“Newsletter is ja” was left out." in " ".join(answer.context["listing"].problems)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("accounts/?lost_only=maybe", "“Lost only is maybe” was left out. “maybe” is neither yes nor no."),
        ("leads/?vetting_passed=maybe", "“Vetting passed is maybe” was left out. “maybe” is neither yes nor no."),
        ("opportunities/?forecast_category=nosuch", "“Forecast is nosuch” was left out. “nosuch” is not a choice."),
        ("opportunities/?loss_class=nosuch", "“Class of loss is nosuch” was left out. “nosuch” is not a choice."),
    ],
    ids=["flag", "flag of answers", "fixed word", "class of loss"],
)
def test_a_word_that_a_field_has_not_is_left_out_and_said(firm: Firm, rows: None, address: str, told: str) -> None:
    """“maybe” was taken for No, and a forecast that there is not found nothing without a word."""
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana, account=make.account(firm.ana))
    page = client_of(firm.ada).get(f"/acme/{address}")
    assert told in " ".join(page.context["listing"].problems)
    assert len(page.context["rows"]) == (2 if address.startswith("leads") else 1)


ODD = "=5 __x=5 __=5 view__is=5 sort__is=city columns__=city filters__is=none gclid__is=5 []=5"


def test_a_parameter_without_a_name_that_a_filter_can_have_is_said_and_not_kept(firm: Firm, rows: None) -> None:
    """``?=5`` took the board down; ``?gclid__is=5`` stood as a filter, and its own address asked for all rows."""
    ada = client_of(firm.ada)
    for odd in ODD.split():
        for address in ("leads/", "leads/board/", "opportunities/board/"):
            answer = ada.get(f"/acme/{address}?{odd}&city=Bonn")
            assert answer.status_code == 200, (address, odd)
            assert answer.context["listing"].problems, (address, odd)
            kept = answer.context["state"].query
            assert {one.field for one in kept.conditions} <= {"city", "[]"}
            assert read_state(kept.type, QueryDict(kept.address()[1:]), None)[0].query.conditions == kept.conditions, (
                odd
            )
        assert ada.get(f"/acme/leads/export/?{odd}").status_code == 303
        assert ada.get(f"/acme/leads/columns/?{odd}").status_code == 200
        told = ada.get(f"/acme/leads/columns/?{odd}&show=1", follow=True)
        assert "was left out" in told.content.decode(), odd


def test_a_view_that_was_kept_with_a_filter_of_no_name_is_shown(firm: Firm, rows: None) -> None:
    with tenant_context(firm.tenant):
        set_default_view(actor=firm.ada, view=saved(firm, Condition("", "is", ("5",))))
    for address in ("/acme/leads/", "/acme/leads/board/"):
        answer = client_of(firm.ana).get(address)
        assert answer.status_code == 200
        assert "There is no such field." in " ".join(answer.context["listing"].problems)


def test_two_ways_to_write_one_condition_are_one_filter(firm: Firm, rows: None) -> None:
    """Both were shown as filters, and only the rows of the second."""
    answer = client_of(firm.ada).get("/acme/leads/?city__is=Bonn&city=Ulm")
    assert [chip.phrase for chip in answer.context["bar"].chips] == ["City is Bonn or Ulm"]
    assert len(answer.context["page"].rows) == 2


# What Google, HubSpot, Microsoft and others put behind addresses
TRACKED = "?" + "&".join(
    f"{name}=x"
    for name in """utm_source gclid fbclid msclkid dclid ttclid twclid yclid gbraid wbraid gad_source gad_campaignid
    srsltid igshid igsh mc_cid mc_eid mkt_tok _hsenc _hsmi __hstc __hssc __hsfp hsCtaTracking _ga _gl li_fat_id epik
    s_kwcid vero_id oly_enc_id pk_campaign _openstat""".split()
)


@pytest.mark.parametrize("query", [TRACKED, "?city=&nosuch=", "?page=3", "?view="])
def test_what_is_no_filter_is_not_told_of(firm: Firm, rows: None, query: str) -> None:
    ada = client_of(firm.ada)
    assert ada.get(f"/acme/leads/{query}").context["listing"].problems == []
    assert ada.get(f"/acme/leads/export/{query}").status_code == 200


def test_names_that_addresses_of_lists_hold_are_no_fields() -> None:
    assert {DROP, MOVED_FROM} <= NOT_FILTERS
    for record_type in catalogue.record_types():
        names = {spec.name for spec in (*record_type.fields, *record_type.derived)}
        assert not NOT_FILTERS & names and not any(map(TRACKING.fullmatch, names))


def test_a_filter_added_under_a_view_that_is_gone_does_not_hide_that(firm: Firm, rows: None) -> None:
    query, words = view_that_was_deleted(firm)
    form = {"_field": "city", "_operator": "is", "_value": "Ulm"}
    answer = client_of(firm.ada).post(f"/acme/leads/{query}", form, follow=True)
    assert words in unescape(answer.content.decode())


def test_a_product_in_two_ways_of_writing_is_one_and_those_beyond_what_fits_are_counted(firm: Firm) -> None:
    """Of "Depot" and "depot" the first was said to be of no opportunity, and so was the 51st product."""
    with tenant_context(firm.tenant):
        for number in range(3):
            make.opportunity(firm.ada, product=("Depot", "Pump", "Valve")[number])
    ada = client_of(firm.ada)
    answer = ada.get("/acme/reports/pipeline/", {"product": ["Depot", "depot", " DEPOT "]})
    assert not answer.context["form"].errors and len(answer.context["form"].values()["product"]) == 1
    most = ada.get("/acme/reports/pipeline/", {"product": [*(f"no {n}" for n in range(48)), "Depot", "Pump", "Valve"]})
    assert most.context["form"].values()["product"] == ["Depot", "Pump"]
    assert "A report takes 50 products at most, fewer with long names: 1 more was left out." in own_words(most)
    assert "has the product “Valve”" not in own_words(most)


@pytest.mark.parametrize("product", ["nosuch", "x" * 300])
def test_a_product_that_no_opportunity_has_is_said_by_a_report(firm: Firm, product: str) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ada, product="Depot")
    ada = client_of(firm.ada)
    words = "No opportunity has the product"
    both = ada.get("/acme/reports/pipeline/", {"product": [product, "depot"]})
    assert words in both.content.decode() and both.context["form"].values()["product"] == ["depot"]
    assert words not in ada.get("/acme/reports/pipeline/", {"product": "depot"}).content.decode()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("sort=nosuch", "Not sorted by “nosuch”: there is no such field now."),
        ("sort=-custom_size", "Not sorted by “Size”: there is no such field now."),
        ("sort=tags", "Not sorted by “Tags”: lists cannot be sorted by it."),
        ("columns=name,nosuch,custom_size", "Columns left out, as there are no such fields now: “nosuch”, “Size”."),
        ("columns=nosuch,city,none", "Columns left out, as there are no such fields now: “nosuch”, “none”."),
        ("columns=nosuch", "Columns left out, as there are no such fields now: “nosuch”."),
    ],
)
def test_columns_and_an_order_that_there_are_not_are_named(firm: Firm, rows: None, query: str, told: str) -> None:
    """They were ignored without a word. The rows are those that were asked for."""
    with tenant_context(firm.tenant):
        size = create_field(actor=firm.ada, record_type="leads", kind=FieldKind.NUMBER, label="Size")
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        set_field_active(field=size, is_active=False, actor=firm.ada)
    client = client_of(firm.ana)
    page = unescape(client.get(f"/acme/leads/?filters=none&{query}").content.decode())
    assert told in page and "Ash" in page and "Birch" in page
    if query == "columns=nosuch":
        with tenant_context(firm.tenant):
            asked = Query(catalogue.record_type("leads"), columns=("name", "city"))
            view = save_view(actor=firm.ada, query=asked, name="Cities", audience="all")
        shown = client.get(f"/acme/leads/?view={view.pk}&{query}").context["listing"]
        assert [head.spec.name for head in shown.heads] == ["name", "city"], "nothing that was asked for is there"
    right = unescape(client.get("/acme/leads/?filters=none&sort=-name&columns=name,city").content.decode())
    assert "Not sorted by" not in right and "Columns left out" not in right


def test_an_address_full_of_fields_that_never_were_costs_no_more_than_one_of_them(firm: Firm, rows: None) -> None:
    def statements(count: int) -> int:
        names = [f"custom_{n}" for n in range(count)]
        with CaptureQueriesContext(connection) as taken:
            ana.get(f"/acme/leads/?columns={','.join(names)}&sort={names[0]}&{'&'.join(f'{one}=1' for one in names)}")
        return len(taken)

    ana = client_of(firm.ana)
    statements(1)
    assert statements(60) == statements(1)
