"""Meetings that are still to come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.urls import reverse

from crm.activities.access import editable_among, of_live_records, of_visible_records
from crm.activities.models import Activity, ActivityKind
from crm.activities.refs import RecordRef
from crm.activities.selectors import SOON
from crm.tenants.clock import day_of, start_of
from crm.users.models import Membership
from crm.users.selectors import teammate_ids

MOST_SHOWN = 50


@dataclass(frozen=True)
class MeetingRow:
    """A meeting as it stands in a list."""

    meeting: Activity
    refs: tuple[RecordRef, ...] = ()
    with_owner: bool = False
    may_change: bool = True

    @property
    def edit_url(self) -> str:
        return reverse("activities:edit", kwargs={"activity_id": self.meeting.pk})


def planned_meetings(actor: Membership, who: str, today: date, when: str = "all") -> QuerySet[Activity]:
    """Return the meetings that ``actor`` ("me"), the people of their team ("team") or one of those (an id) planned:
    from ``today`` on, on the days that ``when``, one of ``DUE``, names for tasks.

    Of those of the team the actor sees those on records that they may view.
    """
    if (span := _span(when, today)) is None:
        return Activity.objects.none()
    # After created_at: those that were planned, for which there is an index
    rows = Activity.objects.filter(kind=ActivityKind.MEETING, deleted_at=None, occurred_at__gt=F("created_at"))
    rows = rows.filter(occurred_at__gte=start_of(span[0])).select_related("owner").order_by("occurred_at", "id")
    if span[1] < date.max:
        rows = rows.filter(occurred_at__lt=start_of(span[1] + timedelta(days=1)))
    if who == "me":
        return of_live_records(rows.filter(owner_id=actor.pk))
    if actor.team and not actor.role.can_set_up:
        rows = rows.filter(owner_id__in=sorted(teammate_ids(actor.team)))
    if who != "team":
        rows = rows.filter(owner_id=who)
    return of_visible_records(actor, rows)


def on_days(meetings: Iterable[Activity], when: str, today: date) -> list[Activity]:
    """Return those of ``meetings`` (from today on) on the days that ``when`` names."""
    if (span := _span(when, today)) is None:
        return []
    return [one for one in meetings if span[0] <= day_of(one.occurred_at) <= span[1]]


def _span(when: str, today: date) -> tuple[date, date] | None:
    spans = {
        "today": (today, today),
        "soon": (today + timedelta(days=1), today + SOON),
        "later": (today + SOON + timedelta(days=1), date.max),
        "all": (today, date.max),
    }
    return spans.get(when)


def meeting_rows(
    actor: Membership,
    meetings: Collection[Activity],
    refs: Mapping[UUID, Sequence[RecordRef]],
    *,
    with_owner: bool = False,
) -> list[MeetingRow]:
    """Return ``meetings`` as rows that ``actor`` sees, each with those of ``refs`` that are its own."""
    editable = editable_among(actor, meetings)
    return [MeetingRow(one, tuple(refs.get(one.pk, ())), with_owner, one.pk in editable) for one in meetings]
