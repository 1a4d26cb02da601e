"""What can be done to many opportunities at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from crm import catalogue
from crm.bulk.actions import CHANGED
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.mailing_lists.kinds import chosen_lists, lists_to_choose
from crm.picklists.models import Meaning, Stage
from crm.picklists.selectors import pipeline, stages
from crm.users.access import can
from crm.users.models import Membership
from opportunities.models import Opportunity
from opportunities.selectors import meaning_of
from opportunities.services import lose_opportunity, move_to_stage


class StageButLost(kinds.StageOf):
    """A stage that nothing has to be said about."""

    def rows(self, actor: Membership, *, active_only: bool = True) -> list[Stage]:
        return [stage for stage in stages() if stage.meaning != Meaning.LOST]


_STAGE = FieldSpec("stage", gettext_lazy("Stage"), StageButLost(), required=True)
_LOSS = (
    FieldSpec("loss_reason", gettext_lazy("Reason"), kinds.ChoiceOf("loss_reason"), required=True),
    FieldSpec("loss_note", gettext_lazy("What happened?"), kinds.LongText()),
    FieldSpec(
        "task_due_on",
        gettext_lazy("Follow up on"),
        kinds.Date(),
        help=gettext_lazy("Leaves a task on each that falls due on this day, although it is lost."),
    ),
    FieldSpec("task_subject", gettext_lazy("What to do then"), kinds.Text(300)),
    FieldSpec(
        "task_owner",
        gettext_lazy("Who does it"),
        kinds.Person(owns=True),
        help=gettext_lazy("Empty: whoever owns it."),
    ),
)


def _move(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    stage = values["stage"]
    changed = move_to_stage(opportunity=record, stage=stage, actor=actor, because=because)
    return {"changed" if changed else "same": 1}


def _lose(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    was = meaning_of(record)
    if was == Meaning.WON:
        raise ValidationError(_("It was won: lose it on its own page, or reopen it first."))
    if was == Meaning.LOST:
        if _says_more(record, values):
            text = _("It is lost already: its reason and note stay as they are, and no task or list is added.")
            raise ValidationError(text)
        return {"same": 1}
    lost = next(one for one in stages(pipeline(record.pipeline_id)) if one.meaning == Meaning.LOST)
    given = {name: value for name, value in values.items() if name != "mailing_list"}
    lists = chosen_lists(values)
    if lists and record.contact is not None and not can(actor, "edit", record.contact):
        if not can(actor, "view", record.contact):
            raise ValidationError(_("You may not change the main contact, who would be put on the list."))
        words = {"name": record.contact.name}
        raise ValidationError(_("You may not change “%(name)s”, who would be put on the list.") % words)
    changed = lose_opportunity(opportunity=record, stage=lost, actor=actor, because=because, lists=lists, **given)
    return {"lost" if changed else "same": 1}


def _withheld_of_loss(actor: Membership) -> tuple[FieldSpec, ...]:
    """The note, where that is kept from the actor."""
    return catalogue.withheld(Opportunity.type_key, actor, ("loss_note",))


def _asks_of_loss(actor: Membership) -> tuple[FieldSpec, ...]:
    withheld = {one.name for one in _withheld_of_loss(actor)}
    return tuple(one for one in _LOSS if one.name not in withheld)


def _says_more(opportunity: Opportunity, values: dict[str, Any]) -> bool:
    """Whether these words about a loss are others than the lost opportunity has."""
    note = values.get("loss_note")
    is_same = opportunity.loss_reason == values["loss_reason"] and note in (None, "", opportunity.loss_note)
    return not is_same or values.get("task_due_on") is not None or bool(chosen_lists(values))


MOVE = BulkAction(
    "stage",
    gettext_lazy("Stage"),
    "pencil",
    gettext_lazy("Move %(count)s %(records)s to a stage"),
    _move,
    lambda actor: (_STAGE,),
    group=gettext_lazy("Set"),
    order=30,
    done=gettext_lazy("%(count)s %(records)s moved to %(value)s"),
    tells=CHANGED,
    already=ngettext_lazy("%(count)s already was there.", "%(count)s already were there.", "n"),
    writes=("stage",),
    undoes=True,
)
LOSE = BulkAction(
    "lose",
    gettext_lazy("Mark as lost"),
    "circle-x",
    gettext_lazy("Mark %(count)s %(records)s as lost"),
    _lose,
    lambda actor: (*_asks_of_loss(actor), *lists_to_choose(gettext_lazy("Put the main contacts on the mailing list"))),
    withheld=_withheld_of_loss,
    order=40,
    done=gettext_lazy("%(count)s %(records)s marked as lost"),
    writes=("stage",),
    undoes=True,
    tells={"lost": gettext_lazy("lost"), "same": gettext_lazy("lost already")},
    already=ngettext_lazy("%(count)s already was.", "%(count)s already were.", "n"),
)


def opportunity_actions(record_type: RecordType) -> Iterable[BulkAction]:
    return (MOVE, LOSE) if record_type.key == "opportunities" else ()
