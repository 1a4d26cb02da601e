"""Whoever brings a file in has not done what it tells; whom it gives records to is seen before."""

from __future__ import annotations

from accounts.models import Account
from crm.events.delivery import deliver_all
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity, StageVisit
from tests import make
from tests.imports.steps import bring_in, tenant_of, told
from tests.imports.test_business_time import DEALS
from tests.people import Firm, client_of


def test_who_brings_a_file_in_has_done_nothing_that_it_tells(fresh_firm: Firm) -> None:
    """Nobody knows who moved and won what a file tells of: it was not the person who imported it."""
    firm = fresh_firm
    bring_in(firm, "opportunities", DEALS)
    assert (
        bring_in(firm, "opportunities", "Name,Account,Stage,Closed\nRunning,Heron,Won,2026-04-05\n").updated_count == 1
    )
    with tenant_context(tenant_of(firm)):
        deliver_all()
        found = {one.name: one for one in Opportunity.objects.all()}
        kestrel = Account.objects.get(name="Kestrel")
        assert {visit.entered_by for visit in StageVisit.objects.all()} == {None}
        make.opportunity(firm.ada, name="By hand", account=kestrel)
        assert StageVisit.objects.get(opportunity__name="By hand").entered_by == firm.ada
    shown = told(client_of(firm.ada).get(f"/{firm.tenant.slug}/accounts/{kestrel.pk}/"))
    assert "won Later win on Mar 5, 2018 (imported by Ada Admin)" in shown
    assert "because Ada Admin imported the opportunity as won" in shown and "Ada Admin won" not in shown
    for name, said in (
        ("Old win", "Ada Admin imported this as won"),
        ("Old loss", "Ada Admin imported this as lost: Price"),
        ("Running", "Ada Admin imported this as won"),
        ("Undated", "Ada Admin imported this"),
    ):
        for place in ("", "history/"):
            shown = told(client_of(firm.ada).get(f"/{firm.tenant.slug}/opportunities/{found[name].pk}/{place}"))
            assert said in shown, (name, place)
            assert not any(f"Ada Admin {word}" in shown for word in ("created", "won", "marked", "moved")), name
        stays = told(client_of(firm.ada).get(f"/{firm.tenant.slug}/opportunities/{found[name].pk}/stages/"))
        assert "Ada Admin" not in stays.split("Time in stage")[1].split("</table>")[0].split("Age")[0].split("Cycle")[0]
