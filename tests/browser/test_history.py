"""A record's history: its values are read without moving the page, on a phone too."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.tenants.context import tenant_context
from opportunities.services import update_opportunity
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm

SIZES: dict[str, Any] = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1440, "height": 900}}
LEAST = 300  # pixels of the column of changes: it had 110 of 1,440


@pytest.mark.parametrize("size", SIZES)
def test_changes_have_room(fresh_firm: Firm, page: Page, server: str, sign_in: SignIn, size: str) -> None:
    with tenant_context(fresh_firm.tenant):
        deal = make.opportunity(fresh_firm.ana, name="Fuel analytics for Hazel Utilities")
        update_opportunity(deal, actor=fresh_firm.ana, values={"name": "Fuel", "next_step": "Send them the offer"})
    page.set_viewport_size(SIZES[size])
    sign_in(fresh_firm.ana)
    page.goto(f"{server}{fresh_firm.url('opportunities:history', record_id=deal.pk)}")
    changes = page.locator("td .changes").first
    expect(changes).to_contain_text("Send them the offer")
    box = changes.bounding_box()
    assert box and box["width"] >= LEAST and box["x"] >= 0 and box["x"] + box["width"] <= SIZES[size]["width"]
