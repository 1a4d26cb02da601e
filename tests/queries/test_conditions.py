"""Conditions and groups of them: what they find, and what stays of them in an address and in JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db.models import Q
from django.http import QueryDict

from crm import catalogue
from crm.fields.models import FieldKind
from crm.fields.spec import Kind
from crm.queries.address import LONGEST_QUERY, placed
from crm.queries.condition import DEEPEST, Condition, Group, How, Part
from crm.queries.query import Query, query_of_json, read_query
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from tests import make
from tests.fields.own import add_field
from tests.people import Firm, client_of

BONN, ULM = Condition("city", "is", ("Bonn",)), Condition("city", "is", ("Ulm",))
ASH = Condition("company", "starts", ("Ash",))
NOT_BONN = Condition("city", "not", ("Bonn",))
LARGE = Condition("employees", "from", ("100",))


@pytest.fixture
def inside(firm: Firm) -> Any:
    """Inside the workspace, with leads A in Bonn (5 people), B in Bonn (500), C in Ulm (500), D nowhere."""
    with tenant_context(firm.tenant):
        for name, city, employees in (("A", "Bonn", 5), ("B", "Bonn", 500), ("C", "Ulm", 500), ("D", "", None)):
            company = "Ash" if name in "AD" else "Birch"
            make.lead(firm.ana, first_name="", last_name=name, city=city, company=company, employees=employees)
        yield firm


def query(*parts: Part) -> Query:
    return Query(catalogue.record_type("leads"), parts)


def names(firm: Firm, *parts: Part) -> str:
    return "".join(sorted(lead.name for lead in query(*parts).rows(firm.ana)))


def read(address: str) -> tuple[Query, list[str]]:
    found, problems = read_query(QueryDict(address.removeprefix("?")), query())
    return found, problems


ULM_OR_ASH = "any1.city=Ulm&any1.company__starts=Ash"
GROUPS: dict[str, tuple[tuple[Part, ...], str, str]] = {
    "one": ((BONN,), "city=Bonn", "AB"),
    "any": ((Group("any", (ULM, ASH)),), ULM_OR_ASH, "ACD"),
    "any beside one": ((LARGE, Group("any", (ULM, ASH))), f"employees__from=100&{ULM_OR_ASH}", "C"),
    "two": (
        (Group("any", (ULM, ASH)), Group("any", (BONN, LARGE))),
        "any1.city=Ulm&any1.company__starts=Ash&any2.city=Bonn&any2.employees__from=100",
        "AC",
    ),
    "all in any": (
        (Group("any", (Group("all", (BONN, LARGE)), Group("all", (ULM,)))),),
        "any1.all1.city=Bonn&any1.all1.employees__from=100&any1.all2.city=Ulm",
        "BC",
    ),
    "without a value": ((Group("any", (ULM, Condition("city", "empty"))),), "any1.city=Ulm&any1.city__empty=yes", "CD"),
    "two of one field": ((BONN, Group("all", (ULM,))), "city=Bonn&all1.city=Ulm", ""),
    "joined": ((Condition("city", "is", ("Bonn", "Ulm")),), "city=Bonn&city=Ulm", "ABC"),
}  # fmt: skip


@pytest.mark.parametrize("case", GROUPS)
def test_groups_find_what_they_say_in_any_form(inside: Firm, case: str) -> None:
    parts, address, found = GROUPS[case]
    asked = query(*parts)
    assert names(inside, *parts) == found
    assert asked.address() == f"?{address}"
    assert read(address) == (asked, [])
    kept = json.loads(json.dumps(asked.as_json()))
    assert query_of_json(asked.type, kept) == asked
    rows = client_of(inside.ana).get(f"/acme/leads/?{address}&sort=name").context["rows"]
    assert "".join(row.record.name for row in rows) == found


def test_a_query_that_says_two_things_of_one_field_is_not_read_as_either(inside: Firm) -> None:
    """ "City is Bonn" and "City is Ulm" beside each other would be one condition with both values."""
    both = query(BONN, ULM)
    assert names(inside, BONN, ULM) == ""
    assert [name for name, _one in placed(both.conditions)] == ["city", "all1.city"]
    again, _problems = read(both.address())
    assert not again.rows(inside.ana).exists() and query(BONN).rows(inside.ana).exists()


@pytest.mark.parametrize(
    ("before", "more", "after"),
    [
        (BONN, BONN, [BONN]),
        (Condition("city", "is", ("Bonn", "Ulm")), ULM, [ULM]),
        (ULM, Condition("city", "is", ("Bonn", "Ulm")), [ULM]),
        (BONN, ULM, [BONN, ULM]),
        (NOT_BONN, Condition("city", "not", ("Ulm",)), [Condition("city", "not", ("Bonn", "Ulm"))]),
        (BONN, Group("any", (BONN, ASH)), [BONN, Group("any", (BONN, ASH))]),
    ],
)  # fmt: skip
def test_narrowing_says_the_same_as_both(inside: Firm, before: Part, more: Part, after: list[Part]) -> None:
    assert query(before).where(more) == query(*after)
    assert names(inside, *after) == names(inside, before, more)


def test_what_is_instead_takes_the_place_of_the_same_field(inside: Firm) -> None:
    assert query(BONN, LARGE).instead(ULM) == query(LARGE, ULM)
    assert query(BONN, LARGE).without(BONN) == query(LARGE)


def test_words_say_a_group_as_one_would(inside: Firm) -> None:
    leads = catalogue.record_type("leads")
    nested = Group("any", (Group("all", (BONN, LARGE)), Group("all", (ULM,)), Condition("owner", "empty")))
    assert nested.words(leads, inside.ana) == ("(City is Bonn and Employees from 100) or City is Ulm or Owner is empty")


def test_old_views_which_were_a_flat_list_are_read(inside: Firm) -> None:
    leads = catalogue.record_type("leads")
    kept = {"filters": [["city", "is", ["Bonn"]], ["owner", "empty", []]], "columns": ["name"], "sort": "-name"}
    assert query_of_json(leads, kept) == Query(leads, (BONN, Condition("owner", "empty")), ("name",), "-name")
    assert Query(leads, (BONN, Condition("owner", "empty")), ("name",), "-name").as_json() == kept


@pytest.mark.parametrize(
    ("address", "told", "found"),
    [
        ("any1.citty=Bonn&any1.city=Ulm", "The filter “citty is Bonn” was left out. There is no such field.", "C"),
        ("any1.city__near=Bonn&any1.city=Ulm", "“City near Bonn” was left out. There is no such condition.", "C"),
        ("any1.employees=many&any1.city=Ulm", "The filter “Employees is many” was left out.", "C"),
        ("any1.employees=many&city=Ulm", "The filter “Employees is many” was left out.", "C"),
        ("any1.=5&city=Ulm", "The filter “any1.” was left out: it cannot be read.", "C"),
        ("any1.any1.any1.any1.any1.city=Bonn&city=Ulm", "was left out: it cannot be read.", "C"),
        ("any1=Bonn&city=Ulm", "“any1 is Bonn” was left out. There is no such field.", "C"),
        ("any0.city=Bonn&city=Ulm", "“any0.city is Bonn” was left out. There is no such field.", "C"),
        ("some1.city=Bonn&city=Ulm", "“some1.city is Bonn” was left out. There is no such field.", "C"),
        (f"any1.city={'x' * LONGEST_QUERY}&city=Ulm", "was left out: it cannot be read.", "C"),
        ("any1.view=5&any1.city=Ulm", "“view is 5” was left out. There is no such field.", "C"),
        ("any1.utm_source=5&city=Ulm", "“utm_source is 5” was left out. There is no such field.", "C"),
    ],
)
def test_what_cannot_be_read_of_a_group_is_left_out_and_named_and_nothing_done_to_all_rows(
    inside: Firm, address: str, told: str, found: str
) -> None:
    ada = client_of(inside.ada)
    page = ada.get(f"/acme/leads/?{address}&sort=name")
    assert told in " ".join(page.context["listing"].problems)
    assert "".join(row.record.name for row in page.context["rows"]) == found
    assert ada.get(f"/acme/leads/board/?{address}").status_code == 200
    assert ada.get(f"/acme/leads/export/?{address}").status_code == 303
    bulk = {"action": "delete", "all": "1"}
    refused = ada.post(f"/acme/bulk/leads/new/?{address}", bulk, follow=True)
    assert "<p>Nothing was done. " in refused.content.decode()
    right = ada.post("/acme/bulk/leads/new/?any1.city=Ulm&any1.employees=5", bulk, follow=True)
    assert right.context["shown"].startswith("2-")


def test_a_group_of_which_nothing_can_be_read_finds_all_like_a_condition_that_cannot(inside: Firm) -> None:
    broken = Group("any", (Condition("nosuch", "is", ("5",)), Condition("employees", "is", ("many",))))
    rows, left_out = query(broken).readable(query().rows(inside.ana), inside.ana)
    assert rows.count() == 4 and set(left_out) == set(broken.leaves)


def test_a_condition_that_holds_for_all_makes_a_group_of_any_hold_for_all(firm: Firm) -> None:
    """Django forgets an empty condition beside an OR, and the group found only what the others did."""
    name = add_field(client_of(firm.ada), firm, FieldKind.YES_NO, type="leads")
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        make.lead(firm.ana, city="Bonn")
        make.lead(firm.ana, city="Ulm")
        either = Condition(name, "is", ("yes", "no"))
        assert query(either).rows(firm.ana).count() == 2
        assert query(Group("any", (either, ULM))).rows(firm.ana).count() == 2
        assert query(Group("all", (either, ULM))).rows(firm.ana).count() == 1


def test_a_condition_that_the_database_does_not_know_is_left_out_too(
    inside: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found out only when the records are asked for."""
    kept = Kind.q
    broken = lambda self, spec, *rest: Q(nosuch=1) if spec.name == "employees" else kept(self, spec, *rest)  # noqa: E731
    monkeypatch.setattr(Kind, "q", broken)
    for address in ("employees__from=100&city=Ulm", "any1.employees__from=100&any1.company=x&city=Ulm"):
        page = client_of(inside.ana).get(f"/acme/leads/?{address}")
        assert [row.record.name for row in page.context["rows"]] == ["C"]
        assert "Its value cannot be read." in " ".join(page.context["listing"].problems)


def nested(how: How, depth: int, *parts: Part) -> Part:
    for _level in range(depth):
        parts = (Group(how, parts),)
    return parts[0]


@pytest.mark.parametrize("how", ["any", "all"])
@pytest.mark.parametrize("depth", range(1, DEEPEST + 1))
def test_two_of_one_parameter_stand_in_an_address_as_deep_as_groups_do(inside: Firm, depth: int, how: How) -> None:
    large, small = LARGE, Condition("employees", "from", ("400",))
    asked = query(nested(how, depth, large, small, BONN))
    again, problems = read(asked.address())
    assert problems == [] and again.address() == asked.address()
    assert query_of_json(again.type, json.loads(json.dumps(again.as_json()))) == again
    assert names(inside, *again.conditions) == names(inside, *asked.conditions) == ("ABC" if how == "any" else "B")


@pytest.mark.parametrize(("how", "depth"), [("all", DEEPEST - 1), ("all", DEEPEST), ("any", DEEPEST)])
def test_nothing_is_built_that_no_address_holds(inside: Firm, how: How, depth: int) -> None:
    """“Or…” in the deepest group that says "all" made one in it, which the next page left out."""
    ana, path = client_of(inside.ana), ".".join([f"{how}1"] * depth)
    address = f"/acme/leads/?{path}.city=Bonn"
    offered = 'name="_or"' in ana.get(f"{address}&edit={path}.city").content.decode()
    assert offered == (how == "any" or depth < DEEPEST)
    sent = {"_field": "city", "_was": f"{path}.city", "_in": path, "_operator": "is", "_value": "Ulm", "_or": "1"}
    page = ana.post(address, sent, follow=True)
    assert page.context["listing"].problems == []
    assert [row.record.name for row in page.context["rows"]] == ["C"]


def test_many_groups_and_deep_ones_take_no_page_down(inside: Firm) -> None:
    ada = client_of(inside.ada)
    many = "&".join(f"any{number}.city=Bonn&any{number}.company=x" for number in range(1, 120))
    for address in (
        many,
        "any1." * 500 + "city=Bonn",
        "any1.all1." * 300 + "=5",
        "any1..city=5",
        ".=5",
        "...=5",
        ".city=5",
    ):
        for layout in ("", "board/"):
            assert ada.get(f"/acme/leads/{layout}?{address}").status_code == 200, address[:40]
