"""A lead fails on budget: closed with a reason, follow-up in six months, on the newsletter's list; the task falls due;
reopened; budget found; converted. Over HTTP, without JavaScript, as two people do it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from crm.activities.models import Activity
from crm.events.delivery import deliver_all
from crm.mailing_lists.selectors import memberships_of
from crm.mailing_lists.services import create_list
from crm.picklists.selectors import choices
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from leads.models import Lead
from leads.services import meaning_of
from leads.vetting.selectors import vetting_of
from tests import make
from tests.leads.browser_form import form_values
from tests.leads.vetting.asking import ask_for, criterion
from tests.people import Firm, client_of


class Story:
    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        with tenant_context(firm.tenant):
            self.lead = make.lead(firm.ana, last_name="Brandt", company="Kestrel Logistics")
            self.news = create_list(actor=firm.ada, name="Newsletter")
            self.criteria = {key: criterion(key).pk for key in ("budget", "authority", "need", "timeline")}
        self.ana, self.max = client_of(firm.ana), client_of(firm.max)

    def url(self, name: str, **more: Any) -> str:
        return self.firm.url(name, record_id=self.lead.pk, **more)

    def vet(self, client: Client, key: str, answer: str, evidence: str) -> None:
        path = self.url("leads:vetting_answer", criterion_id=self.criteria[key])
        assert client.post(path, {"answer": answer, "evidence": evidence, "seen": ""}).status_code == 303

    def page(self, client: Client) -> str:
        return client.get(self.url("leads:record")).content.decode()

    def fresh(self) -> Lead:
        return Lead.objects.select_related("contact", "opportunity").get(pk=self.lead.pk)


def test_no_budget_now_budget_later(firm: Firm) -> None:
    story = Story(firm)
    ask_for(firm, "budget", unmet="block")
    story.vet(story.ana, "need", "yes", "Loses two trucks a week")
    story.vet(story.ana, "budget", "no", "Nothing before summer")
    in_six_months = close_with_all_three(story)
    with time_machine.travel(
        datetime.combine(in_six_months, datetime.min.time(), tzinfo=firm.tenant.zone) + timedelta(hours=9)
    ):
        story.ana, story.max = client_of(firm.ana), client_of(firm.max)
        the_task_falls_due(story)
        reopen_and_find_the_budget(story)
        convert(story)


def close_with_all_three(story: Story) -> Any:
    """One dialog: why, what is to be done when and by whom, and which list."""
    dialog = story.ana.get(story.url("leads:closing"))
    assert "Newsletter" in dialog.content.decode()
    with tenant_context(story.firm.tenant):
        no_budget = next(one for one in choices("unqualified_reason") if one.label == "No budget")
        due = today() + timedelta(days=182)
    form = {
        **form_values(dialog.content.decode(), "dialog-body"),
        "unqualified_reason": str(no_budget.pk),
        "task_subject": "Ask again about budget",
        "task_due_on": due.isoformat(),
        "task_owner": str(story.firm.max.pk),
        "lists": str(story.news.pk),
    }
    assert story.ana.post(story.url("leads:closing"), form).status_code == 303
    page = story.page(story.ana)
    assert "Newsletter" in page and "Ask again about budget" in page and "Nothing before summer" in page
    with tenant_context(story.firm.tenant):
        lead = story.fresh()
        assert (meaning_of(lead), lead.unqualified_reason) == ("unqualified", no_budget)
        assert [row.mailing_list for row in memberships_of(lead)] == [story.news]
    conversion = story.ana.get(story.url("leads:conversion"))
    assert conversion.status_code == 409 and "Reopen it before you convert it" in conversion.content.decode()
    return due


def the_task_falls_due(story: Story) -> None:
    day = story.max.get(story.firm.url("home:my_day")).content.decode()
    assert "Ask again about budget" in day
    assert "Ask again about budget" not in story.ana.get(story.firm.url("home:my_day")).content.decode()
    with tenant_context(story.firm.tenant):
        task = Activity.objects.get(subject="Ask again about budget")
        assert task.is_open_task and task.due_on == today()
    done = story.firm.url("activities:completion", activity_id=task.pk)
    assert story.max.post(done).status_code == 303


def reopen_and_find_the_budget(story: Story) -> None:
    assert story.max.post(story.url("leads:closing"), {"_method": "DELETE"}).status_code == 303
    page = story.page(story.max)
    assert "Round 2" in page and "Nothing before summer" in page, "what was found before is at hand"
    blocked = story.max.get(story.url("leads:conversion")).content.decode()
    assert "Not vetted yet: Budget" in blocked
    form = form_values(blocked, "convert-page")
    assert story.max.post(story.url("leads:conversion"), form).status_code == 422
    story.vet(story.max, "budget", "yes", "60,000 approved on Monday")
    history = story.max.get(story.url("leads:vetting")).content.decode()
    assert history.index("60,000 approved") < history.index("Nothing before summer")


def convert(story: Story) -> None:
    """Max converts, Sam sells and is told, and finds the vetting on his opportunity."""
    firm = story.firm
    form = form_values(story.max.get(story.url("leads:conversion")).content.decode(), "convert-page")
    assert story.max.post(story.url("leads:conversion"), form | {"owner": str(firm.sam.pk)}).status_code == 303
    firm.tenant.__dict__.pop("_memo", None)
    with tenant_context(firm.tenant):
        deliver_all()
        lead = story.fresh()
        assert lead.converted_at is not None and lead.converted_at <= timezone.now()
        assert [row.mailing_list for row in memberships_of(Contact.objects.get())] == [story.news]
        vetting = vetting_of(lead, is_open=False)
        assert [one.number for one in (vetting.current, *vetting.earlier)] == [2, 1]
    sam = client_of(firm.sam)
    told = sam.get(firm.url("notices:index")).content.decode()
    assert "Max Manager converted a lead for you" in told, "the lead itself is of a team that Sam does not see"
    deal = sam.get(firm.url("opportunities:record", record_id=lead.opportunity_id)).content.decode()
    assert "60,000 approved on Monday" in deal and "Max Manager" in deal
