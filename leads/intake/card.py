"""A lead from a business card: a few fields, and the day on which to get in touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import catalogue
from crm.activities.models import ActivityKind
from crm.activities.services import create_activity
from crm.fields import kinds
from crm.fields.look.forms import RecordForm
from crm.fields.spec import FieldSpec
from crm.ground.writes import service
from crm.tenants.clock import today
from crm.tenants.regions import working_day_from
from crm.ui.bidi import filled
from crm.users.models import Membership
from leads.intake.policy import card_source
from leads.models import Lead
from leads.services import create_lead

USUAL_DAYS = 2  # until the follow-up, or longer where nobody works then
OF_LEAD = ("name", "job_title", "company", "email", "phone")
KEPT = ("campaign", "follow_up_on")  # from one card of an event to the next


def card_fields(actor: Membership) -> tuple[FieldSpec, ...]:
    """What a card says of a lead, as far as ``actor`` may fill it in, and what is to be done about it."""
    leads = catalogue.seen_type("leads", actor)
    label, about = gettext_lazy("Event or campaign"), gettext_lazy("Where you met.")
    return (
        *(spec for spec in leads.specs(OF_LEAD) if not spec.is_read_only),
        *(replace(spec, label=label, help=about) for spec in leads.specs(("campaign",)) if not spec.is_read_only),
        FieldSpec("follow_up_on", gettext_lazy("Follow up on"), kinds.Date(), help=gettext_lazy("Empty: no task.")),
        FieldSpec("follow_up", gettext_lazy("What to do then"), kinds.Text(300)),
        FieldSpec("note", gettext_lazy("Note"), kinds.LongText(), help=gettext_lazy("What you talked about.")),
    )


class CardForm(RecordForm):
    """What stands on the card, and what to do about it."""

    def __init__(self, *, actor: Membership, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        usual = {"follow_up_on": working_day_from(today() + timedelta(days=USUAL_DAYS))}
        withheld = catalogue.withheld("leads", actor, (*OF_LEAD, "campaign"))
        given = usual | (initial or {})
        super().__init__(card_fields(actor), actor=actor, data=data, initial=given, withheld=withheld)


@service
def create_lead_from_card(*, actor: Membership, values: dict[str, Any]) -> Lead:
    """Create a lead of ``actor`` from what ``CardForm`` gives, with its note and its follow-up task.

    Raises ``ValidationError`` keyed by field.
    """
    own = {name: values[name] for name in (*OF_LEAD, "campaign") if name in values}
    lead = create_lead(actor=actor, values={**own, "source": card_source(), "owner": actor})
    if values["note"]:
        create_activity(kind=ActivityKind.NOTE, records=[lead], actor=actor, body=values["note"])
    if values["follow_up_on"]:
        create_activity(
            kind=ActivityKind.TASK,
            records=[lead],
            actor=actor,
            subject=values["follow_up"] or filled(_("Follow up: %(name)s"), {"name": lead.name}),
            due_on=values["follow_up_on"],
            owner=actor,
        )
    return lead
