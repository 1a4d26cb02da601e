"""An unknown colleague is proposed to be somebody only where the name or the address is really misspelt."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from crm.ground.text import sort_key
from crm.imports.people_alike import person_meant
from tests.imports.test_words import Page
from tests.people import Firm


@dataclass(frozen=True)
class Person:
    name: str
    email: str = ""

    def __str__(self) -> str:
        return self.name


ADDRESSES = ("ana", "ada", "max.manager", "stefan", "johnson", "christian", "k.smith", "jan.schmidt", "mario.rossi",
             "martin.weber", "ana.winter", "sales1", "peter", "hana", "philip", "ulf-peter.mueller")  # fmt: skip
HERE = [Person(f"Person {number}", f"{name}@acme.example") for number, name in enumerate(ADDRESSES)]
NAMES = ("Ana Owner", "Jan Schmidt", "Maria Rossi", "Martin Weber", "Karin Maier", "Stefanie", "Ana Winter",
         "Anne Marie Bell", "Ulf Öztürk", "Max Manager", "Sam Seller")  # fmt: skip
NAMED = [*map(Person, NAMES)]


@pytest.mark.parametrize(("written", "meant"), [
    ("max.manger", "max.manager"), ("max.mananger", "max.manager"), ("max.manaegr", "max.manager"),
    ("max.manage", "max.manager"), ("max_manager", "max.manager"), ("maxmanager", "max.manager"),
    ("steafn", "stefan"), ("steffan", "stefan"), ("jonhson", "johnson"), ("johson", "johnson"), ("phillip", "philip"),
    ("jan.schmitd", "jan.schmidt"), ("jan.schmit", "jan.schmidt"), ("jan.schmict", "jan.schmidt"),
    ("ana.wintr", "ana.winter"), ("martin.wbeer", "martin.weber"), ("ulf-peter.muller", "ulf-peter.mueller"),
    ("MAX.MANGER", "max.manager"),
])  # fmt: skip
def test_an_address_is_proposed_where_its_name_is_misspelt(written: str, meant: str) -> None:
    found = person_meant(sort_key(f"{written}@acme.example"), HERE)
    assert found and found.email == f"{meant}@acme.example"


@pytest.mark.parametrize("written", [
    "jane", "nobody", "anna", "anja", "ida", "adam", "mia", "jan", "sam", "max", "maxmustermann", "max.miller",
    "moritz.manager", "stefania", "stefanie", "stephanie", "johnsons", "christina", "christiane", "j.smith", "jsmith",
    "jane.schmidt", "jana.schmidt", "maria.rossi", "marco.rossi", "marvin.weber", "martina.weber", "anna.winter",
    "ada.winter", "sales2", "sales", "pieter", "petra", "hanna", "hannah", "info", "phil", "m.rossi", "weber.martin",
])  # fmt: skip
def test_another_name_at_the_same_domain_is_another_person(written: str) -> None:
    assert person_meant(f"{written}@acme.example", HERE) is None


@pytest.mark.parametrize(("domain", "is_meant"), [
    ("acme.exmaple", True), ("amce.example", True), ("acme.exampl", True), ("acmee.example", True),
    ("acmeexample", True), ("other.example", False), ("acme.com", False), ("acme2.example", False),
    ("mail.acme.example", False), ("acme", False),
])  # fmt: skip
def test_the_same_name_at_a_misspelt_domain_is_proposed(domain: str, is_meant: bool) -> None:
    assert bool(person_meant(f"ana@{domain}", HERE)) is is_meant
    assert person_meant(f"jane@{domain}", HERE) is None
    assert person_meant(f"max.manger@{domain}", HERE) is None, "not both"


def test_domains_of_two_countries_are_two() -> None:
    people = [Person("Ana", "ana@acme.de")]
    assert [bool(person_meant(f"ana@{one}", people)) for one in ("acme.be", "acme.dee", "amce.de")] == [0, 1, 1]


def test_who_may_be_two_people_is_nobody() -> None:
    people = [Person("A", "jan.meier@k.example"), Person("B", "jan.meiler@k.example"), Person("C", "C@k.example")]
    assert person_meant("jan.meiier@k.example", people) is None
    assert person_meant("jan.meiier@k.example", people[:1]) is people[0]
    assert person_meant("A. Bell", [Person("Ana Bell"), Person("Ada Bell")]) is None
    assert person_meant(sort_key("Jan Meier <jan.meier@k.example>"), people) is people[0]


@pytest.mark.parametrize(("written", "meant"), [
    ("Ana Wintr", "Ana Winter"), ("Ana Ownr", "Ana Owner"), ("Jan Schmit", "Jan Schmidt"),
    ("Max Manger", "Max Manager"), ("Sam Sellr", "Sam Seller"), ("M. Manager", "Max Manager"),
    ("Annemarie Bell", "Anne Marie Bell"),
    ("Anne Bell", ""), ("Ulf Ozturk", "Ulf Öztürk"), ("Stefnie", "Stefanie"), ("Ana-Owner", "Ana Owner"),
    ("Jane Owner", ""), ("Jane Schmidt", ""), ("Mario Rossi", ""), ("Marvin Weber", ""), ("Karen Maier", ""),
    ("Stefania", ""), ("Ada Winter", ""), ("Pam Seller", ""), ("Ana Olsen", ""), ("Martina Weber", ""),
])  # fmt: skip
def test_so_it_is_with_names(written: str, meant: str) -> None:
    """Jane Owner was proposed to be Ana Owner: all but the first name is the same."""
    found = person_meant(sort_key(written), NAMED)
    assert (found.name if found else "") == meant


def test_an_unknown_colleagues_address_is_proposed_to_be_nobody_else(firm: Firm) -> None:
    """Nor are two of one file the same one."""
    rows = "".join(f"Firm {n},{name}@acme.example\n" for n, name in enumerate(("jane", "nobody", "jan", "mxa")))
    page = Page(firm, "accounts", f"name,owner\n{rows}")
    shown = {
        word.text.partition("@")[0]: (word.proposal, word.meant, word.alike) for word in page.question("owner").words
    }
    assert shown == dict.fromkeys(("jane", "nobody", "jan", "mxa"), (None, (), ""))
    page = Page(
        firm,
        "accounts",
        "name,owner\nOne,max@acme.exmaple\nTwo,karin.mueler@k.example\nThree,karin.mueller@k.example\n",
    )
    shown = {word.text.partition("@")[0]: word.proposal and word.proposal[1] for word in page.question("owner").words}
    assert shown == {
        "max": f"{firm.max.name} (max@acme.example)",
        "karin.mueler": None,
        "karin.mueller": "The same as “karin.mueler@k.example”",
    }
