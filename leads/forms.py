"""Forms that only leads have."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.fields import kinds
from crm.fields.look.forms import RecordForm
from crm.fields.spec import FieldSpec
from crm.mailing_lists.forms import ListsField
from crm.mailing_lists.selectors import mailing_lists
from crm.users.models import Membership

CLOSING_FIELDS = (
    FieldSpec("unqualified_reason", _("Reason"), kinds.ChoiceOf("unqualified_reason"), required=True),
    FieldSpec(
        "task_due_on",
        _("Follow up on"),
        kinds.Date(),
        help=_("Leaves a task that falls due on this day, although the lead is closed."),
    ),
    FieldSpec("task_subject", _("What to do then"), kinds.Text(300)),
    FieldSpec("task_owner", _("Who does it"), kinds.Person(owns=True)),
)


class ClosingForm(RecordForm):
    """Why a lead is closed as unqualified, whether somebody shall look at it again, and what it is to be sent."""

    def __init__(self, *, actor: Membership, data: Any = None) -> None:
        super().__init__(CLOSING_FIELDS, actor=actor, data=data, initial={"task_owner": str(actor.pk)})
        if mailing_lists():
            self.fields["lists"] = ListsField(label=_("Put on these mailing lists"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("task_subject") and not cleaned.get("task_due_on") and "task_due_on" not in self.errors:
            self.add_error("task_due_on", _("Give the day on which this is to be done."))
        return cleaned

    @property
    def plain_fields(self) -> list[Any]:
        """All but the lists, which are drawn as ticks."""
        return [field for field in self if field.name != "lists"]
