"""Undo beside "Logged." takes back all that the press has made, and what it has taken back comes back as a whole."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest

from crm.activities.models import Activity
from crm.activities.services import complete_task, delete_activity
from crm.tenants.context import tenant_context
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of

DAY = date(2030, 4, 3)
BEFORE = ("Call", DAY)


def press_undo(client: Any, page: str) -> str:
    """Press the Undo of the toast on ``page``; return the page that it leads to."""
    return undone(client, page).content.decode()


def undone(client: Any, page: str) -> Any:
    address = r'action="([^"]+/deletion/[^"]*)">'
    form = re.search(address + r'(?:(?!</form>).)*?name="_method" value="(\w+)"', page, re.S)
    assert form is not None
    return client.post(html.unescape(form[1]), {"_method": form[2]}, follow=True)


def there(firm: Firm, record: Any) -> tuple[list[str], Any]:
    with tenant_context(firm.tenant):
        kinds = Activity.objects.filter(deleted_at=None).order_by("kind").values_list("kind", flat=True)
        step = Opportunity.objects.filter(pk=record.pk).values_list("next_step", "next_step_on").first()
        return list(kinds), step


@pytest.mark.parametrize(
    ("make_record", "reminder", "made"),
    [
        (lambda firm: make.lead(firm.ana), "", ["call", "task"]),
        (lambda firm: make.opportunity(firm.ana, next_step="Call", next_step_on=DAY), "", ["call"]),
        (lambda firm: make.opportunity(firm.ana, next_step="Call", next_step_on=DAY), "morning", ["call", "task"]),
    ],
    ids=["task", "step", "both"],
)
def test_undo_takes_back_all_that_one_press_made(firm: Firm, make_record: Any, reminder: str, made: list[str]) -> None:
    with tenant_context(firm.tenant):
        record = make_record(firm)
    client = client_of(firm.ana)
    step = BEFORE if isinstance(record, Opportunity) else None
    page = client.get(f"/acme/{record.type_key}/{record.pk}/").content.decode()
    seen = re.search(r'name="step_seen"[^>]*value="([^"]*)"', page)
    said = {"kind": "call", "body": "Met\r\nAnn", "next_step": "Send offer", "due_on": "2031-01-02"}
    said |= {"reminder": reminder}
    data = {"record_type": record.type_key, "record_id": str(record.pk), **said}
    data |= {"step_seen": html.unescape(seen[1])} if seen else {}
    page = client.post(firm.url("activities:new"), data, follow=True).content.decode()
    after = ("Send offer", date(2031, 1, 2)) if step else None
    assert there(firm, record) == (made, after)
    answer = undone(client, page)
    page, address = answer.content.decode(), answer.redirect_chain[-1][0]
    assert there(firm, record) == ([], step)
    assert "“Met” was deleted." in page, "its first line, without what browsers end it with"
    composer = form_of(client, address, like=firm.url("activities:new"))
    assert {name: composer.data[name] for name in said} == {name: [one] for name, one in said.items()}
    press_undo(client, page)
    assert there(firm, record) == (made, after)
    composer = form_of(client, address, like=firm.url("activities:new"))
    assert "Met" not in composer.data["body"][0], "it is back, and not to be logged twice"


@pytest.mark.parametrize(
    ("since", "told", "left"),
    [
        (lambda task, who: complete_task(task=task, actor=who), "has been worked on since, and stays.", ["task"]),
        (lambda task, who: delete_activity(activity=task, actor=who), "The task was deleted meanwhile.", []),
    ],
    ids=["done", "deleted"],
)
def test_what_became_of_the_task_since_is_said(firm: Firm, since: Any, told: str, left: list[str]) -> None:
    with tenant_context(firm.tenant):
        lead: Lead = make.lead(firm.ana)
    client = client_of(firm.ana)
    data = {"record_type": "leads", "record_id": str(lead.pk), "kind": "call", "body": "Met", "next_step": "Offer"}
    page = client.post(firm.url("activities:new"), data, follow=True).content.decode()
    with tenant_context(firm.tenant):
        since(Activity.objects.get(kind="task"), firm.ana)
    assert told in press_undo(client, page)
    assert there(firm, lead) == (left, None)


def test_undo_of_a_task_that_stands_on_no_record_gives_back_what_was_typed(firm: Firm) -> None:
    """It led to Tasks, which has no composer. Nobody else gets it by its address."""
    client, said = (
        client_of(firm.ana),
        {"body": "Book a room\nfor ten", "due_on": "2031-01-02"},
    )
    page = client.post(firm.url("activities:new"), {"kind": "task", **said}, follow=True).content.decode()
    answer = undone(client, page)
    address = answer.redirect_chain[-1][0]
    composer = form_of(client, address, like=firm.url("activities:new"))
    assert {name: composer.data[name] for name in said} == {name: [one] for name, one in said.items()}
    assert form_of(client_of(firm.sam), address, like=firm.url("activities:new")).data["body"] == [""]
    press_undo(client, answer.content.decode())
    composer = form_of(client, address, like=firm.url("activities:new"))
    assert composer.data["body"] == [""], "it is back, and not to be added twice"
