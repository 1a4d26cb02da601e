"""The pool: leads that nobody owns. Members take from it, give back, and sort out what is not real."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue
from crm.events.models import Event
from crm.ground.writes import service
from crm.picklists.selectors import choice_meaning
from crm.records.services import update_record
from crm.users.access import can, may
from crm.users.models import Membership
from leads.events import GIVEN_BACK, TAKEN
from leads.fields import OPEN_MEANINGS
from leads.models import Lead
from leads.picklists import UnqualifiedReason
from leads.services import close_as_unqualified, meaning_of

JUST_NOW = timedelta(minutes=10)


def may_take(actor: Membership, lead: Lead) -> bool:
    """Whether ``lead`` lies in the pool and ``actor`` could work on it."""
    return lead.owner_id is None and meaning_of(lead) in OPEN_MEANINGS and may(actor, "edit", "leads")


def may_give_back(actor: Membership, lead: Lead) -> bool:
    return lead.owner_id is not None and meaning_of(lead) in OPEN_MEANINGS and can(actor, "edit", lead)


def may_mark_bad(actor: Membership, lead: Lead) -> bool:
    return meaning_of(lead) in OPEN_MEANINGS and can(actor, "edit", lead)


@service
def take_lead(*, lead: Lead, actor: Membership) -> None:
    """Make ``actor`` the owner of ``lead``, which must be locked; taken twice it stays taken.

    Raises ``ValidationError`` when somebody else has it already, or it is no longer open.
    """
    if lead.owner_id == actor.pk:
        return
    if lead.owner is not None:
        raise ValidationError(_("%(name)s was quicker and has this lead now.") % {"name": lead.owner.name})
    if not may_take(actor, lead):
        raise ValidationError(_("This lead is closed: there is nothing to take."))
    update_record(catalogue.record_type("leads"), lead, actor=actor, values={"owner": actor}, event_type=TAKEN)


@service
def give_back_lead(*, lead: Lead, actor: Membership) -> None:
    """Put ``lead`` back into the pool of its team, or of everybody."""
    if lead.owner_id is not None:
        leads = catalogue.record_type("leads")
        update_record(leads, lead, actor=actor, values={"owner": None}, event_type=GIVEN_BACK)


def mark_bad(*, lead: Lead, actor: Membership) -> None:
    """Close ``lead`` because it is not real."""
    close_as_unqualified(
        lead=lead, reason=choice_meaning("unqualified_reason", UnqualifiedReason.NOT_REAL), actor=actor
    )


def just_taken_by(lead_id: UUID) -> Membership | None:
    """Return who has taken the lead a moment ago, for those who saw it in the pool and now cannot see it any more."""
    taken = Event.objects.filter(
        record_type="leads", record_id=lead_id, name=TAKEN.name, at__gte=timezone.now() - JUST_NOW
    ).select_related("actor")
    event = taken.order_by("-at").first()
    return event.actor if event else None
