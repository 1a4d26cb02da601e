"""The composer on a record's page, and the form in which an activity is changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.activities.files.forms import FilesField, too_much
from crm.activities.models import Activity, ActivityKind
from crm.activities.shown import LOOKS
from crm.users.models import Membership
from crm.users.selectors import member, members

SUBJECT_LENGTH = 300
BODY_LENGTH = 20_000


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class PersonField(forms.TypedChoiceField):
    """One of the workspace's active people; cleans to the membership."""

    def __init__(self, *, keep: Membership | None = None, **options: Any) -> None:
        people = members()
        if keep and keep not in people:
            people = [*people, keep]
        choices = [(str(one.pk), one.name) for one in people]
        super().__init__(choices=choices, coerce=lambda key: member(UUID(key)), empty_value=None, **options)


class ComposerForm(forms.Form):
    """A note, call, mail, meeting or task in one text field; what comes next becomes a task of its own.

    Of a task the first line is what is to be done, and the rest is its text. Files go with everything but a task;
    ``has_too_much`` says that they were left out because the request was too large.
    """

    kind = forms.ChoiceField(choices=ActivityKind.choices)
    body = forms.CharField(max_length=BODY_LENGTH, required=False, widget=forms.Textarea)
    next_step = forms.CharField(max_length=SUBJECT_LENGTH, required=False, label=_("Then"))
    due_on = forms.DateField(required=False, widget=DayInput, label=_("on"))
    files = FilesField(required=False, label=_("Files"))

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        actor: Membership,
        kind: str = ActivityKind.NOTE,
        only_task: bool = False,
        has_too_much: bool = False,
    ) -> None:
        super().__init__(data, files, initial={"kind": kind, "owner": str(actor.pk)})
        self._has_too_much = has_too_much
        if only_task:
            self.fields["kind"].choices = [(ActivityKind.TASK.value, ActivityKind.TASK.label)]  # type: ignore[attr-defined]
            del self.fields["files"]
        self.fields["owner"] = PersonField(
            required=False, label=_("for"), widget=forms.Select(attrs={"class": "control"})
        )

    @property
    def chosen_kind(self) -> str:
        kind, offered = self["kind"].value(), [look.kind for look in self.looks]
        return kind if kind in offered else offered[0]

    @property
    def look(self) -> Any:
        return LOOKS[ActivityKind(self.chosen_kind)]

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
        return cleaned

    def _clean_files(self, cleaned: dict[str, Any]) -> None:
        kind, files = cleaned.get("kind"), cleaned.get("files")
        if self._has_too_much:
            self.add_error("files" if "files" in self.fields else None, too_much())
        elif kind == ActivityKind.TASK and files:
            self.add_error("files", _("A task has no files. Add them as files of their own, or with a note."))
        elif kind == ActivityKind.FILE and "files" not in self.errors and not files:
            self.add_error("files", _("Choose a file first."))
        elif kind == ActivityKind.NOTE and files and not cleaned.get("body"):
            cleaned["kind"] = ActivityKind.FILE  # a note without a word


class OwnerForm(forms.Form):
    """Who is to do a task."""

    def __init__(self, data: Any = None, *, task: Activity) -> None:
        super().__init__(data, initial={"owner": str(task.owner_id) if task.owner_id else ""})
        select = forms.Select(attrs={"class": "control control-s", "autofocus": True})
        self.fields["owner"] = PersonField(keep=task.owner, label=_("Who"), widget=select)


class ActivityForm(forms.Form):
    """What can be changed of an activity: of a task its day and person, of the others when they were."""

    def __init__(self, data: Any = None, *, activity: Activity) -> None:
        initial = {
            "subject": activity.subject,
            "body": activity.body,
            "due_on": activity.due_on,
            "owner": str(activity.owner_id) if activity.owner_id else "",
            "occurred_at": timezone.localtime(activity.occurred_at).replace(second=0, microsecond=0),
        }
        super().__init__(data, initial=initial)
        body = forms.CharField(max_length=BODY_LENGTH, required=False, widget=forms.Textarea, label=_("Text"))
        if activity.is_task:
            self.fields["subject"] = forms.CharField(max_length=SUBJECT_LENGTH, label=_("What is to be done"))
            self.fields["due_on"] = forms.DateField(required=False, widget=DayInput, label=_("Due on"))
            self.fields["owner"] = PersonField(keep=activity.owner, label=_("Who"))
        else:
            if not activity.is_file:  # which is called by the names of its files
                self.fields["subject"] = forms.CharField(max_length=SUBJECT_LENGTH, required=False, label=_("Subject"))
            self.fields["occurred_at"] = forms.DateTimeField(widget=MomentInput, label=_("When"))
        self.fields["body"] = body
        body.wide = True  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the person changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}
