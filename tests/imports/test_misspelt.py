"""Companies of a file whose names are written otherwise here: but for an umlaut, a legal form or a letter."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from contacts.models import Contact
from crm.tenants.context import tenant_context
from tests import make
from tests.imports.steps import bring_in, download, finished, sent, told
from tests.imports.test_words import Page
from tests.people import Firm, client_of


@pytest.mark.parametrize(("here", "there"), [
    ("Größenwahn", "Groessenwahn"), ("Groessenwahn GmbH", "Größenwahn"), ("Müller & Soehne", "Mueller & Söhne KG"),
    ("Århus Havn", "Aarhus Havn"), ("Bjørn A/S", "Bjoern A/S"), ("Straße 8", "Strasse 8"), ("Cañón", "Canon"),
    ("Kestrel Machines", "Kestral Machines Ltd"), ("Heron", "Hern"), ("Osprey GmbH", "Opsrey"), ("Merlin", "Meerlin"),
    ("Smith & Co", "smith and co"), ("Mueller und Soehne", "Müller & Söhne GmbH"), ("Rossi e Figli", "Rossi + Figli"),
    ("Ромашка", "Ромушка"), ("Світанок", "Свтанок"), ("Unit 24", "Unit 242"),
])  # fmt: skip
def test_a_firm_written_with_an_umlaut_or_a_letter_that_is_wrong_is_proposed(firm: Firm, here: str, there: str) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ada, name=here)
        make.account(firm.ada, name="Another")
    page = Page(firm, "contacts", f"last name,account\nBell,{there}\n")
    if page.questions.words:
        assert page.words("account")[there] == (1, here), "proposed, and shown"
    run = finished(firm, page.send(sent(page.answer)))
    assert run.created_count == 1
    with tenant_context(firm.tenant):
        assert Contact.objects.get().account_id == account.pk


def test_a_letter_that_is_wrong_is_seen_after_many_long_names_too(firm: Firm) -> None:
    """And those cost no more statements than one: their tens of thousands of spellings go into the same."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Kestrel")
    others = [f"Bell,{chr(97 + number % 26) * (3 + number // 26)} of the quite unknown names\n" for number in range(39)]
    costs = []
    for count in (1, 39):
        page = Page(firm, "contacts", f"last name,account\n{''.join(others[:count]) * 2}Bell,Kestral\n")
        assert page.words("account")["Kestral"] == (1, "Kestrel")
        with CaptureQueriesContext(connection) as statements:
            page.client.get(page.address)
        costs.append(len(statements))
    assert costs[1] <= costs[0]


@pytest.mark.parametrize("dry_run", [{}, {"dry_run": "1"}])
def test_a_row_renames_nobody_whose_name_it_only_spells_otherwise(firm: Firm, dry_run: dict[str, str]) -> None:
    """“Müller & Söhne” became “Müller & Sohne” without a word; so did one that an earlier row had made."""
    with tenant_context(firm.tenant):
        known = make.account(firm.ada, name="Müller & Söhne GmbH", city="Ulm", external_id="m1")
    rows = "name,city\nMüller & Sohne GmbH,Bonn\nİstanbul A.Ş.,\nISTANBUL A.S.,Bursa\n"
    run = bring_in(firm, "accounts", rows, **dry_run)
    assert (run.created_count, run.updated_count) == (1, 1)
    said = "Taken for “Müller & Söhne GmbH”, which is spelt differently from “Müller & Sohne GmbH”."
    assert said in download(firm, run, query="?remarks=1") and "Taken for “İstanbul A.Ş.”" in told(
        client_of(firm.ada).get(f"/acme/imports/{run.pk}/")
    )
    if not dry_run:
        with tenant_context(firm.tenant):
            names = dict(Account.objects.values_list("name", "city"))
        assert names == {"Müller & Söhne GmbH": "Bonn", "İstanbul A.Ş.": "Bursa"}
        assert bring_in(firm, "accounts", "external id,name\nm1,MÜLLER\nm1,Muller\n").updated_count == 1
        with tenant_context(firm.tenant):
            known.refresh_from_db()
            assert known.name == "Muller", "who gives its id renames it"
