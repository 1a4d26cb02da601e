"""The vetting on the page of a lead, and on that of the opportunity that came of it; and how the log tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm import catalogue
from crm.catalogue.types import Panel
from crm.picklists.models import Choice, Meaning
from crm.picklists.selectors import choice, choices, stage
from crm.records.access import url_for
from crm.users.access import can, hide_from
from crm.users.models import Membership
from leads.fields import OPEN_MEANINGS
from leads.models import Conversion, Lead
from leads.picklists import LeadStatus
from leads.services import meaning_of
from leads.vetting.models import MOST_EVIDENCE, Answer
from leads.vetting.rule import criteria
from leads.vetting.selectors import Vetting, vetting_of, vettings_of
from opportunities.models import Opportunity
from opportunities.picklists import LossClass


def load_vetting(actor: Membership, lead: Lead) -> dict[str, Any] | None:
    """The criteria with what is held of each; of a closed lead what was found out, if anything was."""
    is_open = meaning_of(lead) in OPEN_MEANINGS
    vetting = vetting_of(lead, is_open=is_open)
    despite = _despite([lead]).get(lead.pk) if lead.is_converted else None
    if not (vetting.is_begun or despite or (is_open and criteria())):
        return None
    may_answer = is_open and can(actor, "edit", lead)
    return {
        "lead": lead,
        "vetting": vetting,
        "is_open": is_open,
        "may_answer": may_answer,
        "answers": Answer.choices,
        "most_evidence": MOST_EVIDENCE,
        "suggestion": suggested_status(lead, vetting) if may_answer else None,
        "despite": despite,
    }


def suggested_status(lead: Lead, vetting: Vetting) -> Choice | None:
    """The status "qualified", once a lead that has not got so far has what the gate asks for (or else everything)."""
    if meaning_of(lead) not in (LeadStatus.NEW, LeadStatus.WORKING) or not vetting.current.answered:
        return None
    needed = [claim for claim in vetting.current.claims if claim.is_needed] or vetting.current.claims
    if not all(claim.is_yes for claim in needed):
        return None
    return next((one for one in choices("lead_status") if one.meaning == LeadStatus.QUALIFIED), None)


def load_claims(actor: Membership, opportunity: Any) -> dict[str, Any] | None:
    """What had been found out about the leads that the opportunity came of, and whether it was lost over that.

    Whoever sees the opportunity sees this, also without access to the leads, which then are not named.
    """
    leads = list(Lead.objects.filter(opportunity=opportunity).order_by("converted_at", "pk"))
    if not leads:
        return None
    for lead in leads:
        hide_from(actor, lead)
    vettings, despite = vettings_of(leads, is_open=False), _despite(leads)
    found = [
        {
            "lead": lead,
            "url": url_for(actor, lead),
            "round": vettings[lead.pk].current,
            "despite": despite.get(lead.pk),
        }
        for lead in leads
        if vettings[lead.pk].current.answered or lead.pk in despite
    ]
    lost_by = _vetting_loss(opportunity)
    if not found and lost_by is None:
        return None
    claimed = [claim for lead in leads for claim in vettings[lead.pk].current.claims if claim.is_yes]
    return {"vetted": found, "lost_by": lost_by, "claimed": claimed}


def _vetting_loss(opportunity: Any) -> Choice | None:
    """The reason why it was lost, when that is one that vetting should have found."""
    if stage(opportunity.stage_id).meaning != Meaning.LOST or opportunity.loss_reason_id is None:
        return None
    reason = choice(opportunity.loss_reason_id)
    return reason if reason.meaning == LossClass.VETTING else None


@dataclass(frozen=True)
class Despite:
    """A lead that was converted although the gate found something missing."""

    missing: list[str]
    by: Membership | None


def _despite(leads: list[Lead]) -> dict[UUID, Despite]:
    """What was missing when those of ``leads`` were converted that did not meet the gate, and who did it."""
    rows = Conversion.objects.filter(lead__in=leads, undone_at=None).select_related("event", "converted_by")
    found = {row.lead_id: (row.event.data.get("despite_gate"), row.converted_by) for row in rows if row.event}
    return {lead_id: Despite(missing, by) for lead_id, (missing, by) in found.items() if missing}


VETTING_PANEL = Panel("vetting", "leads/vetting/panel.html", load_vetting, order=20, place="middle")  # of a lead
catalogue.add_panel(Opportunity.type_key, Panel("vetting", "leads/vetting/claims_panel.html", load_claims, order=30))
