"""Reading activities: a record's timeline and tasks, a person's tasks, a team's tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localdate

from crm import catalogue
from crm.activities.access import of_live_records, of_visible_records
from crm.activities.events import LINKED
from crm.activities.models import Activity, ActivityKind, ActivityLink
from crm.events.models import Event
from crm.events.phrases import phrase
from crm.events.selectors import events_about
from crm.records.hiding import hide_names_and_causes
from crm.tenants.memo import memo
from crm.tenants.models import TenantModel
from crm.tenants.prepared import prepared
from crm.users.models import Membership
from crm.users.selectors import teammate_ids

PAGE = 30
TASKS_SHOWN = 20  # of one record
MOST_MY_TASKS = 100  # of each group
SOON = timedelta(days=7)
OPEN_TASK = Q(kind=ActivityKind.TASK, completed_at=None, deleted_at=None)


@dataclass(frozen=True)
class Entry:
    """One line of a timeline: an activity, or an event with its sentence."""

    at: datetime
    key: UUID  # orders what happened in the same moment
    activity: Activity | None = None
    event: Event | None = None
    sentence: str = ""


@dataclass(frozen=True)
class Timeline:
    """Entries, the newest first. ``before`` is what to pass for the next page, "" on the last one."""

    entries: list[Entry] = field(default_factory=list)
    before: str = ""

    @property
    def days(self) -> list[tuple[Any, list[Entry]]]:
        """The entries by the person's day."""
        return [(day, list(group)) for day, group in groupby(self.entries, key=lambda entry: localdate(entry.at))]


def timeline(
    actor: Membership,
    record: TenantModel,
    before: str = "",
    limit: int = PAGE,
    *,
    links: list[ActivityLink] | None = None,
) -> Timeline:
    """Return what was said, done and changed on ``record``, which ``actor`` may view: two queries, and one
    more for whoever may not see all of the records that are named. ``links`` are those of its first page, where they
    are known (``beside``).

    Open tasks are not in it (see ``open_tasks``): they have not happened yet.
    """
    moment, key = _parse_cursor(before) or (None, None)
    page: dict[str, Any] = {"record_id": record.pk, "moment": moment, "key": key}
    if links is None:
        links = _links_of(record.type_key, limit + 1, **page)
    events = _events_of(record.type_key, limit + 1, **page)
    fields = catalogue.seen(catalogue.type_of(record), actor).told_fields()
    entries = [Entry(link.occurred_at, link.pk, activity=link.activity) for link in links]
    hide_names_and_causes(actor, events)
    entries += [Entry(event.at, event.pk, event=event, sentence=phrase(event, fields)) for event in events]
    entries.sort(key=lambda entry: (entry.at, entry.key), reverse=True)
    more = len(entries) > limit
    entries = entries[:limit]
    return Timeline(entries, f"{entries[-1].at.isoformat()}_{entries[-1].key}" if more else "")


@prepared
def _links_of(
    record_type: str, most: int, /, *, record_id: UUID, moment: datetime | None, key: UUID | None
) -> QuerySet[ActivityLink]:
    links = _links(record_type, record_id).exclude(activity__kind=ActivityKind.TASK, activity__completed_at=None)
    return links.filter(_before("occurred_at", moment, key)).order_by("-occurred_at", "-id")[:most]


def _links(record_type: str, record_id: UUID) -> QuerySet[ActivityLink]:
    there = ActivityLink.objects.filter(record_type=record_type, record_id=record_id, activity__deleted_at=None)
    return there.select_related("activity__owner", "activity__created_by", "activity__completed_by")


@prepared
def _events_of(
    record_type: str, most: int, /, *, record_id: UUID, moment: datetime | None, key: UUID | None
) -> QuerySet[Event]:
    log = events_about(record_type, record_id).exclude(name=LINKED.name)
    return log.filter(_before("at", moment, key))[:most]


def _before(column: str, moment: datetime | None, key: UUID | None) -> Q:
    if moment is None:
        return Q()
    return Q(**{f"{column}__lt": moment}) | Q(**{column: moment, "id__lt": key})


def _parse_cursor(text: str) -> tuple[datetime, UUID] | None:
    moment, _, key = text.partition("_")
    try:
        parsed = parse_datetime(moment)
        return (parsed, UUID(key)) if parsed and parsed.tzinfo else None
    except ValueError:
        return None


def open_tasks(record: TenantModel, most: int | None = None) -> list[Activity]:
    """Return the (first) tasks of ``record`` that are still to be done, by due day; those without one come last."""
    return _open_tasks_of(record.type_key, most, record_id=record.pk)


@prepared
def _open_tasks_of(record_type: str, most: int | None, /, *, record_id: UUID) -> QuerySet[Activity]:
    ids = ActivityLink.objects.filter(record_type=record_type, record_id=record_id).values("activity_id")
    tasks = Activity.objects.filter(OPEN_TASK, pk__in=ids)
    return tasks.select_related("owner", "created_by").order_by("due_on", "id")[:most]


@dataclass(frozen=True)
class Beside:
    """What stands beside a record: the first of its timeline, and the first of its open tasks, one more of each than
    a page shows."""

    links: list[ActivityLink]
    tasks: list[Activity]


@memo("activities.beside")
def beside(record: TenantModel) -> Beside:
    """Return both in one statement: for its page, of which several panels ask."""
    rows = _beside(record.type_key, PAGE + 1, TASKS_SHOWN + 1, record_id=record.pk)
    links = [link for link in rows if not link.activity.is_open_task]
    tasks = [link.activity for link in rows if link.activity.is_open_task]
    links.sort(key=lambda link: (link.occurred_at, link.pk), reverse=True)
    tasks.sort(key=lambda task: (task.due_on is None, task.due_on, task.pk))
    return Beside(links, tasks)


@prepared
def _beside(record_type: str, most: int, tasks: int, /, *, record_id: UUID) -> QuerySet[ActivityLink]:
    is_open = {"activity__kind": ActivityKind.TASK, "activity__completed_at": None}
    links = _links(record_type, record_id)
    happened = links.exclude(**is_open).order_by("-occurred_at", "-id")[:most]
    return happened.union(links.filter(**is_open).order_by("activity__due_on", "activity_id")[:tasks], all=True)


@dataclass(frozen=True)
class MyTasks:
    """The open tasks of one person up to the end of the next seven days. ``capped`` names the groups that go on."""

    overdue: list[Activity]
    today: list[Activity]
    soon: list[Activity]
    capped: frozenset[str] = frozenset()

    @property
    def all(self) -> list[Activity]:
        return [*self.overdue, *self.today, *self.soon]


def my_tasks(actor: Membership, today: date) -> MyTasks:
    """Return what ``actor`` has to do: overdue, on the day ``today`` of the workspace, in the seven days after it."""
    rows = _tasks_by_day(MOST_MY_TASKS + 1, owner=actor.pk, today=today, until=today + SOON)
    rows.sort(key=lambda task: (task.due_on, task.pk))
    dated = [(task.due_on, task) for task in rows if task.due_on]
    found = {
        "overdue": [task for day, task in dated if day < today],
        "today": [task for day, task in dated if day == today],
        "soon": [task for day, task in dated if day > today],
    }
    capped = frozenset(when for when, group in found.items() if len(group) > MOST_MY_TASKS)
    return MyTasks(**{when: group[:MOST_MY_TASKS] for when, group in found.items()}, capped=capped)


@prepared
def _tasks_by_day(most: int, /, *, owner: UUID, today: date, until: date) -> QuerySet[Activity]:
    tasks = of_live_records(Activity.objects.filter(OPEN_TASK, owner_id=owner)).order_by("due_on", "id")
    # Each group for itself: many that are overdue would otherwise leave no room for those of today.
    overdue, soon = Q(due_on__lt=today), Q(due_on__gt=today, due_on__lte=until)
    parts = [tasks.filter(days)[:most] for days in (overdue, Q(due_on=today), soon)]
    return parts[0].union(*parts[1:], all=True)


def tasks_of(actor: Membership, who: str) -> QuerySet[Activity]:
    """Return the tasks, done ones too, of ``actor`` (``who`` = "me"), of the people of their team ("team") or of one of
    those (an id).

    The team are those of the actor's team and the teams below; everybody for who has none or sets up the workspace.
    Of their tasks the actor sees those on records that they may view.
    """
    tasks = Activity.objects.filter(kind=ActivityKind.TASK, deleted_at=None).select_related("owner")
    if who == "me":
        return of_live_records(tasks.filter(owner_id=actor.pk))
    if actor.team and not actor.role.can_set_up:
        tasks = tasks.filter(owner_id__in=sorted(teammate_ids(actor.team)))
    return of_visible_records(actor, tasks if who == "team" else tasks.filter(owner_id=who))


DUE = ("all", "overdue", "today", "soon", "later", "none", "done")


def due(tasks: QuerySet[Activity], when: str, today: date) -> QuerySet[Activity]:
    """Return those of ``tasks`` that are open and due ``when`` (one of ``DUE``), or that are "done"."""
    conditions = {
        "overdue": Q(due_on__lt=today),
        "today": Q(due_on=today),
        "soon": Q(due_on__gt=today, due_on__lte=today + SOON),
        "later": Q(due_on__gt=today + SOON),
        "none": Q(due_on=None),
    }
    if when == "done":
        return tasks.exclude(completed_at=None)
    return tasks.filter(OPEN_TASK, conditions.get(when, Q()))
