"""How activities are shown: icons, sentences, a task's row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.urls import get_script_prefix
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from crm.activities.models import Activity, ActivityKind
from crm.activities.refs import RecordRef
from crm.ui.format import day_near, day_short, moment

NO_DAY = "none"


@dataclass(frozen=True)
class KindLook:
    """One kind: its tab in the composer, and its line in the timeline (with %(who)s)."""

    kind: ActivityKind
    icon: str
    tone: str
    hint: Any  # what the composer asks
    submit: Any  # what its button says
    done: Any  # what happened, in the timeline
    key: str  # pressed to choose the tab
    planned: Any = ""  # what is still to come, instead of ``done``
    plan_hint: Any = ""  # and instead of ``hint`` and ``submit``
    plan_submit: Any = ""


LOOKS = {
    look.kind: look
    for look in (
        KindLook(
            ActivityKind.NOTE,
            "notebook-pen",
            "neutral",
            gettext_lazy("What should be remembered?"),
            gettext_lazy("Save note"),
            gettext_lazy("wrote a note"),
            "n",
        ),
        KindLook(
            ActivityKind.CALL,
            "phone",
            "info",
            gettext_lazy("What was said?"),
            gettext_lazy("Log call"),
            gettext_lazy("called"),
            "p",
        ),
        KindLook(
            ActivityKind.EMAIL,
            "mail",
            "neutral",
            gettext_lazy("What was written?"),
            gettext_lazy("Log e-mail"),
            gettext_lazy("wrote an e-mail"),
            "m",
        ),
        KindLook(
            ActivityKind.MEETING,
            "calendar",
            "info",
            gettext_lazy("What was agreed?"),
            gettext_lazy("Log meeting"),
            gettext_lazy("had a meeting"),
            "v",
            gettext_lazy("plans a meeting"),
            gettext_lazy("What is it about?"),
            gettext_lazy("Plan meeting"),
        ),
        KindLook(
            ActivityKind.TASK,
            "square-check",
            "success",
            gettext_lazy("What is to be done?"),
            gettext_lazy("Add task"),
            gettext_lazy("completed"),
            "t",
        ),
        KindLook(
            ActivityKind.FILE,
            "paperclip",
            "neutral",
            gettext_lazy("What is it? (optional)"),
            gettext_lazy("Add files"),
            gettext_lazy("added files"),
            "f",
        ),
    )
}


@dataclass(frozen=True)
class TaskRow:
    """A task as it stands in a list. ``kind`` says how: see ``ROW_KINDS``."""

    task: Activity
    today: date
    kind: str = "card"
    refs: tuple[RecordRef, ...] = ()
    may_change: bool = True

    @property
    def is_related(self) -> bool:
        """On the page of its record, which therefore is not named."""
        return self.kind == "related"

    @property
    def with_owner(self) -> bool:
        return self.kind in ("related", "team")

    @property
    def is_overdue(self) -> bool:
        return self.task.completed_at is None and self.task.due_on is not None and self.task.due_on < self.today

    @property
    def due_words(self) -> str:
        return day_near(self.task.due_on, self.today)

    @property
    def completion_url(self) -> str:
        return f"{self._url}completion/"

    @property
    def due_url(self) -> str:
        return f"{self._url}due/"

    @property
    def owner_url(self) -> str:
        return f"{self._url}owner/"

    @property
    def edit_url(self) -> str:
        return f"{self._url}edit/"

    @property
    def _url(self) -> str:
        # Not reverse(): a day has a hundred rows with three addresses each.
        return f"{get_script_prefix()}activities/{self.task.pk}/"

    @property
    def reminder_words(self) -> str:
        task = self.task
        if task.remind_at is None or task.reminded_at is not None or task.completed_at is not None:
            return ""
        return _("Reminder: %(moment)s") % {"moment": moment(task.remind_at)}

    @property
    def tone(self) -> str:
        if self.is_overdue:
            return "danger"
        return "warning" if self.task.due_on == self.today else "neutral"

    @property
    def postponements(self) -> list[tuple[str, str, str]]:
        return _postponements(self.today, get_language() or "")


# In a card with its records; there with its owner too; on the page of its record with its owner.
ROW_KINDS = ("card", "team", "related")


@lru_cache(maxsize=64)
def _postponements(today: date, language: str) -> list[tuple[str, str, str]]:
    """The days offered for postponing, as value, in words and as dates: counted from ``today``."""
    to_monday = 7 - today.weekday()
    # One that falls on the same day as a later one gives way to it.
    offers = {to_monday: _("Next Monday"), 1: _("Tomorrow"), 3: _("In 3 days"), 30: _("In 30 days")}
    days = [(today + timedelta(days=distance), words) for distance, words in sorted(offers.items())]
    return [*((day.isoformat(), words, day_short(day)) for day, words in days), (NO_DAY, _("No day"), "")]
