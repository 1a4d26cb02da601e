"""What a list does with filters and cursors that cannot be read: it stands, and says what was left out."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.fields.models import FieldKind
from crm.fields.spec import FieldSpec, Kind
from crm.pages import filter_form
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.records.access import visible_records
from crm.saved_views.chips import chips
from crm.saved_views.models import SavedView
from crm.saved_views.services import save_view
from crm.saved_views.state import ViewState
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from tests import make
from tests.fields.own import add_field
from tests.people import Firm, client_of

EXTREMES = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff x", "x" * 100_000, "1" + "0" * 30, "-1" + "0" * 30, "1e30", "nan",
    "9999-12-31", "0001-01-01", "9999-12-31T23:59:59-12:00", "9999_days_ago", "me", "meaning:won", "[" * 3000, "{}",
    "99999999999999999.99 EUR", "1 XXX", "-4000000", "4000000", "%", "\u202e", "00000000-0000-0000-0000-000000000000",
)  # fmt: skip


def of_each_kind(record_type: RecordType, seen: set[Any]) -> list[FieldSpec]:
    """The fields of a kind, with a column of a type, that is not among ``seen``, and then is."""
    columns = {field.name: field.get_internal_type() for field in record_type.model._meta.fields}
    found = []
    for spec in (*record_type.specs_now(), *record_type.filterable()):
        sort = (type(spec.kind).__name__, spec.kind.operators, columns.get(spec.name, spec.name))
        if sort not in seen:
            seen.add(sort)
            found.append(spec)
    return found


def test_no_value_of_a_filter_breaks_a_list(firm: Firm) -> None:
    """Each kind of field once, whichever record has it."""
    for kind in FieldKind.values:
        add_field(client_of(firm.ada), firm, kind)
    seen: set[Any] = set()
    asked = 0
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):  # which knows its new fields
        for key in ("accounts", "leads", "contacts", "opportunities"):
            record_type = catalogue.record_type(key)
            for spec in of_each_kind(record_type, seen):
                asked += filtered_by_extremes(firm, record_type, spec)
    assert asked > 1000
    assert {"CustomNumber", "Text", "MoneyKind"} <= {kind for kind, _operators, _column in seen}


def filtered_by_extremes(firm: Firm, record_type: RecordType, spec: FieldSpec) -> int:
    for operator in spec.kind.operators:
        for value in EXTREMES:
            query = Query(record_type, (Condition(spec.name, operator, (value,)),), sort=record_type.sort)
            found, unreadable = query.readable(visible_records(firm.ana, record_type), firm.ana)
            assert len(found[:1]) >= 0
            assert all(unreadable.values())
            kept, problem = filter_form.as_kept(spec, query.leaves[0])  # the form of the filter
            problem = problem or filter_form.problem_of(spec, kept, firm.ana)
            if not problem and operator not in filter_form.WITHOUT_VALUE:  # then the list takes it
                taken = Query(record_type, (kept,), sort=record_type.sort)
                assert not taken.readable(visible_records(firm.ana, record_type), firm.ana)[1]
            assert chips(ViewState(query), firm.ana, unreadable)[0].label
    return len(spec.kind.operators) * len(EXTREMES)


@pytest.mark.parametrize(
    ("key", "parameter", "value"),
    [
        ("leads", "created_at__to", "9999-12-31"),
        ("leads", "created_at", "9999-12-31"),
        ("leads", "created_at__after", "9999-12-31"),
        ("leads", "created_at__before", "0001-01-01"),
        ("opportunities", "expected_close_on__after", "9999-12-31"),
        ("opportunities", "amount__from", "1" + "0" * 30),
        ("accounts", "employees__to", "1" + "0" * 30),
    ],
)
def test_limits_in_an_address_break_neither_list_nor_board(firm: Firm, key: str, parameter: str, value: str) -> None:
    for page in ("",) if catalogue.record_type(key).board is None else ("", "board/"):
        answer = client_of(firm.ana).get(f"/acme/{key}/{page}?{urlencode({parameter: value})}")
        assert answer.status_code == 200, page


@pytest.mark.parametrize(("days", "count"), [("-4000000", 1), ("4000000", 0), ("0", 1)])
def test_days_in_stage_can_be_any_number(firm: Firm, days: str, count: int) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana)
    form = {"_field": "days_in_stage", "_operator": "from", "_value": days}
    answer = client_of(firm.ana).post("/acme/opportunities/?filters=none", form, follow=True)
    assert (len(answer.context["rows"]), list(answer.context["listing"].problems)) == (count, [])


def test_up_to_the_last_day_is_everything_and_after_it_nothing(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Bell")
    ana = client_of(firm.ana)
    for parameter, count in (("created_at__to", 1), ("created_at__after", 0), ("created_at__from", 0)):
        answer = ana.get(f"/acme/leads/?{parameter}=9999-12-31")
        assert (len(answer.context["rows"]), list(answer.context["listing"].problems)) == (count, [])


@pytest.fixture
def broken_view(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> SavedView:
    """A view that everybody's list opens on, whose filter by city breaks."""
    with tenant_context(firm.tenant):
        for city in ("Bonn", "Ulm"):
            make.account(firm.ana, name=f"Of {city}", city=city)
        query = Query(
            catalogue.record_type("accounts"),
            (Condition("city", "is", ("Bonn",)), Condition("name", "starts", ("Of",))),
        )
        view = save_view(actor=firm.ada, query=query, name="Poison", audience="all")
        SavedView.objects.filter(record_type="accounts").exclude(pk=view.pk).update(is_default=False)
        SavedView.objects.filter(pk=view.pk).update(is_default=True)

    def breaks(self: Kind, spec: FieldSpec, operator: str, values: list[str], actor: Any) -> Any:
        if spec.name == "city":
            raise OverflowError("broken")
        return kept(self, spec, operator, values, actor)

    kept = Kind.q
    monkeypatch.setattr(Kind, "q", breaks)
    return view


def test_a_view_with_a_filter_that_breaks_still_opens_and_says_which_was_left_out(
    firm: Firm, broken_view: SavedView
) -> None:
    answer = client_of(firm.ana).get("/acme/accounts/")
    assert answer.status_code == 200
    assert answer.context["state"].view == broken_view
    assert sorted(row.record.name for row in answer.context["rows"]) == ["Of Bonn", "Of Ulm"]
    assert [chip.is_unreadable for chip in answer.context["bar"].chips] == [True, False]
    assert "The filter “City is Bonn” was left out" in answer.content.decode()


def test_nothing_is_done_to_all_rows_or_exported_while_a_filter_is_left_out(firm: Firm, broken_view: SavedView) -> None:
    ada = client_of(firm.ada)
    query = f"?view={broken_view.pk}"
    export = ada.get(f"/acme/accounts/export/{query}")
    assert export.status_code == 303
    bulk = ada.post(f"/acme/bulk/accounts/new/{query}", {"action": "delete", "all": "1", "go": "1"})
    assert bulk.status_code == 422 and "was left out" in bulk.content.decode().partition("<main")[2]
    with tenant_context(firm.tenant):
        assert catalogue.record_type("accounts").model.objects.count() == 2
    assert ada.get("/acme/accounts/export/?filters=none").status_code == 200


def cursor(*parts: Any) -> str:
    text = json.dumps(["-created_at,-id", *parts])
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


ID = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "text",
    [
        base64.urlsafe_b64encode(b"[" * 1200).decode(),
        base64.urlsafe_b64encode(b"[" * 200_000).decode(),
        cursor(10**30, "2026-01-01T00:00:00Z", ID),
        cursor(-5, "2026-01-01T00:00:00Z", ID),
        cursor(True, "2026-01-01T00:00:00Z", ID),
        cursor(1, "0001-01-01T00:00:00+14:00", ID),
        cursor(1, "9999-12-31T23:59:59-14:00", ID),
        cursor(1, "\x00", ID),
        cursor(1, "\ud800", ID),
        cursor(1, {"a": 1}, ID),
        cursor(1, "2026-01-01T00:00:00Z", "\x00"),
        "é",
    ],
)
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_tampered_cursor_gives_the_first_page_with_a_word(firm: Firm, text: str, way: str) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Bell")
    ana = client_of(firm.ana)
    answer = ana.get("/acme/leads/", {"filters": "none", "sort": "-created_at", way: text})
    assert answer.status_code == 200
    assert len(answer.context["rows"]) == 1
    assert "here is the first one" in answer.content.decode()
    good = ana.get(
        "/acme/leads/", {"filters": "none", "sort": "-created_at", way: cursor(0, "2020-01-01T00:00:00Z", ID)}
    )
    assert "here is the first one" not in good.content.decode()


@pytest.mark.parametrize("value", ["a\x00b", "\x00"])
def test_null_characters_in_the_cursor_of_a_text_column_are_no_error(firm: Firm, value: str) -> None:
    text = json.dumps(["sort_name,id", 1, value, ID])
    given = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    answer = client_of(firm.ana).get("/acme/leads/", {"filters": "none", "sort": "name", "after": given})
    assert answer.status_code == 200
    assert "here is the first one" in answer.content.decode()
