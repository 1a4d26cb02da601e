"""Forms that only opportunities have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from crm import catalogue
from crm.activities.forms import DayInput, PersonField
from crm.fields.look.choice import RowField
from crm.fields.look.inputs import DayField
from crm.fields.look.lookup import LookupField
from crm.fields.look.withheld import withheld_errors
from crm.mailing_lists.forms import ListsField
from crm.mailing_lists.selectors import mailing_lists
from crm.picklists.models import Meaning, Stage
from crm.picklists.selectors import choice, choices, default_choice, stages, stages_to_choose
from crm.picklists.selectors import stage as stage_by_id
from crm.ui.seen import SeenForm
from crm.users.access import can
from crm.users.models import Membership
from opportunities.models import Opportunity
from opportunities.selectors import stage_to_reopen_into


@dataclass(frozen=True)
class Asking:
    """The stages that a part of a form is for."""

    stages: tuple[Stage, ...]

    @property
    def ids(self) -> str:
        return " ".join(str(stage.pk) for stage in self.stages)

    @property
    def labels(self) -> str:
        return ", ".join(dict.fromkeys(stage.label for stage in self.stages))


# What is said of a loss alone. Who does the task later is filled in already.
OF_A_LOSS = ("loss_reason", "loss_note", "task_due_on", "task_subject", "lists")
LIMITABLE = ("closed_on", "loss_note")  # what it asks for that can be withheld from a role


class StageForm(forms.Form):
    """Where to move an opportunity, and what has to be said about it there.

    Losing it also offers a task for later and, for a main contact whom ``actor`` may edit, the mailing lists.
    Without a ``target`` the stage is chosen in the form, which shows what only some stages ask for with them (page.js).
    It asks for nothing that ``actor`` may not write.
    """

    def __init__(
        self, opportunity: Opportunity, *, actor: Membership, target: Stage | None = None, data: Any = None
    ) -> None:
        super().__init__(data=data, initial={"stage": str(target.pk) if target else "", "task_owner": str(actor.pk)})
        self.actor, self.target = actor, target
        self.chooses = target is None or "choose" in (data or {}) or bool(_typed_in_vain(target, data or {}))
        self.contact = opportunity.contact
        self.fields["stage"] = _stage_field(opportunity, stages(), _("Stage"))
        may_write = catalogue.seen_type(Opportunity.type_key, actor).can_write
        if may_write("closed_on"):
            self.fields["closed_on"] = DayField(
                required=False,
                label=_("Closed on"),
                help_text=_("The day it was won or lost. Empty: today."),
                widget=DayInput(),
            )
        self.fields["loss_reason"] = _choice_field("loss_reason", _("Reason"))
        if may_write("loss_note"):
            self.fields["loss_note"] = forms.CharField(
                required=False, label=_("What happened?"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
            )
        if self.asks_loss:
            self._offer_follow_up(actor)

    def _offer_follow_up(self, actor: Membership) -> None:
        self.fields["task_due_on"] = DayField(
            required=False,
            label=_("Follow up on"),
            help_text=_("Leaves a task that falls due on this day, although the opportunity is lost."),
            widget=DayInput(),
        )
        self.fields["task_subject"] = forms.CharField(required=False, label=_("What to do then"), max_length=300)
        self.fields["task_owner"] = PersonField(required=False, label=_("Who does it"))
        if self.contact is not None and can(actor, "edit", self.contact) and mailing_lists():
            label = _("Put %(name)s on these mailing lists") % {"name": self.contact.name}
            self.fields["lists"] = ListsField(label=label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        withheld = catalogue.withheld(Opportunity.type_key, self.actor, LIMITABLE)
        for error in withheld_errors(self, withheld, self.actor):
            self.add_error(None, error)
        for name in _typed_in_vain(self.target, cleaned):
            self.add_error(name, _("This stage does not ask for it. Clear it, or choose a stage that does."))
        if cleaned.get("task_subject") and not cleaned.get("task_due_on") and "task_due_on" not in self.errors:
            self.add_error("task_due_on", _("Give the day on which this is to be done."))
        return cleaned

    @property
    def fixed(self) -> Stage | None:
        """The stage, where it is not chosen in the form."""
        return None if self.chooses else self.target

    @property
    def is_loss(self) -> bool:
        return self.target is not None and self.target.meaning == Meaning.LOST

    @property
    def asks_loss(self) -> bool:
        return self.chooses or self.is_loss

    @property
    def asks_day(self) -> bool:
        is_closing = self.chooses or self.target is None or self.target.meaning != Meaning.OPEN
        return is_closing and "closed_on" in self.fields

    @property
    def lost(self) -> Asking:
        """The stages that ask why it was lost."""
        return Asking(tuple(stage for stage in stages() if stage.meaning == Meaning.LOST))

    @property
    def closed(self) -> Asking:
        """The stages that ask for the day of closing."""
        return Asking(tuple(stage for stage in stages() if stage.meaning != Meaning.OPEN))

    def said_of_closing(self) -> dict[str, Any]:
        """What the services that move take of the reason, note and day of closing."""
        names = {"loss_reason": "loss_reason", "loss_note": "loss_note", "closed_on": "on"}
        return {taken: self.cleaned_data[name] for name, taken in names.items() if name in self.cleaned_data}

    def follow_up(self) -> dict[str, Any]:
        """What ``lose_opportunity`` takes beside the move itself."""
        names = ("task_due_on", "task_subject", "task_owner", "lists")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class ReopeningForm(forms.Form):
    """The open stage that a closed opportunity goes on in."""

    def __init__(self, opportunity: Opportunity, *, data: Any = None) -> None:
        super().__init__(data=data, initial={"stage": str(stage_to_reopen_into(opportunity).pk)})
        offered = [one for one in stages() if one.meaning == Meaning.OPEN]
        self.fields["stage"] = _stage_field(opportunity, offered, _("It goes on in the stage"))


class ContactRoleForm(SeenForm):
    """A person, and the part that they play."""

    def __init__(self, *, actor: Membership, data: Any = None, initial: Any = None) -> None:
        super().__init__(data=data, initial=initial, auto_id="id_%s")
        contact = LookupField(key=Contact.type_key, actor=actor, required=True)
        contact.label = _("Contact")
        self.fields["contact"] = contact
        self.fields["role"] = _choice_field("contact_role", _("Role"))
        standard = default_choice("contact_role")
        self.fields["role"].initial = str(standard.pk) if standard else ""
        self.fields["is_primary"] = forms.BooleanField(
            required=False, label=_("Main contact"), help_text=_("There is one; the one before steps back.")
        )


def _typed_in_vain(stage: Stage | None, given: Mapping[str, Any]) -> list[str]:
    """What was typed for another stage: a move to ``stage`` would drop it."""
    if stage is None or stage.meaning == Meaning.LOST:
        return []
    names = (*OF_A_LOSS, "closed_on") if stage.meaning == Meaning.OPEN else OF_A_LOSS
    return [name for name in names if given.get(name)]


def _stage_field(opportunity: Opportunity, offered: list[Stage], label: Any) -> RowField:
    """The stages to move to: those of the opportunity's own pipeline first, then those of the others."""
    own = sorted(offered, key=lambda one: one.pipeline_id != opportunity.pipeline_id)
    field = RowField(rows=lambda: own, find=stage_by_id, required=True, options_of=stages_to_choose)
    field.label = label
    return field


def _choice_field(picklist: str, label: Any) -> RowField:
    field = RowField(rows=lambda: choices(picklist), find=choice, required=False)
    field.label = label
    return field
