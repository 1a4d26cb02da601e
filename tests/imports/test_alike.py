"""What is probably the same in one file: unknown companies, also those too many to be seen at once, and rows."""

from __future__ import annotations

import random
from typing import Any
from unittest.mock import Mock

import pytest

from accounts.models import Account
from contacts.models import Contact
from crm.catalogue import record_type
from crm.ground.text import sort_key
from crm.imports import alike, rehearsal, running
from crm.imports.identity import Naming
from crm.imports.layout import Layout, layout_of
from crm.imports.meant import MeantRows
from crm.imports.misspelt import differ_by_a_letter, one_letter_off
from crm.imports.models import Import, ImportRow, RefusedRow
from crm.keys.firms import company_key
from crm.keys.spellings import company_spellings, person_spellings, rough_company, rough_person
from crm.tenants.context import tenant_context
from tests.imports.steps import finished, run_import, sent, tenant_of, told, upload
from tests.imports.test_words import Page
from tests.people import Firm, client_of

NAMES = ("Smith & Co", "Smith and Co.", "smith und co", "Osprey", "Opsrey", "Shop 12", "Shop 13", "Plan A", "Plan B")
HEAD = "last name,email,account,web\n"
SMITHS = "".join(f"P{n},p{n}@k.example,{name},{'smith.example' if n == 1 else ''}\n" for n, name in enumerate(NAMES))


def linked(firm: Firm) -> dict[str, str]:
    with tenant_context(tenant_of(firm)):
        return dict(Contact.objects.order_by("last_name").values_list("last_name", "account__name"))


@pytest.mark.parametrize("size", [500, 1])
def test_companies_of_one_file_that_are_written_alike_are_proposed_as_one(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Each was offered to be created, and would have made an account of its own."""
    monkeypatch.setattr(running, "BATCH", size)
    page = Page(firm, "contacts", HEAD + SMITHS)
    shown = told(page.answer)
    assert "Probably the same as “Smith & Co” (row 2), “smith und co” (row 4)." in shown
    assert "Probably the same as “Osprey” (row 5)." in shown and "Shop 12” (" not in shown and "Plan A” (" not in shown
    assert page.words("account")["Smith and Co."] == (1, "The same as “Smith & Co”")
    columns = page.columns() | {"column_3": "account.website"}
    page.refused(columns | {"others_account": "add"})  # what was not looked at is not put together, nor made twice
    page.answer = page.client.get(page.address)
    run = finished(firm, page.send(sent(page.answer) | {"dry_run": "1"}))
    made = ["Osprey", "Plan A", "Plan B", "Shop 12", "Shop 13", "Smith & Co"]
    assert (run.created_count, run.added, run.refused_count) == (9, {"accounts": made}, 0)
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    run = finished(firm, run)
    assert (run.created_count, run.added) == (9, {"accounts": made})
    found = linked(firm)
    assert [found[f"P{n}"] for n in range(5)] == ["Smith & Co"] * 3 + ["Osprey"] * 2
    with tenant_context(tenant_of(firm)):
        assert Account.objects.get(name="Smith & Co").domain == "smith.example", "what the other row tells of it"


def test_branches_by_the_hundred_are_compared_by_the_cheap_rule_and_once(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All spellings of each name, for each that is near it, took minutes, three times a request."""
    compare, columns = Mock(return_value=False), Mock(side_effect=alike.spellings_of)
    monkeypatch.setattr(alike, "differ_by_a_letter", compare)
    monkeypatch.setattr(alike, "spellings_of", columns)
    codes = [f"{one}{two}{three}" for one in "bcdfg" for two in "hjklm" for three in "npqrt"]
    rows = "".join(f"P{code},{code}@k.example,Northern Store {code},\n" for code in codes)
    page = Page(firm, "contacts", HEAD + rows)
    page.refused(page.columns())
    assert (columns.call_count, compare.call_count) == (2, 0)


def test_two_names_differ_by_a_letter_where_one_may_be_the_other_misspelt() -> None:
    chance = random.Random(1)
    pairs = [("".join(chance.choices("ab ", k=one)), "".join(chance.choices("ab ", k=two))) for one, two in
             (chance.choices(range(3, 7), k=2) for _pair in range(2000))]  # fmt: skip
    kept = [(one.strip(), two.strip()) for one, two in pairs]
    found = [(one, two) for one, two in kept if differ_by_a_letter(one, two)]
    assert found == [(one, two) for one, two in kept if two in one_letter_off(one)] and len(found) > 50


def test_names_that_are_alike_may_be_two_companies(firm: Firm) -> None:
    page = Page(firm, "contacts", HEAD + SMITHS)
    run = finished(firm, page.send(sent(page.answer) | {"answer_account": ["add"] * len(NAMES)}))
    assert len(run.added["accounts"]) == len(NAMES)
    again = Page(firm, "contacts", f"{HEAD}Bell,b@k.example,Smith & Co,\n")
    assert not again.questions.words, "each is known by its own name now"


def test_what_an_alike_name_was_put_to_becomes_of_it_too(firm: Firm) -> None:
    page = Page(firm, "contacts", HEAD + SMITHS)
    data: dict[str, Any] = sent(page.answer)
    first = data["word_account"].index("Smith & Co")
    data["answer_account"][first] = "empty"
    finished(firm, page.send(data))
    assert [linked(firm)[f"P{n}"] for n in range(4)] == [None, None, None, "Osprey"]


def test_hundreds_of_unknown_companies_are_looked_through_and_answered_one_by_one(firm: Firm) -> None:
    """Those beyond the first forty were answered all together, unseen."""
    names = [f"{chr(97 + n % 26) * 5}{chr(97 + n // 26) * 5} Works" for n in range(100)]
    rows = "".join(f"P{n},p{n}@k.example,{name},\n" for n, name in enumerate([*names, "Smith & Co", "Smith and Co"]))
    page = Page(firm, "contacts", HEAD + rows)
    shown = [word.text for word in page.question("account").words]
    assert shown[:2] == ["Smith & Co", "Smith and Co"] and len(shown) == 40, "those that need to be looked at"
    assert "1 to 40 of 102" in told(page.answer) and "62 more names" in told(page.answer)
    last = names[-1]

    def look(said: dict[str, Any]) -> list[str]:
        columns = {name: value for name, value in sent(page.answer).items() if name.startswith("column_")}
        there = page.client.post(page.address, columns | said)
        assert there.status_code == 303
        page.address = there["Location"].partition("#")[0]
        page.answer = page.client.get(page.address)
        return [word.text for word in page.question("account").words]

    found = look({"look": "account:2", "word_account": ["Smith and Co"], "answer_account": ["same:Smith & Co"]})
    assert len(found) == 40 and not set(found) & set(shown)
    assert len(look({"look": "account:3"})) == 22
    assert look({"find_account": last[:6].upper(), "update": "1"}) == [last], "with the Enter key"
    look({"find_account": last[:6].upper(), "update": "1", "word_account": [last], "answer_account": ["empty"]})
    assert page.question("account").left == 100
    run = finished(firm, page.send(page.columns() | {"others_account": "add"}))
    assert (run.created_count, len(run.added["accounts"])) == (102, 100)
    assert (linked(firm)["P101"], linked(firm)["P99"]) == ("Smith & Co", None)


@pytest.mark.parametrize("seed", range(2))
def test_all_ways_to_write_a_name_have_one_rough_key(seed: int) -> None:
    """A file's rows are compared by it: of a name with three umlauts and an "and" there are thousands of keys."""
    chance = random.Random(seed)
    vowels, between = (
        "ä ae a e aa å ö oe o oee ü ue u ø".split(),
        ["", "", " ", " & ", "&", " und ", " u. ", " y ", ", "],
    )
    ends = ["", "", " & Co. KG", " und Co", " GmbH", " ltd", " Jr.", ", PhD"]
    for _name in range(150):
        parts = [chance.choice("bdkl") + chance.choice(vowels) + chance.choice("nrs") for _part in range(4)]
        name = "".join(part + chance.choice(between) for part in parts[:-1]) + parts[-1] + chance.choice(ends)
        firms = {rough_company(key) for key in company_spellings(name) if company_key(key) == key}
        assert firms | {rough_company(name)} == {rough_company(name)}, name
        people = {rough_person(key) for key in person_spellings(name) if sort_key(key) == key}
        assert people | {rough_person(name)} == {rough_person(name)}, name


@pytest.mark.parametrize("key", ["accounts", "contacts", "leads"])
def test_a_row_is_compared_by_a_few_keys_however_its_names_can_be_written(key: str, firm: Firm) -> None:
    """There were 1,763 of such a lead, for each row of the file in each of a worker's turns: no dry run ended."""
    names = {"name": "Jürgen Schröder", "company": "Müller & Söhne GmbH", "email": "j@x.example", "phone": "2125550142"}
    names |= {"name": names["company"]} if key == "accounts" else {}
    with tenant_context(tenant_of(firm)):
        layout = Layout(record_type(key), firm.ana, tuple(names), tuple(names))
        assert 2 <= len({*Naming(layout, list(names.values())).likely()}) <= 4
        assert layout.type.alike is not None
        asked = [part for one in layout.type.alike.likenesses for part in one.parts_of(names)]
        assert sum(map(len, asked)) <= 150, "the ways of the one name and of the other, not each with each"


FILLED = {"accounts": ",", "contacts": ",", "leads": ",f{}@x.example,"}
LIKELY = {
    "accounts": "name,website,phone\nMüller & Söhne,,\nSmith & Co,,\nAce,ace.example,\nBay,,212 555 0142\n{filler}"
    "Smith and Co.,,\nOld Ace,www.ace.example,\nBays,,+1 212 555 0142\nMueller und Soehne GmbH,,\nElk,,\n",
    "contacts": "name,phone,email\nAnn Bell,212 555 0142,\nBob Fox,,b@x.example\nCid Roe,,c@x.example\n{filler}"
    "A. B.,+1 212 555 0142,\nBob Fox,,\nCid Roe,,d@x.example\nEve Elk,,\n",
    "leads": "name,phone,email,company\nJörg Müller,,m@x.example,Müller & Söhne\n"
    "Ann Bell,212 555 0142,,\n,,i@x.example,Smith & Co\nCid,,c@x.example,Ace\n"
    "{filler}A. B.,+1 212 555 0142,,\n,,j@x.example,Smith and Co.\nCid,2125550143,,\n"
    "Joerg Mueller Jr.,,n@x.example,Mueller und Soehne GmbH\nEve Elk,2125550144,,\n",
}


@pytest.mark.parametrize(("key", "size"), [*((key, 4) for key in LIKELY), ("accounts", 500), ("contacts", 500)])
def test_a_dry_run_tells_of_likely_rows_of_earlier_batches(
    fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch, key: str, size: int
) -> None:
    """What only seems to be the same: a name, a domain, a phone. Only the import told of it, and not within a batch."""
    monkeypatch.setattr(running, "BATCH", size)
    text = LIKELY[key].format(filler="".join(f"Filler{n},{FILLED[key].format(n)}\n" for n in range(6)))
    compared: list[Naming] = []
    likely = Naming.likely
    monkeypatch.setattr(Naming, "likely", lambda naming: compared.append(naming) or likely(naming))
    run = upload(fresh_firm, key, text, dry_run="1")
    while run_import(tenant_of(fresh_firm), run.pk, batches=1):
        pass  # each batch in a turn of its own
    run = finished(fresh_firm, run)
    assert len(compared) == (run.total if size < run.total else 0), "once, and not in each turn"
    with tenant_context(fresh_firm.tenant):
        tried = dict(ImportRow.objects.exclude(remarks=[]).values_list("number", "remarks"))
    finished(fresh_firm, run := upload(fresh_firm, key, text))
    with tenant_context(fresh_firm.tenant):
        told = dict(RefusedRow.objects.filter(run=run, came_in=True).values_list("number", "reasons"))
        told = {number: [text.partition("Note: ")[2] for text in texts] for number, texts in told.items()}
    assert tried == told
    assert all(text.startswith("Perhaps there already: ") for texts in told.values() for text in texts)
    assert told.keys() == ({12, 13, 14, 15} if key != "contacts" else {11, 12})
    compared.clear()
    monkeypatch.setattr(rehearsal, "MOST_COMPARED" if key == "leads" else "MOST_KEPT", 5)
    with tenant_context(fresh_firm.tenant):
        layout = layout_of(run)
        found = rehearsal._rows_alike(MeantRows(run, layout))
    assert len(compared) < run.total and len(found) <= 6


def test_answers_that_lead_in_a_circle_are_asked_again(firm: Firm) -> None:
    """As an answer that came back with a mended file may: the columns page asked itself for ever."""
    page = Page(firm, "contacts", f"{HEAD}Bell,b@k.example,Zork Ltd,\nFox,f@k.example,Zorg Ltd,\n")
    circle = {"account": {"zork ltd": "same:Zorg Ltd", "zorg ltd": "same:Zork Ltd"}}
    with tenant_context(tenant_of(firm)):
        Import.objects.filter(pk=page.run().pk).update(answers=circle)
    answer = page.client.get(page.address)
    assert answer.status_code == 200 and "Zork Ltd" in answer.content.decode()
