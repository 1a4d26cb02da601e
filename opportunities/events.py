"""What happens to opportunities."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.types import Cause, Noun, declare
from crm.records import events as records

OPPORTUNITY = Noun("opportunities", "opportunity", _("Opportunity"))
UNSEEN = _("an opportunity")  # one that the reader may not see
BY_HAND = "probability_by_hand"

CREATED = records.CREATED.of(OPPORTUNITY)
CHANGED = records.CHANGED.of(OPPORTUNITY)
DELETED = records.DELETED.of(OPPORTUNITY, cause=Cause(_("{record} was deleted on {day}, by {person}"), UNSEEN))
RESTORED = records.RESTORED.of(OPPORTUNITY, cause=Cause(_("{record} was brought back on {day}, by {person}"), UNSEEN))

_TELLS = {"on": "closed_on", BY_HAND: "probability"}
_MOVE = {
    "name": "what it was called",
    "on": "the day on which it was won or lost; null: nobody knows it",
    BY_HAND: "the probability that had been set by hand when it was closed",
}
STAGE_CHANGED = declare(
    "opportunity.stage_changed",
    _("Opportunity moved to another stage"),
    _("%(actor)s moved the stage from %(old)s to %(new)s"),
    about=OPPORTUNITY.key,
    field="stage",
    icon="arrow-right",
    tone="info",
    payload=_MOVE,
    tells=_TELLS,
)
WON = declare(
    "opportunity.won",
    _("Opportunity won"),
    _("%(actor)s won %(this)s"),
    imported=_("%(actor)s imported %(this)s as won"),
    about=OPPORTUNITY.key,
    icon="trophy",
    tone="success",
    payload=_MOVE,
    tells=_TELLS,
    cause=Cause(
        _("won {record} on {day}, by {person}"),
        UNSEEN,
        imported=_("won {record} on {day} (imported by {person})"),
        entered=_("won {record} on {day}, entered by {person}"),
    ),
)
LOST = declare(
    "opportunity.lost",
    _("Opportunity lost"),
    _("%(actor)s marked %(this)s as lost: %(new)s"),
    imported=_("%(actor)s imported %(this)s as lost: %(new)s"),
    about=OPPORTUNITY.key,
    field="loss_reason",
    icon="circle-x",
    tone="danger",
    payload=_MOVE,
    tells=_TELLS,
    cause=Cause(
        _("lost {record} on {day}, by {person}"),
        UNSEEN,
        imported=_("lost {record} on {day} (imported by {person})"),
    ),
)
REOPENED = declare(
    "opportunity.reopened",
    _("Opportunity reopened"),
    _("%(actor)s reopened %(this)s into %(new)s"),
    about=OPPORTUNITY.key,
    field="stage",
    icon="undo-2",
    tone="info",
    payload=_MOVE,
    tells=_TELLS,
    cause=Cause(_("{record} was reopened on {day}, by {person}"), UNSEEN),
)
ACCOUNT_CHANGED = declare(
    "opportunity.account_changed",
    _("Opportunity moved to another account"),
    _("%(actor)s changed the account from %(old)s to %(new)s"),
    about=OPPORTUNITY.key,
    field="account",
    cause=Cause(_("{record} was moved to another account on {day}, by {person}"), UNSEEN),
)
_PART = {"contact": "the contact", "role": "the part that the contact plays, null = none was said"}
CONTACT_ADDED = declare(
    "opportunity.contact_added",
    _("Contact added to an opportunity"),
    _("%(actor)s gave %(contact)s a part in %(this)s"),
    about=OPPORTUNITY.key,
    payload=_PART,
)
CONTACT_REMOVED = declare(
    "opportunity.contact_removed",
    _("Contact taken off an opportunity"),
    _("%(actor)s took %(contact)s off %(this)s"),
    about=OPPORTUNITY.key,
    payload=_PART,
)

LAPSED = declare(
    "customers.lapsed",
    _("Past customers looked for"),
    _("%(actor)s had past customers looked for"),
    payload={
        "contract_ended": "how many became past customers because their contract had ended",
        "no_win": "how many because nothing had been won for too long",
        "error": "what the run failed at",
    },
)
