"""What a lead may be, and the way from one status to the next."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from crm.activities.models import Activity
from crm.events.models import Event
from crm.picklists.selectors import choice_meaning, choices
from crm.records.services import LockedError
from leads.conversion import convert_lead, plan_for
from leads.models import Lead
from leads.services import (
    close_as_unqualified,
    create_lead,
    delete_lead,
    meaning_of,
    reopen_lead,
    set_lead_status,
    update_lead,
)
from tests import make
from tests.people import Firm


def reason(label: str = "No budget") -> object:
    return next(one for one in choices("unqualified_reason") if one.label == label)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"last_name": "Bell"}, "email"),
        ({"email": "a@b.example"}, "last_name"),
        ({"company": "  ", "phone": "1"}, "last_name"),
    ],
)
def test_a_lead_needs_a_name_and_a_way_to_reach_it(inside: Firm, values: dict, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        create_lead(actor=inside.ana, values=values)
    assert list(refused.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"last_name": "Bell", "email": "a@b.example"}, "Bell"),
        ({"first_name": "Ann", "last_name": "Bell", "phone": "555-0100"}, "Ann Bell"),
        ({"company": "Acme", "phone": "555-0100"}, "Acme"),
        ({"name": "Ann Marie Bell", "company": "Acme", "phone": "555-0100"}, "Ann Marie Bell"),
    ],
)
def test_a_lead_stands_for_a_person_or_a_company(inside: Firm, values: dict, name: str) -> None:
    lead = create_lead(actor=inside.ana, values=values)
    assert lead.name == name
    assert meaning_of(lead) == "new"


def test_keys_follow_every_write(inside: Firm) -> None:
    lead = make.lead(inside.ana, email="Ann@Acme.Example", phone="(212) 555-0142", company="The Acme Group, Inc.")
    assert (lead.email_key, lead.email_domain) == ("ann@acme.example", "acme.example")
    assert (lead.phone_key, lead.company_key) == ("+12125550142", "acme group")
    update_lead(lead, actor=inside.ana, values={"email": "bo@Other.example", "company": "Zebra"})
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.email_key, lead.email_domain, lead.company_key) == ("bo@other.example", "other.example", "zebra")


def test_open_statuses_follow_each_other_and_are_logged(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    before = lead.status_since
    set_lead_status(lead=lead, status=choice_meaning("lead_status", "qualified"), actor=inside.ana)
    assert meaning_of(Lead.objects.get(pk=lead.pk)) == "qualified"
    assert lead.status_since > before
    event = Event.objects.get(record_id=lead.pk, name="lead.status_changed")
    assert [value["label"] for value in event.changes["status"]] == ["New", "Qualified"]


def test_nobody_sets_a_lead_to_converted_or_closes_it_without_a_reason(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    for meaning in ("converted", "unqualified"):
        with pytest.raises(ValidationError) as refused:
            set_lead_status(lead=lead, status=choice_meaning("lead_status", meaning), actor=inside.ana)
        assert "status" in refused.value.message_dict
        with pytest.raises(ValidationError):
            make.lead(inside.ana, status=choice_meaning("lead_status", meaning))
    assert meaning_of(Lead.objects.get(pk=lead.pk)) == "new"
    status = choice_meaning("lead_status", "unqualified")
    imported = make.lead(inside.ana, status=status, unqualified_reason=reason())
    assert meaning_of(imported) == "unqualified"


def test_closing_leaves_a_task_that_falls_due_and_reopening_keeps_the_history(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    close_as_unqualified(
        lead=lead,
        reason=reason(),
        actor=inside.ana,
        task_subject="Budget again?",
        task_due_on=date(2027, 5, 3),
        task_owner=inside.sam,
    )
    lead = Lead.objects.get(pk=lead.pk)
    assert meaning_of(lead) == "unqualified"
    assert lead.unqualified_reason.label == "No budget"
    task = Activity.objects.get()
    assert (task.subject, task.due_on, task.owner, task.completed_at) == (
        "Budget again?",
        date(2027, 5, 3),
        inside.sam,
        None,
    )
    reopen_lead(lead=lead, actor=inside.ana)
    lead = Lead.objects.get(pk=lead.pk)
    assert (meaning_of(lead), lead.unqualified_reason) == ("working", None)
    names = list(Event.objects.filter(record_id=lead.pk).order_by("at").values_list("name", flat=True))
    assert names == ["lead.created", "lead.unqualified", "lead.status_changed"]


def test_a_rename_of_statuses_changes_no_rule(inside: Firm) -> None:
    from crm.picklists.services import update_choice

    lead = make.lead(inside.ana)
    for status in list(choices("lead_status")):
        update_choice(choice=status, actor=inside.ada, values={"label": f"X {status.meaning}"})
    close_as_unqualified(lead=lead, reason=reason(), actor=inside.ana)
    assert str(Lead.objects.get(pk=lead.pk).status) == "X unqualified"


def test_a_converted_lead_is_read_only(inside: Firm) -> None:
    lead = make.lead(inside.ana, company="Acme")
    update_lead(lead, actor=inside.ana, values={"job_title": "Buyer"})
    convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan_for(lead, inside.ana))
    lead = Lead.objects.get(pk=lead.pk)
    for write in (
        lambda: update_lead(lead, actor=inside.ana, values={"job_title": "Boss"}),
        lambda: set_lead_status(lead=lead, status=choice_meaning("lead_status", "new"), actor=inside.ana),
        lambda: close_as_unqualified(lead=lead, reason=reason(), actor=inside.ana),
        lambda: delete_lead(lead, actor=inside.ana),
    ):
        with pytest.raises(LockedError):
            write()
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.job_title, meaning_of(lead)) == ("Buyer", "converted")
