"""Finding what a row is about, however many records share its name or mailbox."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.catalogue import record_type
from crm.imports import candidates, existing
from crm.imports.existing import Known
from crm.records.services import fill_derived
from tests import make
from tests.people import Firm

MAILBOX = "info@falcon.example"


def made(key: str, **values: Any) -> Any:
    """A record that a row has made, as the service leaves it; the database is not asked."""
    kind = record_type(key)
    record = kind.model(**values)
    fill_derived(kind, record)
    return record


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("leads", lambda n: {"first_name": f"Ann{n}", "last_name": f"Bell{n}", "email": MAILBOX}),
        ("contacts", lambda n: {"first_name": f"Ann{n}", "last_name": "Bell", "email": MAILBOX}),
        ("leads", lambda n: {"last_name": "Bell", "email": MAILBOX, "external_id": f"L{n}"}),
        ("leads", lambda n: {"last_name": "Bell", "company": f"Firm {n}", "phone": "1"}),
        ("leads", lambda n: {"last_name": "Bell", "phone": f"212 555 {n + 1000}"}),
        ("accounts", lambda n: {"name": "Bell", "website": f"bell{n}.example"}),
    ],
)
def test_thousands_of_one_mailbox_or_name_are_not_compared_each_with_each(
    inside: Firm, key: str, row: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[Any] = []
    says = Known._says
    monkeypatch.setattr(Known, "_says", lambda self, *more: looked_at.append(more[-1]) or says(self, *more))
    counts = []
    for rows in (100, 200):
        looked_at.clear()
        known = Known(record_type(key), inside.ada, by_id_only=False, numbers={})
        for number in range(rows):
            assert known.match(row(number)).record is None
            known.add(made(key, **row(number)), number)
        assert known.match(row(7)).record is not None or "external_id" in row(7)
        counts.append(len(looked_at))
    assert counts[1] < 2.5 * counts[0], "it was four times as many"


NAMES = ("Ann", "Bell", "Ann Bell", "Cox", "Ann-Lee Cox", "")


def some_row(key: str, chance: random.Random, firms: list[Any]) -> dict[str, Any]:
    """Of few words, so that many meet."""
    reached = {"email": ("", MAILBOX), "phone": ("212 555 0142", "212 555 0143")}
    choices: dict[str, Any] = {
        "accounts": {"name": NAMES[:5], "website": ("", "a.example", "b.example"), "country": ("", "US")},
        "opportunities": {"name": ("Renewal", "Site"), "account": firms},
        "contacts": {"first_name": NAMES, "last_name": NAMES[:5], "account": [None, *firms], **reached},
        "leads": {"first_name": NAMES, "last_name": NAMES[:5], "company": ("Ace", "Bay", ""), **reached},
    }[key]
    found = {name: chance.choice(values) for name, values in choices.items()}
    found["external_id"] = str(number) if (number := chance.randrange(300)) < 100 else ""
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize("key", ["leads", "contacts", "accounts", "opportunities"])
def test_what_is_looked_at_is_all_that_a_row_may_be_about(
    inside: Firm, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if each were compared with each."""
    monkeypatch.setattr(existing, "MOST_ALIKE", 0)
    chance, met = random.Random(7), 0
    firms = [make.account(inside.ada, name=name) for name in ("Ace", "Bay")]
    known = Known(record_type(key), inside.ada, by_id_only=False, numbers={})
    sure = [natural for natural in known.keys if natural.within is not None]
    for number in range(150):
        row = some_row(key, chance, firms)
        if row.get("external_id") in known._by_id:
            continue
        match = known.match(row)
        each = ([one for one in known._called(natural, row) if known._says(natural, row, one)] for natural in sure)
        by_hand = next(filter(None, each), [])
        assert ({match.record} if match.record else {*match.several}) == {*by_hand}, row
        met += bool(by_hand)
        if not by_hand or chance.random() < 0.3:
            known.add(made(key, **row), number)
    assert met > 20


def of_more(key: str, chance: random.Random, firms: list[Any]) -> dict[str, Any]:
    """With what else may tell two apart."""
    found = some_row(key, chance, firms)
    more: dict[str, Any] = {
        "leads": {"city": ("Ulm", "Köln", ""), "employees": (None, 5)},
        "contacts": {"city": ("Ulm", "Köln", "")},
        "accounts": {"name": tuple(f"Firm {n}" for n in range(25)), "phone": ("212 555 0142", "")},
        "opportunities": {"opened_on": (None, *(date(2026, 1, day) for day in range(1, 9)))},
    }[key]
    if key == "opportunities" and chance.random() < 0.3:
        del found["account"]
        found["contact"] = firms[0].contact_there
    return found | {name: value for name in more if (value := chance.choice(more[name]))}


def there(firm: Firm, key: str, values: dict[str, Any]) -> None:
    others = {"leads": {"email": "", "first_name": ""}, "contacts": {"email": "", "first_name": ""}}.get(key, {})
    if key == "leads" and not values.get("email") and not values.get("phone"):
        others |= {"phone": "212 555 0199"}
    make_one = {
        "opportunities": make.opportunity,
        "accounts": make.account,
        "leads": make.lead,
        "contacts": make.contact,
    }
    make_one[key](firm.ada, **others | values)


@pytest.mark.parametrize("key", ["leads", "contacts", "accounts", "opportunities"])
@pytest.mark.parametrize("alike", [0, 20], ids=["without what is only alike", "with it"])
def test_what_is_read_is_all_that_a_row_may_be_about(
    inside: Firm, key: str, alike: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if all records that there are were read, and each row compared with each."""
    monkeypatch.setattr(candidates, "MOST_ALIKE", alike)
    kind = record_type(key)
    chance, told = random.Random(11), {"one": 0, "several": 0, "alike": 0}
    firms = [make.account(inside.ada, name=name) for name in ("Ace", "Bay", "Cap", "Dam", "Elm")]
    firms[0].contact_there = make.contact(inside.ada, last_name="Buyer", account=firms[0])
    for number in range(60):
        values = of_more(key, chance, firms)
        values |= {"external_id": f"there {number}"} if chance.random() < 0.2 else {"external_id": ""}
        there(inside, key, values)
    everything = list(kind.model.objects.order_by("created_at", "pk"))
    rows = [of_more(key, chance, firms) for _row in range(100)]
    for row in rows:
        if chance.random() < 0.8:
            row.pop("external_id", None)
    whole = Known(kind, inside.ada, by_id_only=False, numbers={})
    for record in everything:
        whole._know_all(whole.one(record))
    for row in rows:
        known = Known(kind, inside.ada, by_id_only=False, numbers={})
        known.load([row])
        found, wanted = known.match(row), whole.match(row)
        assert found.record == wanted.record, row
        assert found.several == wanted.several, row
        if alike and len(wanted.alike) < alike:
            assert {*found.alike} == {*wanted.alike}, row
        told["one"] += bool(found.record)
        told["several"] += bool(found.several)
        told["alike"] += bool(found.alike)
    assert told["one"] > 5 and told["several"] > 5, told


@pytest.mark.parametrize("key", ["leads", "contacts", "opportunities"])
def test_of_hundreds_of_one_name_a_few_are_read(inside: Firm, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the row's own company, and not the others, which are surely not it."""
    kind = record_type(key)
    counts = []
    for more in (60, 120):
        for number in range(more):
            firm = make.account(inside.ada, name=f"Firm {more} {number}")
            values: dict[str, Any] = {
                "leads": {"last_name": "Bell", "company": firm.name, "email": f"b{number}@{more}.example"},
                "contacts": {"last_name": "Bell", "account": firm},
                "opportunities": {"name": "Renewal", "account": firm},
            }[key]
            there(inside, key, values)
        known = Known(kind, inside.ada, by_id_only=False, numbers={})
        with CaptureQueriesContext(connection) as caught:
            known.load([values])
        assert known.match(values).record == kind.model.objects.latest("pk")
        counts.append((len(known._one), len(caught)))
    assert counts[0] == counts[1] and counts[0][0] == 1
