"""What waits for the people of the demo workspace this morning: tasks due, overdue and coming."""

from __future__ import annotations

from datetime import timedelta

from crm.activities.models import ActivityKind, Reminder
from crm.activities.services import create_activity
from crm.demo import words
from crm.demo.story import Story
from crm.picklists.selectors import ids_meaning, stage_ids_meaning
from crm.tenants.clock import today
from leads.models import Lead
from opportunities.models import Opportunity
from opportunities.services import update_opportunity

DUE_IN_DAYS = (-6, -2, -1, 0, 0, 0, 1, 2, 4, 6)
LEADS_DUE_IN_DAYS = (0, -1, 1, 3)
FORGOTTEN = 0.2  # of the deals, for nobody is perfect


def set_out_tasks(story: Story) -> None:
    """Give every seller tasks on their open deals, and next steps in the days around today."""
    for seller in story.cast.sellers:
        deals = list(
            Opportunity.objects.filter(owner=seller, stage__in=stage_ids_meaning("open"))
            .select_related("contact", "account")
            .order_by("-amount_minor", "id")[: len(DUE_IN_DAYS)]
        )
        for deal, days in zip(deals, DUE_IN_DAYS, strict=False):
            if story.chance(FORGOTTEN):
                continue
            first = deal.contact.first_name if deal.contact else "them"
            due_on = today() + timedelta(days=days)
            subject = story.line(words.TASKS, first=first)
            create_activity(
                kind=ActivityKind.TASK,
                records=[deal],
                actor=seller,
                subject=subject,
                due_on=due_on,
                reminder=Reminder.MORNING if days == 1 else Reminder.NONE,
            )
            values = {"next_step": story.one_of(words.NEXT_STEPS), "next_step_on": due_on}
            if deal.expected_close_on and deal.expected_close_on < today() and story.chance(0.8):
                values["expected_close_on"] = today() + timedelta(days=story.random.randrange(5, 50))
            update_opportunity(deal, actor=seller, values=values)
        leads = Lead.objects.filter(owner=seller, converted_at=None, status__in=ids_meaning("lead_status", "working"))
        for lead, days in zip(leads.order_by("-created_at", "id"), LEADS_DUE_IN_DAYS, strict=False):
            subject = story.line(words.TASKS[:1], first=lead.first_name)
            due_on = today() + timedelta(days=days)
            create_activity(kind=ActivityKind.TASK, records=[lead], actor=seller, subject=subject, due_on=due_on)
