"""The buttons of an opportunity's page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.catalogue.types import Action
from crm.picklists.models import Meaning
from crm.picklists.selectors import pipelines
from crm.users.access import can
from crm.users.models import Membership
from opportunities.models import Opportunity
from opportunities.selectors import meaning_of


def _may_be_reopened(actor: Membership, opportunity: Opportunity) -> bool:
    return meaning_of(opportunity) != Meaning.OPEN and can(actor, "edit", opportunity)


def _may_change_pipeline(actor: Membership, opportunity: Opportunity) -> bool:
    return len(pipelines()) > 1 and can(actor, "edit", opportunity)


OPPORTUNITY_ACTIONS = (
    Action("reopen", _("Reopen"), "undo-2", "opportunities:reopening", _may_be_reopened, dialog=True),
    Action(
        "pipeline",
        _("Change pipeline"),
        "arrow-right-left",
        "opportunities:stage",
        _may_change_pipeline,
        dialog=True,
        in_menu=True,
    ),
)
