"""A dry run counts what the import will: in some files of chance, and in those that were once counted otherwise."""

from __future__ import annotations

import random
from typing import Any

import pytest

from accounts.models import Account
from crm.imports import running, whole_file
from crm.imports.models import ImportRow
from crm.tenants.context import tenant_context
from tests import make
from tests.imports.steps import bring_in
from tests.imports.test_repeats import tried_and_done
from tests.people import Firm

NAMES = ("Naaaa", "Nbbbb", "Ncccc", "Ndddd")
CLEARING = {"existing": "update", "clear_empty": "on"}
HEADS = {
    "accounts": "external id,name,city,parent account",
    "contacts": "external id,last name,email,city,account,reports to",
    "leads": "external id,last name,email,city,company,source",
    "opportunities": "external id,name,account,next step,stage,close date",
}


@pytest.mark.parametrize("seed", [19, 34, 42, 7])
def test_files_of_chance_come_in_as_they_were_tried(firm: Firm, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    key = chance.choice(["accounts", *HEADS])
    with tenant_context(firm.tenant):
        firms = [make.account(firm.ada, name=name) for name in ("Falcon", "Heron")]
        for number in range(3):
            _make(chance, firm, key, firms, {"external_id": f"x{number}"} if chance.random() < 0.5 else {})
    monkeypatch.setattr(running, "BATCH", chance.choice([1, 2, 3, 5, 500]))
    monkeypatch.setattr(whole_file, "MOST_TOGETHER", chance.choice([0, 4_000_000]))
    options = CLEARING if seed != 7 else {"existing": "update"}
    text = "\n".join([HEADS[key], *(_line(chance, key) for _row in range(14))]) + "\n"
    tried, done = tried_and_done(firm, key, text, **options)
    assert tried == done, f"{key} {options}\n{text}"


def _make(chance: random.Random, firm: Firm, key: str, firms: list[Any], more: dict[str, str]) -> None:
    name = chance.choice(NAMES)
    mail = chance.choice([f"{name}@k.example", "" if key != "leads" else "n@k.example"])
    if key == "accounts":
        make.account(firm.ada, name=name, city="Ulm", **more)
    elif key == "contacts":
        account = chance.choice([None, firms[0]])
        make.contact(firm.ada, first_name="", last_name=name, email=mail, city="Ulm", account=account, **more)
    elif key == "leads":
        company = chance.choice(["", "Falcon"])
        make.lead(firm.ada, first_name="", last_name=name, email=mail, city="Ulm", company=company, **more)
    else:
        make.opportunity(firm.ada, name=name, account=chance.choice(firms), **more)


def _line(chance: random.Random, key: str) -> str:
    name = chance.choice(NAMES)
    given = f"x{chance.randrange(5)}" if chance.random() < 0.4 else ""
    city = chance.choice(["Ulm", "Kiel", "Rome", ""])
    mail = f"{name}@k.example" if chance.random() < 0.5 else ""
    company = chance.choice(["", "Falcon", "Heron", "Newco"])
    other = chance.choice(["", "", chance.choice(NAMES)])
    return {
        "accounts": f"{given},{name},{city},{other}",
        "contacts": f"{given},{name},{mail},{city},{company},{other}",
        "leads": f"{given},{name},{mail},{city},{company},{chance.choice(['', 'Fair', 'Moon'])}",
        "opportunities": f"{given},{name},{company or 'Falcon'},{city},{chance.choice(['', 'Won'])},"
        f"{chance.choice(['', '2026-05-06'])}",
    }[key]


def test_an_empty_cell_takes_no_id_away(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """By which later rows know the record; another id does."""
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(whole_file, "MOST_TOGETHER", 0)
    with tenant_context(firm.tenant):
        owl = make.account(firm.ada, name="Owl", external_id="x0", city="Ulm")
        make.account(firm.ada, name="Elk", external_id="x1", city="Ulm")
    text = f"id,external id,name,city\n{owl.pk},x9,Owl,Bonn\n,x0,Owl,Rome\n,,Elk,\n"
    wanted = (1, 2, 0, 0, 0, 0)
    assert tried_and_done(firm, "accounts", text, **CLEARING) == [wanted, wanted]
    with tenant_context(firm.tenant):
        found = sorted(Account.objects.values_list("external_id", "name", "city"))
    assert found == [("x0", "Owl", "Rome"), ("x1", "Elk", ""), ("x9", "Owl", "Bonn")]


def test_a_link_of_a_record_to_itself_is_told_before(firm: Firm) -> None:
    text = "name,city,parent account\nOwl,Ulm,Owl\nElk,Ulm,\nElk,Ulm,elk\n"
    run = bring_in(firm, "accounts", text, existing="update", dry_run="1")
    with tenant_context(firm.tenant):
        row = ImportRow.objects.get(run=run, number=2)
    assert row.remarks == ["Parent account: this is the record itself."]
    assert "Parent account" not in [label for label, _old, _new in row.changes]
    wanted = (2, 0, 0, 1, 0, 0)
    assert tried_and_done(firm, "accounts", text, existing="update") == [wanted, wanted]
