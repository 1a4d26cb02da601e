"""When a lead or a contact was first and last called, met or written to."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone

from crm.activities.services import create_activity, delete_activity, restore_activity, update_activity
from crm.events.delivery import deliver_all
from crm.events.models import OutboxMessage
from leads.conversion import ConversionPlan, convert_lead, existing, new, undo_conversion
from leads.models import Lead
from tests import make
from tests.people import Firm, client_of

NOW = timezone.now()


def at(days: int) -> Any:
    return NOW - timedelta(days=days)


def times(record: Any) -> tuple[Any, Any]:
    deliver_all()
    now = type(record).objects.get(pk=record.pk)
    return now.first_contacted_at, now.last_contacted_at


def log(firm: Firm, lead: Lead, kind: str, days: int) -> Any:
    return create_activity(kind=kind, records=[lead], actor=firm.ana, body="x", subject="x", occurred_at=at(days))


def test_calls_meetings_and_mails_count_and_notes_and_tasks_do_not(inside: Firm) -> None:
    lead, other = make.lead(inside.ana), make.lead(inside.ana)
    before = lead.updated_at
    log(inside, lead, "note", 9)
    log(inside, lead, "task", 9)
    assert not OutboxMessage.objects.filter(handler="contact-times").exists()
    assert times(lead) == (None, None)
    log(inside, lead, "call", 5)
    assert times(lead) == (at(5), at(5))
    log(inside, lead, "email", 2)
    log(inside, lead, "meeting", 7)
    assert times(lead) == (at(7), at(2))
    assert times(other) == (None, None)
    assert Lead.objects.get(pk=lead.pk).updated_at == before, "nobody has changed the lead"


def test_they_follow_changes_deletions_and_restorations(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    call = log(inside, lead, "call", 5)
    mail = log(inside, lead, "email", 2)
    assert times(lead) == (at(5), at(2))
    update_activity(activity=call, actor=inside.ana, values={"occurred_at": at(8)})
    assert times(lead) == (at(8), at(2))
    delete_activity(activity=mail, actor=inside.ana)
    assert times(lead) == (at(8), at(8))
    restore_activity(activity=mail, actor=inside.ana)
    delete_activity(activity=call, actor=inside.ana)
    assert times(lead) == (at(2), at(2))
    delete_activity(activity=mail, actor=inside.ana)
    assert times(lead) == (None, None)


def test_a_contact_has_them_too_and_those_of_the_lead_that_became_it(inside: Firm) -> None:
    contact, lead = make.contact(inside.ana), make.lead(inside.ana)
    log(inside, contact, "call", 5)
    assert times(contact) == (at(5), at(5))
    log(inside, lead, "meeting", 9)
    log(inside, lead, "note", 1)
    plan = ConversionPlan(contact=existing(contact.pk))
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    assert times(contact) == (at(9), at(5))
    undo_conversion(conversion=done, actor=inside.ana)
    assert times(contact) == (at(5), at(5))


def test_that_a_new_contact_knows_them_does_not_stand_against_undoing(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    log(inside, lead, "meeting", 9)
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))
    assert done.contact is not None and times(done.contact) == (at(9), at(9))
    undo_conversion(conversion=done, actor=inside.ana)
    assert times(lead) == (at(9), at(9))


def test_what_is_planned_is_no_contact_yet(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    log(inside, lead, "meeting", -3)
    assert times(lead) == (None, None)
    log(inside, lead, "call", 0)
    assert times(lead)[0] is not None


def test_a_view_lists_those_that_were_never_contacted(inside: Firm) -> None:
    fresh, called = make.lead(inside.ana, last_name="Fresh"), make.lead(inside.ana, last_name="Called")
    log(inside, called, "call", 1)
    deliver_all()
    client = client_of(inside.ana)
    link = re.search(r'href="(\?view=[^"]+)"[^>]*>\s*Never contacted\s*<', client.get("/acme/leads/").content.decode())
    assert link
    page = client.get(f"/acme/leads/{link[1]}").content.decode()
    assert fresh.name in page and called.name not in page
    assert "Last contacted" in client.get(f"/acme/leads/{called.pk}/").content.decode()


def test_the_list_of_leads_shows_the_last_contact_and_what_each_is_interested_in(inside: Firm) -> None:
    called = make.lead(inside.ana, last_name="Called", product_interest="Telematics")
    make.lead(inside.ana, last_name="Fresh", product_interest="Route planning")
    log(inside, called, "call", 3)
    deliver_all()
    page = client_of(inside.ana).get("/acme/leads/").content.decode()
    head = re.search(r"<thead>.*?</thead>", page, re.S)
    assert head is not None and "Interested in" in head[0] and "Last contacted" in head[0]
    rows = {
        name: row for row in re.findall(r"<tr data-href.*?</tr>", page, re.S) for name in re.findall("Lena (\\w+)", row)
    }
    assert "Telematics" in rows["Called"] and "3 days ago" in rows["Called"]
    assert "Route planning" in rows["Fresh"] and "days ago" not in rows["Fresh"]
