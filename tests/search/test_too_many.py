"""Which hits there are where a search has more than are counted."""

from __future__ import annotations

import pytest
from django.db import connections

from accounts.models import Account
from crm.picklists.selectors import default_choice
from crm.search import selectors
from crm.search.selectors import search
from crm.search.sql import MOST_HITS
from crm.tenants.context import tenant_context
from crm.tenants.wall import build_wall
from tests import make
from tests.people import Firm


def test_too_many_hits_are_capped_and_say_so(inside: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make.account(inside.ana, name=f"Atlas {number}")
    assert not search(inside.ana, "atlas").groups[0].is_capped
    monkeypatch.setattr(selectors, "MOST_HITS", 3)
    assert search(inside.ana, "atlas").groups[0].is_capped


def test_of_too_many_the_names_that_begin_so_are_those_first_in_order(inside: Firm) -> None:
    rows = [
        Account(name=f"Atlas {number:04}", sort_name=f"atlas {number:04}", type=default_choice("account_type"))
        for number in reversed(range(MOST_HITS + 20))
    ]
    Account.objects.bulk_create([*rows, Account(name="Atlas", sort_name="atlas", type=rows[0].type)])
    group = search(inside.ada, "atlas", most=3).groups[0]
    assert group.is_capped and group.hits == MOST_HITS
    assert [one.name for one in group.records] == ["Atlas", "Atlas 0000", "Atlas 0001"]


def test_of_too_many_last_names_come_before_what_contains_it(fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = connections["owner"]
    with tenant_context(fresh_firm.tenant):
        for number in range(8):
            make.lead(fresh_firm.ana, last_name=f"Other {number}", email=f"a.smith{number}@zoo.example")
        for first in ("Ann", "Bob"):
            make.lead(fresh_firm.ana, first_name=first, last_name="Smith")
    try:
        with monkeypatch.context() as patched:
            patched.setattr("crm.search.sql.MOST_HITS", 5)
            build_wall(owner)
        with tenant_context(fresh_firm.tenant):
            group = search(fresh_firm.ada, "smith", most=3).groups[0]
            assert [one.name for one in group.records[:2]] == ["Ann Smith", "Bob Smith"]
            assert group.hits == 7
            assert len(search(fresh_firm.ada, "mith", most=9).groups[0].records) == 5, "nobody is called so"
    finally:
        build_wall(owner)
        owner.close()
