"""The open opportunities that a lead can go into, once an account and a contact are chosen for it."""

from __future__ import annotations

from collections.abc import Sequence

from crm.ground.ids import uuid_of
from crm.picklists.models import Meaning
from crm.picklists.selectors import stage_ids_meaning
from crm.records.access import visible_records
from crm.users.models import Membership
from leads.conversion.plan import ConversionPlan, Way
from leads.matching import SHOWN, Candidate
from leads.matching.weighing import WEIGHTS, Reason
from opportunities.models import Opportunity
from opportunities.record import OPPORTUNITY


def fitting_opportunities(
    found: Sequence[Candidate], *, actor: Membership, account: str, contact: str
) -> list[Candidate]:
    """Return those of ``found``, and of the chosen account's and contact's others, that fit the chosen account.

    ``account`` and ``contact`` are what is chosen: the id of a record, or how else it comes about (``Way``).
    """
    visible = visible_records(actor, OPPORTUNITY, "edit").select_related("account")  # a contact is added to it
    is_open = visible.filter(stage_id__in=stage_ids_meaning(Meaning.OPEN))
    offered = {one.record.pk: one for one in found}
    for reason, column, chosen in (
        (Reason.OF_CONTACT, "contact", contact),
        (Reason.OF_ACCOUNT, "account", account),
    ):
        if record_id := uuid_of(chosen):
            score = WEIGHTS[Opportunity.type_key][reason]
            for record in is_open.filter(**{column: record_id})[:SHOWN]:
                offered.setdefault(record.pk, Candidate(record, (reason,), score, False))
    fitting = [one for one in offered.values() if _fits(one, account)]
    return sorted(fitting, key=lambda one: (-one.score, one.record.sort_name, one.record.pk))[:SHOWN]


def open_with_contact(found: Sequence[Candidate], plan: ConversionPlan) -> Candidate | None:
    """The open opportunity of ``found`` that goes before a new one: with the contact that ``plan`` links."""
    account = plan.account
    chosen = str(account.record_id if account.way == Way.EXISTING else account.way)
    if plan.contact.way != Way.EXISTING or plan.opportunity.way != Way.NEW:
        return None
    return next((one for one in found if Reason.OF_CONTACT in one.reasons and _fits(one, chosen)), None)


def _fits(candidate: Candidate, account: str) -> bool:
    """An opportunity is with one account: the lead cannot go into another one beside it."""
    theirs = candidate.record.account_id
    return account == Way.NONE or theirs is None or str(theirs) == account
