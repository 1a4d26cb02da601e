"""What can be done to many leads at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.bulk.actions import CHANGED
from crm.catalogue.actions import Apply, BulkAction
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.mailing_lists.kinds import chosen_lists, lists_to_choose
from crm.picklists.models import Choice
from crm.picklists.selectors import choices, stage_name
from crm.users.access import may
from crm.users.models import Membership
from leads.conversion.bulk import BEFORE, Batch, OpenStage, Options, Rehearsal, undo_one
from leads.conversion.defaults import open_stages, usual_close
from leads.conversion.meanwhile import wait_for_the_same
from leads.conversion.plan import PARTS
from leads.fields import LEAD_FIELDS, OPEN_MEANINGS
from leads.forms import CLOSING_FIELDS
from leads.models import Lead
from leads.picklists import LeadStatus
from leads.services import close_as_unqualified, meaning_of, set_lead_status
from leads.vetting import current_gate
from opportunities.models import Opportunity

MOST_CONVERTED = 20_000  # a rehearsal keeps in mind what all of them would make


class OpenStatus(kinds.ChoiceOf):
    """A status that a lead can be moved to by choosing it."""

    def rows(self, actor: Membership, *, active_only: bool = True) -> list[Choice]:
        return [status for status in choices("lead_status") if status.meaning in OPEN_MEANINGS]


_STATUS = FieldSpec("status", _("Status"), OpenStatus("lead_status"), required=True)
_WITHOUT = FieldSpec("without_opportunity", _("Without opportunities"), kinds.Flag())
_STAGE = FieldSpec("stage", _("Stage"), OpenStage())
_ROLE = FieldSpec("role", _("Role in the opportunity"), kinds.ChoiceOf("contact_role"))
_OWNER = FieldSpec(
    "owner",
    _("Owner of what is new"),
    kinds.Person(owns=True),
    help=_("Empty: whoever owns the lead; you, where that person is deactivated."),
)
_CLOSE = FieldSpec(
    "expected_close_on", _("Expected close"), kinds.Date(), help=_("Of new opportunities. Empty: they have none.")
)
_DOUBTFUL = FieldSpec(
    "also_doubtful",
    _("Also convert doubtful ones"),
    kinds.Flag(),
    help=_("Otherwise a lead that fits several records, or one by little more than its name, is left for you."),
)
_DESPITE = FieldSpec(
    "despite_gate", _("Also convert leads that are not vetted"), kinds.Flag(), help=_("Otherwise they are refused.")
)


def _withheld_of_conversion(actor: Membership) -> tuple[FieldSpec, ...]:
    return catalogue.withheld(Opportunity.type_key, actor, (_CLOSE.name,))


def _asks_of_conversion(actor: Membership) -> tuple[FieldSpec, ...]:
    first = next(map(stage_name, open_stages()), "")
    stage = replace(_STAGE, help=gettext("Empty: %(stage)s.") % {"stage": first} if first else "")
    close = () if _withheld_of_conversion(actor) else (_CLOSE,)
    opportunity = (_WITHOUT, stage, *close, _ROLE) if may(actor, "create", Opportunity.type_key) else ()
    despite = (_DESPITE,) if current_gate().warns else ()
    return (*opportunity, _OWNER, _DOUBTFUL, *despite)


def _options(values: dict[str, Any]) -> Options:
    return Options(
        with_opportunity=not values.get("without_opportunity", False),
        stage=values.get("stage"),
        role=values.get("role"),
        owner=values.get("owner"),
        despite_gate=values.get("despite_gate", False),
        expected_close_on=values.get("expected_close_on"),
        also_doubtful=values.get("also_doubtful", False),
    )


def _convert(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> Any:
    return Batch([record], actor=actor, options=_options(values)).convert(record, because=because)


def _convert_batch(leads: Sequence[Lead], actor: Membership, values: dict[str, Any]) -> Apply:
    batch = Batch(leads, actor=actor, options=_options(values))

    def convert(
        record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
    ) -> Any:
        return batch.convert(record, because=because)

    return convert


def _rehearse(actor: Membership, values: dict[str, Any]) -> Rehearsal:
    return Rehearsal(actor, _options(values))


def _move(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    changed = set_lead_status(lead=record, status=values["status"], actor=actor, because=because)
    return {"changed" if changed else "same": 1}


def _close(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    if meaning_of(record) == LeadStatus.UNQUALIFIED:
        if _says_more(record, values):
            raise ValidationError(gettext("It is closed already: its reason stays, and no task or list is added."))
        return {"same": 1}
    close_as_unqualified(
        lead=record,
        reason=values["unqualified_reason"],
        actor=actor,
        task_subject=values["task_subject"],
        task_due_on=values["task_due_on"],
        task_owner=values["task_owner"],
        lists=chosen_lists(values),
        because=because,
    )
    return {"closed": 1}


def _says_more(lead: Lead, values: dict[str, Any]) -> bool:
    """Whether more is asked for than to close the closed lead for the reason that it has."""
    is_same = lead.unqualified_reason == values["unqualified_reason"]
    return not is_same or values["task_due_on"] is not None or bool(chosen_lists(values))


CONVERT = BulkAction(
    "convert",
    _("Convert"),
    "sparkles",
    _("Convert %(count)s %(records)s"),
    _convert,
    _asks_of_conversion,
    withheld=_withheld_of_conversion,
    shown=lambda actor: may(actor, "create", Account.type_key) or may(actor, "create", Contact.type_key),
    help=_(
        "What exists already is used, the rest is made, and leads of the same company come together. "
        "You first see what would happen."
    ),
    order=5,
    most=MOST_CONVERTED,
    tells={
        "accounts.new": ngettext_lazy("new account", "new accounts", "n"),
        "accounts.existing": ngettext_lazy("joins an existing account", "join existing accounts", "n"),
        "accounts.shared": ngettext_lazy("shares a new account", "share new accounts", "n"),
        "contacts.new": ngettext_lazy("new contact", "new contacts", "n"),
        "contacts.existing": ngettext_lazy("is an existing contact", "are existing contacts", "n"),
        "contacts.shared": ngettext_lazy("shares a new contact", "share new contacts", "n"),
        "opportunities.new": ngettext_lazy("new opportunity", "new opportunities", "n"),
        BEFORE: _("converted already"),
    },
    rehearse=_rehearse,
    apply_to_batch=_convert_batch,
    wait=wait_for_the_same,
    makes=PARTS,
    reads=tuple(spec.name for spec in LEAD_FIELDS if spec.on_edit),
    initial=lambda: {"expected_close_on": usual_close()},
    undoes=True,
    take_back=undo_one,
    undo_heading=_("Undo the conversion of %(count)s %(records)s"),
    undone=_("The conversion of %(count)s %(records)s was undone"),
)
MOVE = BulkAction(
    "status",
    _("Status"),
    "pencil",
    _("Move %(count)s %(records)s to a status"),
    _move,
    lambda actor: (_STATUS,),
    group=_("Set"),
    order=30,
    done=_("%(count)s %(records)s moved to %(value)s"),
    tells=CHANGED,
    already=ngettext_lazy("%(count)s already was there.", "%(count)s already were there.", "n"),
    writes=("status",),
    undoes=True,
)
CLOSE = BulkAction(
    "close",
    _("Close as unqualified"),
    "circle-x",
    _("Close %(count)s %(records)s as unqualified"),
    _close,
    lambda actor: (*CLOSING_FIELDS, *lists_to_choose(_("Put on the mailing list"))),
    order=40,
    done=_("%(count)s %(records)s closed as unqualified"),
    writes=("status",),
    undoes=True,
    tells={"closed": _("closed"), "same": _("closed already")},
    already=ngettext_lazy("%(count)s already was.", "%(count)s already were.", "n"),
)


def lead_actions(record_type: RecordType) -> Iterable[BulkAction]:
    return (CONVERT, MOVE, CLOSE) if record_type.key == "leads" else ()
