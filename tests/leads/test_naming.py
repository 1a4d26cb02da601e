"""What the opportunity of a conversion is called: after the account that is chosen, unless somebody typed a name."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of

CHOSEN = "Müller & Söhne GmbH"


@pytest.fixture
def lead(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.lead(firm.ana, last_name="Brandt", company="Mueller & Soehne", product_interest="Pumps")


def name_of_the_opportunity(firm: Firm) -> str:
    with tenant_context(firm.tenant):
        return Opportunity.objects.get().name


@pytest.mark.parametrize("typed", ["", "Pumps for the yard"])
def test_an_account_chosen_in_the_window_names_it_unless_a_name_was_typed(firm: Firm, lead: Any, typed: str) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name=CHOSEN)
    address = f"/acme/leads/{lead.pk}/conversion/"
    mine = form_of(client_of(firm.ana), address)
    values = {"accounts": "new", "opportunities": "new", "contacts": "new"}
    chosen = values | {"accounts": str(account.pk)} | ({"opportunities-name": typed} if typed else {})
    window = replace(mine, fragment=True)  # as htmx asks in it
    preview = window.send(**chosen, preview="1").content.decode()
    said = unescape(re.sub("<[^>]+>", "", preview))
    assert f"creates the opportunity “{typed or f'{CHOSEN} – Pumps'}”" in said
    swapped = re.search(r'<input[^>]*name="opportunities-name"[^>]*>', preview)
    assert (swapped is None) == bool(typed)
    if swapped:
        assert 'value="Müller &amp; Söhne GmbH – Pumps"' in swapped[0] and 'hx-swap-oob="true"' in swapped[0]
        shown = {"shown_for": CHOSEN, "opportunities-name": f"{CHOSEN} – Pumps"}
        back = window.send(**values, **shown, preview="1").content.decode()
        assert 'value="Mueller &amp; Soehne – Pumps"' in back, "chosen otherwise again"
    announced = re.search(r'name="announced" value="([^"]*)"', preview)
    assert announced and mine.send(**chosen, announced=announced[1]).status_code == 303
    assert name_of_the_opportunity(firm) == (typed or f"{CHOSEN} – Pumps")


def test_one_that_is_surely_the_same_names_it_from_the_start(firm: Firm, lead: Any) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ana, name=CHOSEN)
    mine = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/conversion/")
    assert mine.send().status_code == 303
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.select_related("account").get()
        assert deal.account is not None and deal.name == f"{deal.account.name} – Pumps"


def test_a_company_typed_anew_names_it_and_so_does_an_empty_field(firm: Firm, lead: Any) -> None:
    new = {"accounts": "new", "accounts-name": "Mueller Pumpen AG", "opportunities": "new"}
    mine = form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/conversion/")
    assert mine.send(**new, **{"opportunities-name": ""}).status_code == 303
    assert name_of_the_opportunity(firm) == "Mueller Pumpen AG – Pumps"
