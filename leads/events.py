"""What happens to leads, and to what they are converted into; and to the rules for vetting and converting them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.events import ACCOUNT
from contacts.events import CONTACT
from crm.events.called import IS_ACTIVE, NAME, ORDER, Called
from crm.events.types import Cause, Noun, RecordEvent, declare
from crm.mailing_lists.events import list_events
from crm.records import events as records
from leads.vetting.rule import Unmet
from leads.vetting.settings import CONVERSION_GATE
from opportunities.events import OPPORTUNITY

LEAD = Noun("leads", "lead", _("Lead"))

CREATED = records.CREATED.of(LEAD)
CHANGED = records.CHANGED.of(LEAD)
DELETED = records.DELETED.of(LEAD)
RESTORED = records.RESTORED.of(LEAD)
PUT_ON_LIST, TAKEN_OFF_LIST = list_events(LEAD)

STATUS_CHANGED = declare(
    "lead.status_changed",
    _("Lead status changed"),
    _("%(actor)s moved the status from %(old)s to %(new)s"),
    about=LEAD.key,
    field="status",
    icon="arrow-right",
    tone="info",
)
UNQUALIFIED = declare(
    "lead.unqualified",
    _("Lead closed as unqualified"),
    _("%(actor)s closed %(this)s as unqualified: %(new)s"),
    about=LEAD.key,
    field="unqualified_reason",
    icon="circle-x",
    tone="danger",
)
TAKEN = declare("lead.taken", _("Lead taken from the pool"), _("%(actor)s took %(this)s from the pool"), about=LEAD.key)
GIVEN_BACK = declare(
    "lead.given_back",
    _("Lead given back to the pool"),
    _("%(actor)s gave %(this)s back to the pool"),
    about=LEAD.key,
)

# Conversion

LEFT_OUT = "left_out"
_CONVERSION = {"conversion": "the id of the conversion", "lead": "the lead"}
CONVERTED = declare(
    "lead.converted",
    _("Lead converted"),
    _("%(actor)s converted the lead %(lead)s into %(into)s"),
    about=LEAD.key,
    icon="sparkles",
    tone="success",
    payload=_CONVERSION
    | {
        "into": "the records: type, id, label, and whether each was new or there already",
        "despite_gate": "the criteria that were not met",
        LEFT_OUT: "what did not fit: the field of the lead, and in words",
    },
    cause=Cause(
        _("came from {record}, converted on {day} by {person}"),
        _("a lead"),
        imported=_("came from {record}, converted on {day} (imported by {person})"),
    ),
)
CONVERSION_UNDONE = declare(
    "lead.conversion_undone",
    _("Conversion undone"),
    _("%(actor)s undid the conversion of the lead %(lead)s"),
    about=LEAD.key,
    icon="undo-2",
    tone="warning",
    payload=_CONVERSION | {"told": "the ids of the members who had read that it was converted for them"},
    undoes=True,
)
_OF_LINK = {"lead": "the lead that was converted into it"}
LINKED = RecordEvent(
    "linked", _("{noun} linked to a lead"), _("%(actor)s linked the lead %(lead)s to %(this)s"), payload=_OF_LINK
)
UNLINKED = RecordEvent(
    "unlinked",
    _("{noun} no longer linked to a lead"),
    _("%(actor)s undid the conversion of the lead %(lead)s into %(this)s"),
    payload=_OF_LINK,
    undoes=True,
)
for _into in (ACCOUNT, CONTACT, OPPORTUNITY):
    LINKED.of(_into)
    UNLINKED.of(_into)

FIELD_MAP_CHANGED = declare(
    "field_map.changed",
    _("Lead field map changed"),
    _("%(actor)s changed where fields of leads go: %(added)s (before: %(removed)s)"),
    payload={"added": "the pairs of fields that were added, in words", "removed": "those that were taken away"},
)

# Vetting

_ANSWER = {
    "criterion": "the criterion",
    "round": "the number of the lead's round of vetting",
    "score": "its score since, in per cent",
}
_CALLED = {"answer": Called(_("Answer")), "evidence": Called(_("Evidence"))}
VETTED = declare(
    "lead.vetted",
    _("Lead vetted"),
    _("%(actor)s vetted %(criterion)s: %(new)s"),
    about=LEAD.key,
    field="answer",
    icon="clipboard-check",
    tone="info",
    payload=_ANSWER,
    called=_CALLED,
)
VETTING_TAKEN_BACK = declare(
    "lead.vetting_taken_back",
    _("Vetting answer taken back"),
    _("%(actor)s set %(criterion)s back to unknown"),
    about=LEAD.key,
    icon="clipboard-check",
    payload=_ANSWER,
    called=_CALLED,
)
EVIDENCE_CHANGED = declare(
    "lead.evidence_changed",
    _("Vetting evidence changed"),
    _("%(actor)s changed the evidence for %(criterion)s"),
    about=LEAD.key,
    icon="clipboard-check",
    payload=_ANSWER,
    called=_CALLED,
)
_CRITERION = {"id": "the id of the criterion", "label": "what it is called"}
CRITERION_CREATED = declare(
    "criterion.created",
    _("Vetting criterion created"),
    _("%(actor)s added the criterion “%(label)s”"),
    payload=_CRITERION,
)
CRITERION_CHANGED = declare(
    "criterion.changed",
    _("Vetting criterion changed"),
    payload=_CRITERION,
    called={
        "label": NAME,
        "question": Called(_("question")),
        "weight": Called(_("weight")),
        "is_active": IS_ACTIVE,
        "order": ORDER,
    },
)
CRITERION_DELETED = declare(
    "criterion.deleted",
    _("Vetting criterion deleted"),
    _("%(actor)s deleted the criterion “%(label)s”"),
    payload=_CRITERION,
    deletes=True,
)
GATE_CHANGED = declare(
    "conversion_gate.changed",
    _("Conversion gate changed"),
    called={
        "needs": Called(CONVERSION_GATE.called),
        "criteria": Called(_("criteria")),
        "unmet": Called(_("what happens when it is missing"), dict(Unmet.choices)),
    },
)
