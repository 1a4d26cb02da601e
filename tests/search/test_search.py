"""Finding records: what is found, in which order, by whom, and never across the wall."""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest
from django.db import connection

from crm.ground.ids import uuid7
from crm.search.selectors import is_person_like, search
from crm.search.sql import MOST_LINKED, tables
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm


def found(actor: Any, text: str, **options: Any) -> dict[str, list[str]]:
    groups = search(actor, text, **options).groups
    return {group.record_type.key: [record.name for record in group.records] for group in groups}


def test_a_part_of_a_name_company_address_or_number_is_enough(inside: Firm) -> None:
    make.lead(
        inside.ana,
        first_name="Hélène",
        last_name="Brandström",
        company="The Kestrel Group, Inc.",
        email="h.brand@kestrel.example",
        phone="+1 212 555 0187",
    )
    for text in (
        "rands",
        "BRANDSTROM",
        "hele",
        "Hélène",
        "estrel",
        "kestrel group",
        "brand@kes",
        "5550187",
        "brandström the",
    ):
        assert found(inside.ana, text) == {"leads": ["Hélène Brandström"]}, text
    for text in ("brandx", "kestrel gmbh", "brand kestrex"):
        assert found(inside.ana, text) == {}, text


def test_all_four_types_are_searched_together(inside: Firm) -> None:
    account = make.account(inside.ana, name="Quorum Dairy", website="https://www.quorum.example")
    make.contact(inside.ana, first_name="Quincy", last_name="Quorum", mobile="+44 20 7946 0958")
    make.lead(inside.ana, last_name="Smith", company="Quorum Ltd")
    make.opportunity(inside.ana, name="Robots for Quorum", account=account)
    assert found(inside.ana, "quorum") == {
        "leads": ["Lena Smith"],
        "accounts": ["Quorum Dairy"],
        "contacts": ["Quincy Quorum"],
        "opportunities": ["Robots for Quorum"],
    }
    assert found(inside.ana, "quorum", key="accounts") == {"accounts": ["Quorum Dairy"]}
    by_domain = {"accounts": ["Quorum Dairy"], "opportunities": ["Robots for Quorum"]}
    assert found(inside.ana, "quorum.example") == by_domain
    assert found(inside.ana, "79460958") == {"contacts": ["Quincy Quorum"]}


def test_a_firms_name_finds_the_firm_first_and_then_its_people_and_deals(inside: Firm) -> None:
    """Only people whose e-mail address held the name were found."""
    account = make.account(inside.ana, name="Vulcan Robotics GmbH", website="https://vulcan-rob.example")
    make.contact(inside.ana, first_name="Helena", last_name="Brandt", email="hb@mail.example", account=account)
    make.contact(inside.ana, first_name="Helena", last_name="Other", account=make.account(inside.ana, name="Other"))
    make.lead(inside.ana, first_name="Lou", last_name="Lead", company="Vulcan Robotics")
    make.opportunity(inside.ana, name="Twelve arms", account=account)
    everything = {
        "accounts": ["Vulcan Robotics GmbH"],
        "leads": ["Lou Lead"],
        "contacts": ["Helena Brandt"],
        "opportunities": ["Twelve arms"],
    }
    for text in ("vulcan", "Vulcan Robotics", "vulc"):
        assert found(inside.ana, text) == everything, text
        assert list(found(inside.ana, text)) == list(everything), text
    assert found(inside.ana, "vulcan-rob.example").keys() == {"accounts", "contacts", "opportunities"}
    for text in ("helena vulcan", "robotics brandt", "he vulcan brandt"):
        assert found(inside.ana, text) == {"contacts": ["Helena Brandt"]}, text
    assert found(inside.ana, "twelve vulcan") == {"opportunities": ["Twelve arms"]}
    assert found(inside.ana, "vulcan nobody") == {}
    assert list(found(inside.ana, "helena")) == ["contacts"]


def many_at(owner: Any, name: str, how_many: int, company: str = "account") -> None:
    """So many companies whose names end with ``name``, each with a contact, as an import leaves them: not analysed."""
    firm = getattr(make, company)(owner, name=f"0 {name}")
    contact = make.contact(owner, first_name="Cem", last_name="Nought")
    firms, contacts = [], []
    for number in range(1, how_many):
        firms.append(copy(firm))
        firms[-1].pk, firms[-1].name, firms[-1].sort_name = uuid7(), f"{number} {name}", f"{number} {name}".lower()
        contacts.append(copy(contact))
        contacts[-1].pk = uuid7()
        setattr(contacts[-1], f"{company}_id", firms[-1].pk)
    type(firm)._default_manager.bulk_create(firms)
    type(contact)._default_manager.bulk_create(contacts)


def test_a_word_that_thousands_of_accounts_have_is_not_gone_through(inside: Firm) -> None:
    """ "gmbh" read the contacts of all of them; what a rarer word leads to is found all the same."""
    many_at(inside.ana, "Robotics GmbH", MOST_LINKED + 50)
    firm = make.account(inside.ana, name="Vulcan Robotics GmbH")
    make.contact(inside.ana, first_name="Helena", last_name="Brandt", account=firm)
    for text in ("helena gmbh", "gmbh brandt", "robotics he brandt gmbh", "vulcan gmbh"):
        assert found(inside.ana, text, key="contacts") == {"contacts": ["Helena Brandt"]}, text
    assert not search(inside.ana, "helena gmbh", key="contacts").groups[0].is_capped
    for text in ("gmbh", "gmbh robotics"):
        [group] = search(inside.ana, text, key="contacts").groups
        assert group.is_capped, text
        assert MOST_LINKED - 2 <= group.hits < MOST_LINKED + 50, text


def test_nobody_learns_by_a_hit_of_an_account_that_they_may_not_see(inside: Firm) -> None:
    account = make.account(inside.sam, name="Vulcan Robotics")
    make.contact(inside.ana, first_name="Helena", last_name="Brandt", email="hb@mail.example", account=account)
    assert "contacts" in found(inside.ana, "vulcan")
    access = inside.ana.role.access["accounts"]
    before = access["view"]
    try:
        for scope in ("team", "own", "none"):
            access["view"] = scope
            assert found(inside.ana, "vulcan") == {}, scope
        assert found(inside.ana, "helena") == {"contacts": ["Helena Brandt"]}
    finally:
        access["view"] = before


def test_words_may_come_in_any_order_and_each_must_occur(inside: Firm) -> None:
    make.lead(inside.ana, first_name="Ana", last_name="Smith", company="Acme")
    make.lead(inside.ana, first_name="Ana", last_name="Jones", company="Globex")
    assert found(inside.ana, "acme ana") == {"leads": ["Ana Smith"]}
    assert found(inside.ana, "ana acme smith") == {"leads": ["Ana Smith"]}
    assert found(inside.ana, "ana") == {"leads": ["Ana Jones", "Ana Smith"]}
    assert found(inside.ana, "an smith") == {"leads": ["Ana Smith"]}


def test_whole_names_come_first_then_beginnings_then_words_then_parts(inside: Firm) -> None:
    for name in ("Xatlas", "New Atlas", "Atlas Copper", "Atlas"):
        make.account(inside.ana, name=name)
    assert found(inside.ana, "atlas") == {"accounts": ["Atlas", "Atlas Copper", "New Atlas", "Xatlas"]}


def test_one_or_two_letters_find_the_names_that_start_with_them(inside: Firm) -> None:
    for name in ("Zeta", "Zoo", "Azz"):
        make.account(inside.ana, name=name)
    assert found(inside.ana, "z") == {"accounts": ["Zeta", "Zoo"]}
    assert found(inside.ana, "ze") == {"accounts": ["Zeta"]}
    assert found(inside.ana, "zz") == {}
    assert found(inside.ana, " ") == found(inside.ana, "") == found(inside.ana, "\x00") == {}


def test_signs_with_a_meaning_to_the_database_are_letters(inside: Firm) -> None:
    make.account(inside.ana, name="100%_sure\\safe")
    make.account(inside.ana, name="100 things, surely safe")
    for text in ("100%_", "0%_s", "_sure\\", "sure\\safe"):
        assert found(inside.ana, text) == {"accounts": ["100%_sure\\safe"]}, text
    assert found(inside.ana, "'; DROP TABLE leads_lead; --") == {}


def test_an_address_or_number_in_full_finds_its_owners_only(inside: Firm) -> None:
    make.lead(inside.ana, first_name="Ann", last_name="One", email="Ann@Firm.Example", phone="")
    make.contact(inside.ana, first_name="Jo", last_name="Ann", email="joann@firm.example", mobile="+1 212 555 0100")
    make.account(inside.ana, name="Firm", phone="(212) 555-0100")
    by_mail = search(inside.ana, "ann@firm.example")
    assert by_mail.exact
    assert found(inside.ana, "ANN@firm.example ") == {"leads": ["Ann One"]}
    by_phone = search(inside.ana, "+1 (212) 555-0100")
    assert by_phone.exact
    assert found(inside.ana, "212-555-0100") == {"accounts": ["Firm"], "contacts": ["Jo Ann"]}
    part = search(inside.ana, "nn@firm.example")
    assert not part.exact
    assert part.people == 2


@pytest.mark.parametrize(
    ("text", "asks"),
    [("Lena Smith", True), ("lena@x.example", True), ("+49 30 901820", True), ("Acme", False), ("12345", False)],
)
def test_what_asks_for_a_person(text: str, asks: bool) -> None:
    assert is_person_like(text) is asks


def test_one_finds_only_what_one_may_see_and_counts_no_more(inside: Firm) -> None:
    for owner in (inside.ana, inside.sam, inside.max):
        make.lead(owner, last_name="Zebra", email=f"zebra{owner.name[0]}@zoo.example")
    pooled = make.lead(None, last_name="Zebra", company="Pool")
    make.opportunity(inside.sam, name="Zebra stripes", account=make.account(inside.sam, name="Zebra Ltd"))

    def leads(actor: Any) -> int:
        group = next(group for group in search(actor, "zebra").groups if group.record_type.key == "leads")
        assert group.hits == len(group.records)
        return group.hits

    assert pooled.owner is None
    assert leads(inside.ana) == 3  # East and the pool
    assert leads(inside.sam) == 2  # West and the pool
    assert leads(inside.ada) == leads(inside.rita) == 4
    assert "opportunities" not in found(inside.ana, "zebra")
    assert "opportunities" in found(inside.sam, "zebra")
    assert found(inside.ana, "zebraS@zoo.example") == {}
    assert found(inside.sam, "zebraS@zoo.example") == {"leads": ["Lena Zebra"]}


def test_own_scope_finds_only_ones_own(inside: Firm) -> None:
    make.lead(inside.ana, last_name="Zebra")
    make.lead(inside.max, last_name="Zebra")
    make.lead(None, last_name="Zebra")
    assert search(inside.ana, "zebra").hits == 3
    inside.ana.role.access["leads"]["view"] = "own"
    try:
        assert search(inside.ana, "zebra").hits == 1
        inside.ana.role.access["leads"]["view"] = "none"
        assert search(inside.ana, "zebra").hits == 0
    finally:
        inside.ana.role.access["leads"]["view"] = "team"


def test_what_lies_in_the_recycle_bin_is_not_found(inside: Firm) -> None:
    from leads.services import delete_lead, restore_lead

    lead = make.lead(inside.ana, last_name="Zebra", email="z@zoo.example")
    assert found(inside.ana, "zebra") == found(inside.ana, "z@zoo.example") == {"leads": ["Lena Zebra"]}
    delete_lead(lead, actor=inside.ana)
    assert found(inside.ana, "zebra") == found(inside.ana, "z@zoo.example") == found(inside.ana, "le") == {}
    restore_lead(lead, actor=inside.ana)
    assert found(inside.ana, "zebra") == {"leads": ["Lena Zebra"]}


def test_pages_of_one_type_join_without_gap(inside: Firm) -> None:
    for number in range(5):
        make.account(inside.ana, name=f"Atlas {number}")
    pages = [found(inside.ana, "atlas", key="accounts", most=2, skip=skip).get("accounts", []) for skip in (0, 2, 4, 6)]
    assert pages == [["Atlas 0", "Atlas 1"], ["Atlas 2", "Atlas 3"], ["Atlas 4"], []]
    assert search(inside.ana, "atlas", most=2).hits == 5


def test_nothing_is_found_across_the_wall(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Zebra", email="z@zoo.example", phone="+1 212 555 0123")
        assert search(firm.ada, "zebra").hits == 1
    with tenant_context(other_firm.tenant):
        for text in ("zebra", "z@zoo.example", "+1 212 555 0123", "le", "5550123"):
            assert search(other_firm.ada, text).hits == 0
        # An actor of one workspace with the setting of another, as no request can have them
        assert search(firm.ada, "zebra").hits == 0


def call(key: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM search_{key}("
            "'zebra', ARRAY['%%zebra%%'], '{}', 'all', '{all,all}', NULL, NULL, NULL, 100, 0)",
            [],
        )
        return cursor.fetchall()


def test_without_a_workspace_the_functions_find_nothing(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Zebra")
        make.lead(firm.ana, last_name="Zebra")
        make.contact(firm.ana, last_name="Zebra")
        make.opportunity(firm.ana, name="Zebra", account=account)
        assert [len(call(key)) for key in ("leads", "accounts", "contacts", "opportunities")] == [1, 1, 1, 1]
    assert [call(key) for key in ("leads", "accounts", "contacts", "opportunities")] == [[], [], [], []]


def test_only_the_serving_role_may_call_the_functions(firm: Firm) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosecdef, proconfig, proacl::text FROM pg_proc WHERE proname LIKE 'search\\_%%'", []
        )
        functions = cursor.fetchall()
    assert {name for name, *_rest in functions} == {table.function for table in tables()}
    for _name, is_definer, config, rights in functions:
        assert is_definer
        assert "search_path=public" in config
        grantees = {grant.partition("=")[0] for grant in rights.strip("{}").split(",")}
        assert grantees == {"crm_owner", "crm_app"}


def test_each_searched_table_has_its_index_that_starts_with_the_tenant(inside: Firm) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, indexdef FROM pg_indexes WHERE indexname ~ '_search_[0-9]+$'", [])
        indexes = dict(cursor.fetchall())
    assert sorted(indexes) == sorted(table.name for table in tables())
    for table in tables():
        assert "USING gin (tenant_id," in indexes[table.name]
        assert "gin_trgm_ops" in indexes[table.name]


@pytest.mark.parametrize(
    "text",
    [
        "555-0333", "555 0333", "5550333", "(416) 555", "416.555", "001 416 555 0333", "+1-416-555-0333", "0333",
        "ana 555-0333",
    ],
)  # fmt: skip
def test_a_part_of_a_number_is_found_however_it_is_written(inside: Firm, text: str) -> None:
    make.lead(inside.ana, first_name="Ana", last_name="Phone", phone="(416) 555-0333")
    make.lead(inside.ana, first_name="Bea", last_name="Other", phone="(416) 555-0444")
    assert found(inside.ana, text).get("leads", []) == (["Ana Phone"] if "333" in text else ["Ana Phone", "Bea Other"])


@pytest.mark.parametrize(
    "text", ["030 1234567", "0049 30 1234567", "+49 30 1234567", "030/1234", "0049 30 12", "30 123 45"]
)
def test_national_and_foreign_numbers_are_those_of_the_workspaces_country(inside: Firm, text: str) -> None:
    inside.tenant.language, inside.tenant.time_zone = "en", "Europe/Berlin"
    inside.tenant.save()
    typed = {"A": "030 1234567", "B": "0049 30 1234567", "C": "+49 30 1234567", "D": "+49 30 7654321"}
    for name, phone in typed.items():
        lead = make.lead(inside.ana, first_name="", last_name=name, phone=phone)
        assert lead.phone_key == ("+49307654321" if name == "D" else "+49301234567")
    assert found(inside.ana, text) == {"leads": ["A", "B", "C"]}


@pytest.mark.parametrize(
    ("second", "text"),
    [
        ("0171 5550142", "0171 5550142"),
        ("0171\u00a0555\u20130142", "+49 171 5550142"),
        ("0171.555.0142", "0049 171/5550142"),
        ("(0171)\t5550142", "5550142"),
        ("+49 (0)171 5550142", "ana 0171 555"),
    ],
)
def test_the_second_number_of_a_field_is_found(inside: Firm, second: str, text: str) -> None:
    inside.tenant.language, inside.tenant.time_zone = "en", "Europe/Berlin"
    inside.tenant.save()
    two = f"030 1234567 / {second}"
    make.lead(inside.ana, first_name="Ana", last_name="Lead", phone=two)
    make.account(inside.ana, name="Ana Works", phone="030 1234567; +49 171 5550142")
    make.contact(inside.ana, first_name="Ana", last_name="Contact", mobile=two)
    make.lead(inside.ana, first_name="Ana", last_name="Other", phone="030 1234567 / 0171 5559999")
    expected = {"leads": ["Ana Lead"], "accounts": ["Ana Works"], "contacts": ["Ana Contact"]}
    expected["leads"] += ["Ana Other"] if text == "ana 0171 555" else []
    assert found(inside.ana, text) == expected


def test_a_hyphen_in_a_name_is_no_number(inside: Firm) -> None:
    make.account(inside.ana, name="Big 24-7 Media")
    make.account(inside.ana, name="Route 66")
    assert found(inside.ana, "24-7") == {"accounts": ["Big 24-7 Media"]}
    assert found(inside.ana, "24-7 media") == {"accounts": ["Big 24-7 Media"]}
    assert found(inside.ana, "route 66") == {"accounts": ["Route 66"]}


@pytest.mark.parametrize("text", ["D'Unger", "D’Unger", "dunger", "D‘UNGER", "marie d'ung", "unger"])
def test_an_apostrophe_is_no_difference(inside: Firm, text: str) -> None:
    make.contact(inside.ana, first_name="Marie", last_name="D’Unger", email="m@x.example")
    make.lead(inside.ana, first_name="Marie", last_name="D'Unger", company="D’Unger & Fils")
    assert found(inside.ana, text) == {"contacts": ["Marie D’Unger"], "leads": ["Marie D'Unger"]}


@pytest.mark.parametrize(
    ("name", "middle"),
    [
        ("Кириленко", "рилен"), ("Παπαδόπουλος", "αδοπ"), ("محمد العربي", "عرب"), ("張偉明", "偉"),
        ("さくら子", "くら"), ("김철수", "철수"), ("สมชาย", "มชา"), ("Ağaoğlu", "gaog"), ("Łukasiewicz", "ukas"),
        ("कुमार", "मार"),
    ],
)  # fmt: skip
def test_the_middle_of_a_word_is_enough_in_any_script(inside: Firm, name: str, middle: str) -> None:
    make.lead(inside.ana, first_name="", last_name=name)
    make.lead(inside.ana, first_name="", last_name="Nobody")
    assert found(inside.ana, middle) == {"leads": [name]}
