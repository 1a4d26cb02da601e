"""Nights in which clocks go forward or back: times that they do not tell are refused, and exported with their zone."""

from __future__ import annotations

from crm.tenants.context import tenant_context
from leads.models import Lead
from tests.imports.steps import bring_in, tenant_of, told
from tests.imports.test_round_trip import exported
from tests.imports.test_words import Page
from tests.people import Firm

ROWS = """name,email,created
Gap,g@a.example,2024-03-10 02:30
Twice,t@a.example,2024-11-03 01:30
Day,d@a.example,2024-03-10
Second,s@a.example,2024-11-03 01:30-05:00
"""


def test_a_time_that_no_clock_shows_or_shows_twice_refuses_its_row(firm: Firm) -> None:
    """Told before anything is written; the one whose zone is said comes in, and goes through a sheet unchanged."""
    shown = told(Page(firm, "leads", ROWS).answer)
    assert "There is no 02:30 on Mar 10, 2024" in shown and "The clock shows 01:30 twice on Nov 3, 2024" in shown
    assert bring_in(firm, "leads", ROWS).refused_count == 2
    again = bring_in(firm, "leads", exported(firm, "leads", "xlsx"))
    assert (again.unchanged_count, again.updated_count, again.refused_count) == (2, 0, 0)
    with tenant_context(tenant_of(firm)):
        found = {one.last_name: str(one.created_at)[:16] for one in Lead.objects.all()}
    assert found == {"Day": "2024-03-10 05:00", "Second": "2024-11-03 06:30"}
