"""The buttons of a lead's page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.catalogue.types import Action
from crm.users.access import can
from crm.users.models import Membership
from leads.fields import OPEN_MEANINGS
from leads.intake.pool import may_give_back, may_mark_bad, may_take
from leads.models import Lead
from leads.picklists import LeadStatus
from leads.services import meaning_of


def _open(actor: Membership, lead: Lead) -> bool:
    return meaning_of(lead) in OPEN_MEANINGS and can(actor, "edit", lead)


def _closed(actor: Membership, lead: Lead) -> bool:
    return meaning_of(lead) == LeadStatus.UNQUALIFIED and can(actor, "edit", lead)


def _converted(actor: Membership, lead: Lead) -> bool:
    return lead.is_converted and can(actor, "edit", lead)


LEAD_ACTIONS = (
    Action("convert", _("Convert"), "sparkles", "leads:conversion", _open, primary=True, order=10),
    Action("close", _("Close as unqualified"), "circle-x", "leads:closing", _open, dialog=True, order=20),
    Action("reopen", _("Reopen"), "rotate-ccw", "leads:closing", _closed, primary=True, dialog=True, order=10),
    Action("take", _("Take"), "hand", "leads:taking", may_take, order=5, method="POST", on_row=True),
    Action(
        "bad", _("Mark as bad"), "ban", "leads:bad", may_mark_bad, order=30, method="POST", on_row=True, in_menu=True
    ),
    Action(
        "give_back",
        _("Give back to the pool"),
        "inbox",
        "leads:taking",
        may_give_back,
        order=40,
        method="DELETE",
        on_row=True,
        in_menu=True,
    ),
    Action("undo", _("Undo conversion"), "undo-2", "leads:conversion_undo", _converted, dialog=True, order=10),
)
