"""The composer on a record's page, and the form in which an activity is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.activities.about import AboutField, may_choose
from crm.activities.files.forms import FilesField
from crm.activities.models import Activity, ActivityKind, Reminder
from crm.activities.next_step import step_of
from crm.activities.reminders import reminder_moment
from crm.activities.services import refuse_future
from crm.activities.shown import LOOKS
from crm.events.selectors import last_change
from crm.fields.look.inputs import DayField, DayInput, MomentField, MomentInput
from crm.ui.seen import SeenForm
from crm.users.access import owner_names
from crm.users.models import Membership
from crm.users.selectors import member, shown_name

SUBJECT_LENGTH = 300
BODY_LENGTH = 20_000
REMINDER = frozenset({"reminder", "remind_at"})


class PersonField(forms.TypedChoiceField):
    """One of the active people who may do what a task asks for, or ``keep``; cleans to the membership."""

    def __init__(self, *, keep: Membership | None = None, **options: Any) -> None:
        people = dict(owner_names())
        if keep and keep.pk not in people:
            people[keep.pk] = shown_name(keep)
        choices = [(str(pk), name) for pk, name in people.items()]
        super().__init__(choices=choices, coerce=lambda key: member(UUID(key)), empty_value=None, **options)


class ComposerForm(forms.Form):
    """A note, call, mail, meeting or task in one text field; what comes next becomes a task of its own.

    Without a ``record`` to stand on it is a task. Its first line is what is to be done, the rest its text. Files go
    with everything but a task; ``left_out`` says why some were left out on their way. ``again`` is what was typed into
    one whose press was undone.
    """

    kind = forms.ChoiceField(choices=ActivityKind.choices)
    body = forms.CharField(max_length=BODY_LENGTH, required=False, widget=forms.Textarea)
    occurred_at = MomentField(
        required=False,
        widget=MomentInput({"class": "control", "aria-label": _("When"), "id": "composer-when"}),
        label=_("When"),
    )
    next_step = forms.CharField(max_length=SUBJECT_LENGTH, required=False, label=_("Then"))
    due_on = DayField(required=False, widget=DayInput({"class": "control", "id": "composer-day"}), label=_("on"))
    step_seen = forms.CharField(required=False, widget=forms.HiddenInput)  # the record's own next step, when drawn

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        actor: Membership,
        kind: str = ActivityKind.NOTE,
        record: Any = None,
        left_out: str = "",
        again: Mapping[str, Any] | None = None,
    ) -> None:
        initial = {"kind": kind, "owner": str(actor.pk), "step_seen": step_of(record, actor), **(again or {})}
        super().__init__(data, files, initial=initial)
        self._left_out = left_out
        self.actor = actor
        add_reminder(self, forms.Select(attrs={"class": "control"}), MomentInput(attrs={"class": "control"}))
        if record is None:
            if may_choose(actor):
                self.fields["about"] = AboutField(actor=actor, label=_("About"))
            self.fields["kind"].choices = [(ActivityKind.TASK.value, ActivityKind.TASK.label)]  # type: ignore[attr-defined]
        else:
            self.fields["files"] = FilesField(required=False, label=_("Files"))
        self.fields["owner"] = PersonField(
            keep=actor, required=False, label=_("for"), widget=forms.Select(attrs={"class": "control"})
        )

    def show_step(self, record: Any) -> None:
        """Draw it anew over the next step that stands there now: who presses once more has seen that."""
        sent: Any = self.data
        self.data = sent.copy()
        self.data["step_seen"] = step_of(record, self.actor)  # type: ignore[index]

    @property
    def chosen_kind(self) -> str:
        kind, offered = self["kind"].value(), [look.kind for look in self.looks]
        return kind if kind in offered else offered[0]

    @property
    def look(self) -> Any:
        return LOOKS[ActivityKind(self.chosen_kind)]

    @property
    def hint(self) -> Any:
        return self.look.plan_hint if self._is_plan else self.look.hint

    @property
    def submit(self) -> Any:
        return self.look.plan_submit if self._is_plan else self.look.submit

    @property
    def _is_plan(self) -> bool:
        """Whether it is to be in the future, where the kind can; page.js follows what is typed."""
        field = self.fields["occurred_at"]
        try:
            at = field.to_python(self["occurred_at"].value())
        except forms.ValidationError:
            return False
        return bool(self.look.plan_submit and at and at > timezone.now())

    @property
    def looks(self) -> list[Any]:
        return [LOOKS[ActivityKind(value)] for value, _label in self.fields["kind"].choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._clean_files(cleaned)
        body = cleaned.get("body", "")
        if cleaned.get("kind") == ActivityKind.TASK:
            subject, _newline, rest = body.partition("\n")
            if len(subject.strip()) > SUBJECT_LENGTH:
                self.add_error("body", _("Say in the first line, and shortly, what is to be done."))
            elif not subject.strip():
                self.add_error("body", _("Say what is to be done."))
            cleaned["subject"], cleaned["body"] = subject.strip(), rest.strip()
        elif not body and cleaned.get("kind") in (ActivityKind.NOTE, ActivityKind.EMAIL) and "body" not in self.errors:
            self.add_error("body", _("Write something first."))
        self._clean_times(cleaned)
        return cleaned

    def _clean_files(self, cleaned: dict[str, Any]) -> None:
        kind, files = cleaned.get("kind"), cleaned.get("files")
        if self._left_out:
            self.add_error("files" if "files" in self.fields else None, self._left_out)
        elif kind == ActivityKind.TASK and files:
            self.add_error("files", _("A task has no files. Add them as files of their own, or with a note."))
        elif kind == ActivityKind.FILE and "files" not in self.errors and not files:
            self.add_error("files", _("Choose a file first."))
        elif kind == ActivityKind.NOTE and files and not cleaned.get("body"):
            cleaned["kind"] = ActivityKind.FILE  # a note without a word

    def _clean_times(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("kind") == ActivityKind.TASK:
            if cleaned.get("occurred_at"):
                self.add_error("occurred_at", _("A task has not been yet. Say on which day it is due instead."))
        elif "next_step" not in self.errors and not cleaned.get("next_step"):
            self._refuse_half_a_step(cleaned)
        try:
            if cleaned.get("occurred_at"):
                refuse_future(kind=cleaned.get("kind", ""), occurred_at=cleaned["occurred_at"])
            check_reminder(self, cleaned, cleaned.get("owner") or self.actor)
        except forms.ValidationError as error:
            self.add_error(None, error)

    def _refuse_half_a_step(self, cleaned: dict[str, Any]) -> None:
        """The day, the person and the reminder are those of what is to be done next."""
        if cleaned.get("reminder"):
            self.add_error("next_step", _("Say what is to be done then, or choose no reminder."))
        elif cleaned.get("due_on"):
            self.add_error("next_step", _("Say what is to be done on that day, or leave out the day."))
        elif cleaned.get("owner") not in (None, self.actor):
            words = _("Say what %(name)s is to do, or choose yourself.") % {"name": cleaned["owner"].name}
            self.add_error("next_step", words)


def add_reminder(form: forms.Form, choice: forms.Widget | None = None, moment: forms.Widget | None = None) -> None:
    """Ask ``form`` for ``reminder``, and for ``remind_at`` if it is to be a moment of one's own."""
    form.fields["reminder"] = forms.ChoiceField(
        choices=Reminder.choices, required=False, label=_("Reminder"), widget=choice or forms.Select
    )
    form.fields["remind_at"] = MomentField(required=False, widget=moment or MomentInput, label=_("Remind at"))


def check_reminder(form: forms.Form, cleaned: dict[str, Any], owner: Membership | None) -> None:
    """Raise ``ValidationError`` when the reminder that ``cleaned`` asks for cannot be."""
    if not form.errors.keys() & {"reminder", "remind_at", "due_on"}:
        reminder_moment(
            cleaned.get("reminder", ""), due_on=cleaned.get("due_on"), owner=owner, at=cleaned.get("remind_at")
        )


class OwnerForm(SeenForm):
    """Who is to do a task."""

    def __init__(self, data: Any = None, *, task: Activity) -> None:
        # Its ids are its own: it stands in the row, beside the composer of the page.
        initial = {"owner": str(task.owner_id) if task.owner_id else ""}
        super().__init__(data, initial=initial, auto_id=f"{task.pk}-%s")
        select = forms.Select(attrs={"class": "control control-s", "autofocus": True})
        self.fields["owner"] = PersonField(keep=task.owner, label=_("Who"), widget=select)
        self.who = partial(last_change, task)


@dataclass(frozen=True)
class About:
    """The record that a task is about, which ``actor`` may change: one at most."""

    actor: Membership
    record: Any = None


class ActivityForm(SeenForm):
    """What can be changed of an activity: of a task its day and person, of the others when they were."""

    def __init__(self, data: Any = None, *, activity: Activity, about: About | None = None) -> None:
        initial = {
            "about": about.record if about else None,
            "subject": activity.subject,
            "body": activity.body,
            "due_on": activity.due_on,
            "owner": str(activity.owner_id) if activity.owner_id else "",
            "occurred_at": timezone.localtime(activity.occurred_at).replace(second=0, microsecond=0),
            "reminder": activity.reminder,
            "remind_at": _own_moment(activity),
        }
        super().__init__(data, initial=initial)
        body = forms.CharField(max_length=BODY_LENGTH, required=False, widget=forms.Textarea, label=_("Text"))
        if activity.is_task:
            self.fields["subject"] = forms.CharField(max_length=SUBJECT_LENGTH, label=_("What is to be done"))
            self.fields["due_on"] = DayField(required=False, widget=DayInput, label=_("Due on"))
            self.fields["owner"] = PersonField(keep=activity.owner, label=_("Who"))
            add_reminder(self)
            if about is not None and may_choose(about.actor):
                self.fields["about"] = AboutField(actor=about.actor, kept=about.record, label=_("About"))
        else:
            if not activity.is_file:  # which is called by the names of its files
                self.fields["subject"] = forms.CharField(max_length=SUBJECT_LENGTH, required=False, label=_("Subject"))
            self.fields["occurred_at"] = MomentField(widget=MomentInput, label=_("When"))
        self.fields["body"] = body
        self.who = partial(last_change, activity)
        body.wide = True  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the person changed; of the reminder always both parts."""
        changed = {*self.changed_data}
        if changed & REMINDER:
            changed |= REMINDER
        return {name: self.cleaned_data[name] for name in self.fields if name in changed & self.cleaned_data.keys()}


def _own_moment(activity: Activity) -> datetime | None:
    if activity.reminder != Reminder.OWN or activity.remind_at is None:
        return None
    return timezone.localtime(activity.remind_at).replace(second=0, microsecond=0)
