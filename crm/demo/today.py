"""What waits for the people of the demo workspace this morning, left by them the evening before.

Tasks due, overdue and coming; leads of companies and people that are known already; and a mailing list.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from contacts.models import Contact
from contacts.picklists import Relationship
from crm.activities.models import ActivityKind, Reminder
from crm.activities.services import create_activity
from crm.demo import words
from crm.demo.funnel import Funnel
from crm.demo.story import Story, choice_called, person_facts
from crm.mailing_lists.services import create_list, put_on_lists
from crm.picklists.models import Meaning
from crm.picklists.selectors import ids_meaning, stage_ids_meaning
from crm.tenants.clock import day_of
from crm.users.models import Membership
from leads.models import Lead
from leads.picklists import LeadStatus
from leads.services import create_lead
from opportunities.models import Opportunity
from opportunities.services import update_opportunity

DUE_IN_DAYS = (-6, -2, -1, 0, 0, 0, 1, 2, 4, 6)
LEADS_DUE_IN_DAYS = (0, -1, 1, 3)
FORGOTTEN = 0.2  # of the deals, for nobody is perfect
NEWSLETTER = "Customer newsletter"
KNOCKING = 8  # leads of the last days who are known already


def leave_for_today(story: Story, funnel: Funnel) -> None:
    """Plan the last working day of the story: what each seller leaves for the morning after."""
    for seller in story.cast.sellers:
        story.at(story.last_day, lambda seller=seller: leave_tasks(story, seller))  # type: ignore[misc]
    for _number in range(KNOCKING):
        story.at(story.last_day - timedelta(days=story.random.randrange(4)), lambda: knock_again(story, funnel))
    story.at(story.last_day - timedelta(days=7), lambda: start_newsletter(story))


def leave_tasks(story: Story, seller: Membership) -> None:
    """Give the seller tasks on their open deals and leads, and next steps in the days around the morning after."""
    morning = day_of(story.now + timedelta(hours=12))
    deals = list(
        Opportunity.objects.filter(owner=seller, stage__in=stage_ids_meaning(Meaning.OPEN))
        .select_related("contact", "account")
        .order_by("-amount_minor", "name", "created_at")[: len(DUE_IN_DAYS)]
    )
    for deal, days in zip(deals, DUE_IN_DAYS, strict=False):
        if story.chance(FORGOTTEN):
            continue
        first = deal.contact.first_name if deal.contact else "them"
        due_on = morning + timedelta(days=days)
        create_activity(
            kind=ActivityKind.TASK,
            records=[deal],
            actor=seller,
            subject=story.line(words.TASKS, first=first),
            due_on=due_on,
            reminder=Reminder.MORNING if days == 1 else Reminder.NONE,
        )
        values = {"next_step": story.one_of(words.NEXT_STEPS), "next_step_on": due_on}
        if deal.expected_close_on and deal.expected_close_on < morning and story.chance(0.8):
            values["expected_close_on"] = morning + timedelta(days=story.random.randrange(5, 50))
        update_opportunity(deal, actor=seller, values=values)
    leads = Lead.objects.filter(
        owner=seller, converted_at=None, status__in=ids_meaning("lead_status", LeadStatus.WORKING)
    )
    for lead, days in zip(leads.order_by("-created_at", "name"), LEADS_DUE_IN_DAYS, strict=False):
        subject = story.line(words.TASKS[:1], first=lead.first_name)
        due_on = morning + timedelta(days=days)
        create_activity(kind=ActivityKind.TASK, records=[lead], actor=seller, subject=subject, due_on=due_on)


def knock_again(story: Story, funnel: Funnel) -> None:
    """A lead of a company that we sell to just now: another person, or the very one we talk to."""
    still_open = set(Opportunity.objects.filter(stage__in=stage_ids_meaning(Meaning.OPEN)).values_list("pk", flat=True))
    facts = story.one_of([one for one in funnel.told if one["deal"].pk in still_open])
    company, account, contact = facts["company"], facts["deal"].account, facts["deal"].contact
    person: dict[str, Any] = person_facts(story, company)
    if contact is not None and story.chance(0.4):
        names = ("first_name", "last_name", "email", "phone", "job_title")
        person = {name: getattr(contact, name) for name in names}
    person.pop("role", None)
    values = {
        **person,
        "company": account.name,
        "website": f"https://www.{company['domain']}",
        "city": company["city"],
        "country": company["country"],
        "source": choice_called("lead_source", "Web form"),
        "product_interest": story.one_of(words.PRODUCTS)[0],
        "owner": facts["deal"].owner,
    }
    create_lead(actor=facts["deal"].owner, values=values)


def start_newsletter(story: Story) -> None:
    """A mailing list, with most of the clients on it; some of them have asked for no mail to many."""
    newsletter = create_list(
        actor=story.cast.admin, name=NEWSLETTER, description="Twice a year: what is new, and who uses it how."
    )
    clients = Contact.objects.filter(relationship__in=ids_meaning("relationship", Relationship.CLIENT))
    for contact in clients.order_by("sort_name", "email"):
        if story.chance(0.7):
            put_on_lists(record=contact, lists=[newsletter], actor=story.cast.admin)
