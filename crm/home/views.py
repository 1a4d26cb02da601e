"""My day: the page that a workspace opens on."""

from __future__ import annotations

from itertools import chain
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm import catalogue
from crm.activities.meetings import MOST_SHOWN, meeting_rows, on_days, planned_meetings
from crm.activities.models import Activity
from crm.activities.refs import RecordRef, named_records, places_of
from crm.activities.selectors import MyTasks, my_tasks
from crm.activities.task_views import task_rows
from crm.home.selectors import (
    MOST,
    Total,
    is_empty_workspace,
    my_open,
    my_pipeline,
    new_for_me,
    new_in_pool,
    new_leads,
    pipeline_week,
    sees_week,
    waiting_opportunities,
)
from crm.pages.recent import recent_places
from crm.tenants.clock import today
from crm.ui import format as formats
from crm.ui import respond
from crm.ui.http import is_fragment
from crm.users.access import may
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership
from crm.users.selectors import members
from leads.models import Lead
from opportunities.models import Opportunity

TASKS_SHOWN = 25  # of each group; the Tasks page has them all


@require_GET
def my_day(request: WorkspaceRequest) -> HttpResponse:
    """``GET /``: what is due, what waits, what is new. A fixed number of queries. htmx gets the tasks alone, or, with
    ``?numbers``, how many they are: a task that was done stays where it is until one looks again."""
    actor, now = request.actor, today()
    tasks = my_tasks(actor, now)
    meetings = list(planned_meetings(actor, "me", now)[:MOST_SHOWN])
    if is_fragment(request) and "numbers" in request.GET:
        counts = [{"key": when, "count": _count(tasks, when, meetings)} for when in ("overdue", "today", "soon")]
        numbers = {"groups": counts, "stats": _stats(actor, tasks, meetings), "only_numbers": True}
        return respond(request, "home/my_day.html", numbers, partial="numbers")
    shown = [tasks.overdue[:TASKS_SHOWN], tasks.today[:TASKS_SHOWN], tasks.soon[:TASKS_SHOWN], meetings]
    places = places_of(chain.from_iterable(shown))
    recent = [] if is_fragment(request) else recent_places(request)
    named = named_records(actor, chain(recent, *places.values()))
    refs = {key: [named[place] for place in its if place in named] for key, its in places.items()}
    groups = {"groups": _groups(actor, tasks, meetings, refs), "new_task_url": reverse("activities:new")}
    if is_fragment(request):
        return respond(request, "home/my_day.html", groups, partial="tasks")
    waiting = waiting_opportunities(actor, now)
    mine, pool = new_leads(actor)
    context: dict[str, Any] = {
        "greeting": _greeting(actor),
        "today": now,
        "day_words": formats.day_long(now),
        **groups,
        "waiting": [{"row": one, "url": catalogue.url(one.opportunity)} for one in waiting],
        "sees_leads": may(actor, "view", Lead.type_key),
        "mine": [{"record": lead, "url": catalogue.url(lead)} for lead in mine],
        "pool": [{"record": lead, "url": catalogue.url(lead)} for lead in pool],
        "recent": [named[place] for place in recent if place in named][:MOST],
        "stats": _stats(actor, tasks, meetings),
        **_links(actor),
    }
    if not (tasks.all or waiting or mine or pool or recent) and is_empty_workspace():
        context["steps"] = _first_steps(actor)
    return respond(request, "home/my_day.html", context, partial="tasks")


def _groups(
    actor: Membership, tasks: MyTasks, meetings: list[Activity], refs: dict[UUID, list[RecordRef]]
) -> list[dict[str, Any]]:
    """My tasks by their days: what each group is called, how many they are, the first of them, and where all are."""
    words = {
        "overdue": (_("Overdue"), _("Nothing is overdue.")),
        "today": (_("Today"), _("Nothing is due today.")),
        "soon": (_("Next 7 days"), _("Nothing is due in the next 7 days.")),
    }
    return [
        {
            "key": when,
            "label": label,
            "empty": empty,
            "count": _count(tasks, when, meetings),
            "rows": task_rows(actor, getattr(tasks, when)[:TASKS_SHOWN], refs),
            "meetings": meeting_rows(actor, on_days(meetings, when, today()), refs),
            "has_more": len(getattr(tasks, when)) > TASKS_SHOWN,
            "url": _tasks_url(when),
        }
        for when, (label, empty) in words.items()
    ]


def _greeting(actor: Membership) -> str:
    name = actor.name.partition(" ")[0]
    hour = timezone.localtime().hour
    if hour < 5 or hour >= 18:
        return _("Good evening, %(name)s") % {"name": name}
    return (_("Good morning, %(name)s") if hour < 12 else _("Good afternoon, %(name)s")) % {"name": name}


def _stats(actor: Membership, tasks: MyTasks, meetings: list[Activity]) -> list[dict[str, Any]]:
    """The numbers on top, each a link to its rows: my tasks, then my pipeline or, for who leads others, the week."""
    found: list[dict[str, Any]] = [
        {
            "label": _("Overdue"),
            "number": _count(tasks, "overdue", meetings),
            "note": _("oldest: %(day)s") % {"day": _near(tasks.overdue[0].due_on)} if tasks.overdue else "",
            "url": _tasks_url("overdue"),
            "is_bad": bool(tasks.overdue),
        },
        {"label": _("Today"), "number": _count(tasks, "today", meetings), "note": "", "url": _tasks_url("today")},
    ]
    if not may(actor, "view", Opportunity.type_key):
        return found
    return found + (_week_stats(actor) if sees_week(actor) else _own_stats(actor))


def _own_stats(actor: Membership) -> list[dict[str, Any]]:
    labels = {"open": _("Open pipeline"), "closing": _("Closing this month")}
    return [_money_stat(labels[case], total) for case, total in my_pipeline(actor).items()]


def _week_stats(actor: Membership) -> list[dict[str, Any]]:
    labels = {
        "added": _("Opportunities added in 7 days"),
        "won": _("Opportunities won in 7 days"),
        "lost": _("Opportunities lost in 7 days"),
    }
    found = []
    for case, change in pipeline_week(actor, today()).items():
        before = _("%(count)s the week before") % {"count": formats.number(change.before)}
        found.append(_money_stat(labels[case], change.total) | {"before": before})
    return found


def _money_stat(label: str, total: Total) -> dict[str, Any]:
    amounts = [formats.money(minor, currency) for minor, currency in total.amounts]
    return {"label": label, "number": formats.number(total.count), "note": " + ".join(amounts), "url": total.url}


def _count(tasks: MyTasks, when: str, meetings: list[Activity]) -> str:
    """How many tasks and meetings there are on these days: what is listed under the number."""
    there = on_days(meetings, when, today())
    is_capped = bool(there) and len(meetings) == MOST_SHOWN and there[-1] is meetings[-1]
    return formats.count(len(getattr(tasks, when)) + len(there), is_capped or when in tasks.capped)


def _near(day: Any) -> str:
    return formats.day_near(day, today())


def _links(actor: Membership) -> dict[str, str]:
    return {
        "opportunities_url": my_open(actor).url(),
        "leads_url": new_for_me(actor).url(),
        "pool_url": new_in_pool(actor).url(),
    }


def _tasks_url(due: str) -> str:
    return f"{reverse('activities:tasks')}?{urlencode({'who': 'me', 'due': due})}"


def _first_steps(actor: Membership) -> list[dict[str, Any]]:
    """What to do in a new workspace, as far as ``actor`` may."""
    steps: list[dict[str, Any]] = []
    if actor.role.can_import:
        steps.append(
            {
                "title": _("Bring what you have"),
                "text": _("Load leads, accounts, contacts and opportunities from an Excel, OpenDocument or CSV file."),
                "action": _("Import a file"),
                "icon": "upload",
                "url": reverse("imports:index"),
            }
        )
    if may(actor, "create", Lead.type_key):
        steps.append(
            {
                "title": _("Add a first lead"),
                "text": _("A name and an e-mail address or phone number are enough."),
                "action": _("New lead"),
                "icon": "user-plus",
                "url": reverse(f"{Lead.type_key}:new"),
            }
        )
    if actor.role.can_set_up:
        steps.append(
            {
                "title": _("Invite your colleagues"),
                "text": _("Each gets a role that says what they may see and change."),
                "action": _("Invite people"),
                "icon": "users",
                "url": reverse("setup:invite"),
                "is_done": len(members()) > 1,
            }
        )
    return steps
