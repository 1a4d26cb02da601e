"""One word, one thing: the next step is the field, or what stands open; cards, lists and pages agree."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.activities.models import ActivityLink
from crm.activities.services import complete_task, create_activity
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, READ_ONLY
from crm.users.services import limit_fields
from leads.conversion import convert_lead, undo_conversion
from leads.conversion.defaults import plan_for
from leads.models import Conversion
from opportunities.services import update_opportunity
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of

DAY, SOON, SHOWN = date(2031, 5, 6), timedelta(days=3), "May 6, 2031"


@pytest.fixture
def deal(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.opportunity(firm.ana, name="Deal X", next_step="")


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", page)).split())


def places(firm: Firm, deal: Any) -> list[str]:
    """The card, the row of the list and the page, as text."""
    client = client_of(firm.ana)
    board = client.get("/acme/opportunities/board/?filters=none").content.decode()
    rows = client.get("/acme/opportunities/?filters=none&columns=name,next_step").content.decode()
    page = client.get(f"/acme/opportunities/{deal.pk}/").content.decode()
    head, details = page.partition('id="details"')[::2]
    found = board.partition('class="board')[2], rows.partition("<tbody>")[2].partition("</tbody>")[0], head, details
    return [text_of(one) for one in found]


def test_an_open_task_is_the_next_step_wherever_one_is_shown(firm: Firm, deal: Any) -> None:
    board, row, head, _details = places(firm, deal)
    assert "No next step" in board and "No next step" in head and row == "Deal X"
    with tenant_context(firm.tenant):
        make_task = {"kind": "task", "records": [deal], "actor": firm.ana}
        create_activity(**make_task, subject="Some day")
        first = create_activity(**make_task, subject="Send the offer", due_on=DAY)
        create_activity(**make_task, subject="Later", due_on=DAY + SOON)
    words = f"Task: Send the offer, by {SHOWN}"
    board, *others = places(firm, deal)
    for place, shown in ((board, f"Task: Send the offer {SHOWN}"), *((one, words) for one in others)):
        assert shown in place and "No next step" not in place
    with tenant_context(firm.tenant):
        complete_task(task=first, actor=firm.ana)
        tomorrow = timezone.now() + timedelta(days=1)
        create_activity(kind="meeting", records=[deal], actor=firm.ana, subject="Demo", occurred_at=tomorrow)
        create_activity(kind="meeting", records=[deal], actor=firm.ana, subject="Held", occurred_at=timezone.now())
    for place in places(firm, deal):
        assert "Meeting: Demo" in place and "Meeting: Held" not in place and "No next step" not in place
    with tenant_context(firm.tenant):
        update_opportunity(deal, actor=firm.ana, values={"next_step": "Sign", "next_step_on": DAY})
    for place in places(firm, deal):
        assert "Sign" in place and SHOWN in place
        assert "Meeting: Demo" not in place.partition("Activity")[0]


def test_it_costs_one_statement_however_many_there_are(firm: Firm, deal: Any) -> None:
    def statements(path: str) -> int:
        client = client_of(firm.ana)
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as taken:
            client.get(path)
        return len(taken)

    paths = ["/acme/opportunities/board/?filters=none", "/acme/opportunities/?filters=none&columns=name,next_step"]
    few = [statements(path) for path in paths]
    with tenant_context(firm.tenant):
        for name in "abc":
            one = make.opportunity(firm.ana, name=name, next_step="")
            create_activity(kind="task", records=[one], actor=firm.ana, subject=f"Call {name}", due_on=today())
    assert [statements(path) for path in paths] == few


@pytest.mark.parametrize("existing", [False, True])
def test_a_leads_next_task_becomes_what_is_next_in_the_opportunity(firm: Firm, existing: bool) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, last_name="Brandt", company="Kestrel")
        task = create_activity(kind="task", records=[lead], actor=firm.ana, subject="Call Ines", due_on=DAY)
        other = make.opportunity(firm.ana, name="Old deal", next_step="Lunch")
    words = f"Task: Call Ines, by {SHOWN}"
    address = f"/acme/leads/{lead.pk}/conversion/"
    form = form_of(client_of(firm.ana), address)
    if existing:
        account = str(other.account_id)
        shown = form.send(accounts=account, contacts="none", opportunities=str(other.pk), preview="1").content.decode()
        assert f"Comes along: {words}. The next step stays “Lunch”." in unescape(shown)
        with tenant_context(firm.tenant):
            update_opportunity(other, actor=firm.ana, values={"next_step": ""})
        for days, told in ((1, "Becomes the next step: {}"), (0, "Comes along: {}"), (-1, "stays “Task: Lunch, by")):
            with tenant_context(firm.tenant):
                due = {"subject": "Lunch", "due_on": DAY + timedelta(days=days)}
                create_activity(kind="task", records=[other], actor=firm.ana, **due)
            shown = form.send(accounts=account, contacts="none", opportunities=str(other.pk), preview="1")
            assert told.format(words) in unescape(shown.content.decode()), days
        return
    assert f"Next step {words}" in text_of(client_of(firm.ana).get(address).content.decode())
    assert form.send().status_code == 303
    with tenant_context(firm.tenant):
        lead.refresh_from_db()
        deal, conversion = lead.opportunity, Conversion.objects.get()
    for place in places(firm, deal):
        assert words.replace(", by", "") in place.replace(", by", "")
    with tenant_context(firm.tenant):
        undo_conversion(conversion=conversion, actor=firm.ana)
        [link] = ActivityLink.objects.filter(activity=task)
        assert link.record_id == lead.pk, "it is the lead's alone again"
        made = convert_lead(lead_id=lead.pk, actor=firm.ana, plan=plan_for(lead, firm.ana))
    assert words in places(firm, made.opportunity)[1]


@pytest.mark.parametrize("limits", [{}, {"next_step": READ_ONLY}, {"next_step": HIDDEN}])
def test_nobody_is_warned_of_a_next_step_that_they_do_not_see(firm: Firm, deal: Any, limits: dict[str, str]) -> None:
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="opportunities", limits=limits)
    is_hidden = HIDDEN in limits.values()
    board, _row, head, _details = places(firm, deal)
    assert ("No next step" in board, "No next step" in head) == (not is_hidden, not is_hidden)
    with tenant_context(firm.tenant):
        update_opportunity(deal, actor=firm.ana, values={"next_step": "Kanarie"})
    for place in places(firm, deal):
        assert "No next step" not in place and ("Kanarie" in place) <= (not is_hidden)
