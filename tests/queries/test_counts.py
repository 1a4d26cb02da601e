"""Numbers of a query: told apart by groups and cases in one statement, and each the query of its rows."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from crm import catalogue
from crm.catalogue.narrowing import narrowed
from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.kinds.custom import Stored
from crm.fields.money import Money
from crm.fields.spec import FieldSpec
from crm.picklists.selectors import stages
from crm.queries.condition import WITHOUT_VALUE, Condition, Group, Part
from crm.queries.counts import Counts, Line, Tally, counted, counted_apart, within
from crm.queries.measures import First, Last, Sum, Weighted
from crm.queries.query import Query, query_of_json, read_query
from crm.records.access import visible_records
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from tests import make
from tests.fields.test_holds import fill, values_for
from tests.people import Firm, client_of

OPEN, WON = Condition("stage", "is", ("meaning:open",)), Condition("stage", "is", ("meaning:won",))
DECIDED = Condition("stage", "is", ("meaning:won", "meaning:lost"))
AMOUNT, WEIGHTED = Sum("amount"), Weighted("amount")


@pytest.fixture
def inside(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        won = next(one for one in stages() if one.meaning == "won")
        for owner, amount, currency, stage, campaign, month in (
            (firm.ana, 100, "USD", stages()[0], "Fair", 1),
            (firm.ana, 300, "USD", stages()[1], "fair ", 1),
            (firm.ana, 70, "EUR", won, "", 2),
            (firm.sam, None, "USD", won, "Web, new", 2),
            (None, 50, "USD", won, "Web, new", 3),
        ):
            money = Money(amount * 100, currency) if amount else None
            days = {"expected_close_on": date(2026, month, 9)}
            make.opportunity(owner, amount=money, stage=stage, campaign=campaign, **days)
        yield firm


def query(*parts: Any, groups: tuple[str, ...] = (), measures: tuple[Any, ...] = (AMOUNT,)) -> Query:
    return Query(catalogue.record_type("opportunities"), parts, groups=groups, measures=measures)


CASES = {"open": (OPEN,), "won": (WON,), "dear": (WON, Condition("amount", "filled")), "all": ()}
GROUPS = [
    (), ("owner",), ("stage",), ("campaign",), ("source",), ("account",), ("team",), ("pipeline",), ("account_type",),
    ("currency",), ("to_existing_customer",), ("probability",), ("forecast_category",), ("expected_close_on",),
    ("expected_close_on:month",), ("created_at:month",), ("owner", "stage", "campaign"), ("name",), ("external_id",),
]  # fmt: skip


@pytest.mark.parametrize("base", [(), (DECIDED,), (Group("any", (OPEN, WON)),)], ids=["all", "decided", "any"])
def test_each_number_is_as_many_as_the_rows_of_its_query(inside: Firm, base: tuple[Any, ...]) -> None:
    for groups in GROUPS:
        found = counted(query(*base, groups=groups), inside.ada, CASES)
        assert found.lines and found.total["all"].count == query(*base).rows(inside.ada).count()
        for line in [*found.lines, found.total]:
            for case in CASES:
                asked = line.query_of(case)
                assert line[case].count == asked.rows(inside.ada).count(), (groups, line.values, case)
                again, problems = read_query(QueryDict(asked.address()[1:]), query())
                assert not problems and again.rows(inside.ada).count() == line[case].count, (groups, line.values, case)


def keyless(firm: Firm, record_type: RecordType) -> None:
    """More records of the type, with what is odd in each of their columns: texts of which no key is left, days at the
    ends of the calendar and none, links to what lies in the recycle bin or belongs to others."""
    texts, days = ("!!!", "ask Ana", "...", "!!!"), (date.min, date.max, date(9999, 11, 30), None)
    moments = [datetime(1000, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, 30, tzinfo=UTC), None, None]
    for n in range(4):
        values = {"name": f"Odd {n}"} if record_type.key != "leads" else {"last_name": "Odd", "email": f"{n}@x.example"}
        if record_type.key == "contacts":
            values = {"last_name": "Odd", "email": f"{n}@x.example"}
        if record_type.key == "opportunities":
            values |= {"account": catalogue.record_type("accounts").model.objects.first()}
        odd = record_type.create(actor=firm.ada, values=values | {"owner": firm.ana})
        kept: dict[str, Any] = {}
        for spec in record_type.specs_now():
            kind, field = spec.kind, _column(record_type.model, spec.column)
            if field is None or spec.name == "name":
                continue
            if isinstance(kind, kinds.Text) and not kind.exact:
                kept |= {spec.column: texts[n], kind.key_of(spec): kind.kept_key(texts[n])}
            elif isinstance(kind, kinds.Lookup):
                targets = catalogue.record_type(kind.key).model.all_objects.exclude(pk=odd.pk)
                of = ({"owner": firm.ana}, {"owner": firm.sam}, {"deleted_at__isnull": False}, {"owner": None})[n]
                kept[spec.column] = targets.filter(**of).first()
            elif isinstance(kind, kinds.Date):
                day = (moments if kind.is_moment else days)[n]
                kept |= {spec.column: day} if day is not None or field.null else {}
        record_type.model.objects.filter(pk=odd.pk).update(**kept)
    if record_type.key == "leads":
        record_type.model.objects.filter(email__endswith="x.example").update(came_in_known=False)


def _column(model: Any, name: str) -> Any:
    return next((one for one in model._meta.concrete_fields if one.name == name), None)


def groups_of(record_type: RecordType, actor: Membership) -> Iterator[tuple[FieldSpec, str]]:
    for spec in record_type.filterable():
        if spec.kind.grouped_by(spec, actor):
            yield spec, spec.name
        if isinstance(spec.kind, kinds.Date) and not isinstance(spec.kind, Stored):
            yield spec, f"{spec.name}:month"


def conditions_of(specs: Iterable[FieldSpec], rnd: random.Random) -> Iterator[tuple[Part, ...]]:
    """None, and some by each of ``specs``."""
    yield ()
    for spec in specs:
        asked = list(values_for(spec))
        for operator in rnd.sample(spec.kind.operators, min(3, len(spec.kind.operators))):
            yield (Condition(spec.name, operator, () if operator in WITHOUT_VALUE else tuple(rnd.choice(asked))),)


def told_apart(record_type: RecordType, actor: Membership, rnd: random.Random) -> Iterator[tuple[Query, int]]:
    """Queries by each group, each with the number of its rows."""
    for spec, name in groups_of(record_type, actor):
        for parts in conditions_of((spec, rnd.choice(record_type.filterable())), rnd):
            asked = Query(record_type, parts, groups=(name,))
            with suppress(ValidationError):  # what cannot be read
                yield asked, asked.rows(actor).count()


@pytest.mark.parametrize("who", ["ada", "ana"])
def test_each_line_by_any_field_is_as_many_as_its_rows_and_all_lines_are_the_whole(firm: Firm, who: str) -> None:
    rnd, actor, wrong, lines = random.Random(who), getattr(firm, who), [], 0
    firm.tenant.time_zone = "Pacific/Auckland"
    firm.tenant.save()
    with tenant_context(firm.tenant):
        fill(firm)
        for record_type in catalogue.record_types():
            keyless(firm, record_type)
        if who == "ana":  # who does not see all that her records point at, and nothing of some types
            for key, scopes in actor.role.access.items():
                scopes["view"] = "none" if key == "contacts" else "own"
        for asked, whole in chain.from_iterable(told_apart(one, actor, rnd) for one in catalogue.record_types()):
            found = [(line, line["all"].count) for line in counted(asked, actor).lines]
            lines += len(found)
            if sum(count for _line, count in found) != whole:
                wrong.append(f"{asked.as_json()}: not {whole} in all")
            for line, count in found:
                again, problems = read_query(QueryDict(line.query.address()[1:]), Query(asked.type))
                rows = [one.readable(visible_records(actor, asked.type), actor) for one in (line.query, again)]
                told = [(among.count(), list(left_out)) for among, left_out in rows]
                if told != [(count, []), (count, [])] or problems:
                    wrong.append(f"{asked.as_json()} {line.values}: {count} counted, {told} rows {problems}")
    assert wrong == []
    assert lines > 800


def test_a_number_leads_to_the_list_of_its_rows(inside: Firm) -> None:
    found = counted(query(DECIDED, groups=("campaign",)), inside.ada, CASES)
    line = line_of(found, "Web, new", by=("campaign",))
    listed = client_of(inside.ada).get(f"/acme{line.query_of('dear').url()}").context
    assert (listed["count"].value, line["dear"].count, listed["listing"].problems) == (1, 1, [])


def test_all_of_it_is_one_statement(inside: Firm) -> None:
    asked = query(OPEN, groups=("owner", "stage"), measures=(AMOUNT, WEIGHTED, First("opened_on"), Last("closed_on")))
    counted(asked, inside.ada, CASES)
    with CaptureQueriesContext(connection) as taken:
        counted(asked, inside.ada, CASES)
    assert len(taken) == 1


def line_of(found: Counts, *values: Any, by: tuple[str, ...]) -> Line:
    return next(line for line in found.by(*by) if line.values == values)


def test_sums_are_by_currency_and_add_up(inside: Firm) -> None:
    found = counted(query(groups=("owner", "stage"), measures=(AMOUNT, WEIGHTED)), inside.ada, CASES)
    assert found.total["all"].sum(AMOUNT) == {"USD": 45_000, "EUR": 7_000}
    assert found.total["won"].sum(AMOUNT) == {"USD": 5_000, "EUR": 7_000}
    ana = line_of(found, inside.ana.pk, by=("owner",))
    assert ana["open"].sum(AMOUNT) == {"USD": 40_000}
    rows = query(OPEN).rows(inside.ada)
    assert ana["open"].sum(WEIGHTED) == {"USD": sum(row.amount_minor * row.probability // 100 for row in rows)}
    assert line_of(found, None, by=("owner",))["won"].sum(AMOUNT) == {"USD": 5_000}
    assert line_of(found, inside.sam.pk, by=("owner",))["won"].sum(AMOUNT) == {}


def test_ways_of_writing_a_text_are_one_group_as_they_are_one_filter(inside: Firm) -> None:
    found = counted(query(groups=("campaign",)), inside.ada)
    assert sorted(line.values[0] for line in found.lines) == ["", "Fair", "Web, new"]
    assert line_of(found, "Fair", by=("campaign",))["all"].count == 2


def test_first_and_last_are_of_all_groups(inside: Firm) -> None:
    first, last = First("expected_close_on"), Last("expected_close_on")
    found = counted(query(groups=("owner",), measures=(first, last)), inside.ada, CASES)
    assert found.total["all"].values == {first.name: date(2026, 1, 9), last.name: date(2026, 3, 9)}
    assert found.total["won"].values[first.name] == date(2026, 2, 9)
    nothing = counted(query(Condition("name", "is", ("nobody",)), measures=(first, AMOUNT)), inside.ada, CASES)
    assert nothing.total["all"] == Tally()


def test_a_month_goes_as_far_as_the_query_does(inside: Firm) -> None:
    days = within(query(), "expected_close_on", date(2026, 1, 5), date(2026, 2, 20))
    found = counted(Query(days.type, days.conditions, groups=("expected_close_on:month",)), inside.ada)
    addresses = {line.values[0]: line.query.address() for line in found.lines}
    assert addresses == {
        date(2026, 1, 1): "?expected_close_on__from=2026-01-05&expected_close_on__to=2026-01-31",
        date(2026, 2, 1): "?expected_close_on__from=2026-02-01&expected_close_on__to=2026-02-20",
    }


@pytest.mark.parametrize("before", [("2000_days_ago",), ("this_year",), ("2026-01-05", "2026-03-01")], ids=str)
def test_words_and_several_days_stay_beside_those_of_a_month(inside: Firm, before: tuple[str, ...]) -> None:
    from_then = Condition("expected_close_on", "from", before)
    asked = within(query(from_then), "expected_close_on", date(2026, 1, 1), None)
    assert from_then in asked.conditions and len(asked.conditions) == 2


def test_a_lead_of_which_it_is_not_known_when_it_came_in_is_not_the_first(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        known, unknown = (make.lead(firm.ana, created_at=datetime(year, 1, 1, tzinfo=UTC)) for year in (2025, 2020))
        type(unknown).objects.filter(pk=unknown.pk).update(came_in_known=False)
        found = counted(Query(catalogue.record_type("leads"), measures=(First("created_at"),)), firm.ada)
        assert found.total["all"].values == {First("created_at").name: known.created_at}


def test_who_sees_less_counts_less(inside: Firm) -> None:
    assert counted(query(), inside.ada).total["all"].count == 5
    role = inside.sam.role
    role.access["opportunities"]["view"] = "own"
    role.save(update_fields=["access"])
    assert counted(query(), inside.sam).total["all"].count == 1


def test_groups_and_measures_are_kept(inside: Firm) -> None:
    asked = query(OPEN, groups=("owner",), measures=(AMOUNT, WEIGHTED, First("opened_on"), Last("opened_on")))
    assert query_of_json(asked.type, asked.as_json()) == asked


def test_parts_of_the_records_are_counted_apart_in_one_statement(inside: Firm) -> None:
    winter, march = (
        within(query(), "expected_close_on", *days).conditions
        for days in ((date(2026, 1, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31)))
    )
    asked = query(groups=("owner", "campaign"))
    with CaptureQueriesContext(connection) as taken:
        found = counted_apart(asked, inside.ada, {"now": march, "before": winter}, CASES, measured={"won"})
    assert len([one for one in taken if "COUNT" in one["sql"]]) == 1
    assert (found["now"].total["all"].count, found["before"].total["all"].count) == (1, 4)
    assert found["before"].total["won"].sum(AMOUNT) == {"EUR": 7_000}
    assert found["before"].total["open"].sum(AMOUNT) == {}, "it was not asked for"
    for counts in found.values():
        for line in [*counts.lines, *counts.by("campaign")]:
            assert {case: line[case].count for case in CASES} == {
                case: line.query_of(case).rows(inside.ada).count() for case in CASES
            }


def test_what_is_not_looked_at_stands_in_no_address(inside: Firm) -> None:
    cases = {"open": (OPEN,), "won": (WON,)}
    found = counted(query(), inside.ada, cases, among=Group("any", (OPEN, WON))).total
    assert (found["open"].count, found["won"].count) == (2, 3)
    assert found.query_of("won").address() == "?stage=meaning:won"


def test_what_asks_by_a_field_that_is_not_seen_is_not_told(inside: Firm) -> None:
    whole = query(groups=("owner", "campaign"), measures=(AMOUNT, First("opened_on")))
    asked = replace(whole, type=narrowed(whole.type, frozenset({"amount", "campaign"}), frozenset()))
    found = counted(asked, inside.ada, CASES)
    assert found.missing == {"amount", "campaign"} and found.query.groups == ("owner",)
    assert set(found.cases) == {"open", "won", "all"} and found.total["all"].count == 5
    assert found.query.measures == (First("opened_on"),)
    nothing = counted(asked.where(Condition("amount", "filled")), inside.ada, CASES)
    assert not nothing.cases and not nothing.lines
