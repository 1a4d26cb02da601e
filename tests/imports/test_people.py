"""Whoever brings a file in has not done what it tells; whom it gives records to is seen before."""

from __future__ import annotations

import pytest

from accounts.models import Account
from crm.events.delivery import deliver_all
from crm.imports.models import ImportRow
from crm.tenants.context import tenant_context
from crm.users.services import update_member
from leads.models import Lead
from opportunities.models import Opportunity, StageVisit
from tests import make
from tests.imports.steps import bring_in, finished, sent, tenant_of, told
from tests.imports.test_business_time import DEALS
from tests.imports.test_words import Page
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


@pytest.mark.parametrize(
    ("answer", "owner", "counts"),
    [("", "Sam Seller", (2, 0)), ("use:ana", "Ana Owner", (2, 0)), ("empty", None, (2, 0)), ("refuse", "", (1, 1))],
)
def test_somebody_deactivated_gets_records_after_a_word(
    firm: Firm, answer: str, owner: str | None, counts: tuple[int, int]
) -> None:
    """A file names whom it names; that the person has left is seen on the columns page and row by row."""
    with tenant_context(firm.tenant):
        known = {"role": firm.sam.role, "team": firm.sam.team, "name": firm.sam.name}
        update_member(actor=firm.ada, member=firm.sam, is_active=False, **known)
    text = "Last name,Email,Owner\nOwl,owl@a.example,Sam Seller\nKite,kite@a.example,Ana Owner\n"
    page = Page(firm, "leads", text)
    asked = told(page.answer)
    assert "Sam Seller is deactivated." in asked and "Sam Seller (sam@acme.example, deactivated)" in asked
    [word] = page.question("owner").words
    assert (word.answer, word.proposal[0]) == ("", f"use:{firm.sam.pk}"), "who is named is proposed to be kept"
    assert "Add as a member" not in asked
    data = sent(page.answer)
    if answer:
        data["answer_owner"] = [answer.replace("ana", str(firm.ana.pk))]
    tried = finished(firm, page.send(data | {"dry_run": "1"}))
    shown = told(page.client.get(f"/acme/imports/{tried.pk}/")).split("Row by row")[1]
    assert "Would be created" in shown and "Created" not in shown
    assert (tried.created_count, tried.refused_count) == counts
    with tenant_context(firm.tenant):
        said = [row.remarks for row in ImportRow.objects.filter(run=tried).order_by("number")]
    assert said == [["Owner: Sam Seller is deactivated."] if answer in ("", "refuse") else [], []]
    page.client.post(f"/acme/imports/{tried.pk}/run/", {"import": "1", "tried": str(tried.tried_at)})
    finished(firm, tried)
    with tenant_context(firm.tenant):
        owl = Lead.objects.filter(last_name="Owl").first()
        assert (owl.owner.name if owl.owner else None) == owner if owl else owner == ""
