"""Bringing several leads of a firm into one account, in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Account
from crm import catalogue
from crm.ground.writes import service
from crm.records.access import get_record
from crm.users.models import Membership
from leads.conversion.convert import PartError, convert_lead
from leads.conversion.defaults import plan_for
from leads.conversion.meanwhile import wait_for_the_same
from leads.conversion.plan import NOTHING, Part, Way, existing
from leads.models import Lead


@service
def bring_together(
    *,
    lead_id: UUID,
    others: Sequence[UUID],
    actor: Membership,
    with_opportunity: bool = False,
    despite_gate: bool = False,
) -> tuple[Account, list[UUID]]:
    """Convert the lead and ``others`` into one account: the lead's own if it has one, else found or made for it.

    Each person becomes a contact there. ``with_opportunity`` opens one for the first lead. All or nothing: what is
    refused raises ``PartError`` with the lead's name; what one may not reach raises ``Http404``. ``despite_gate``: as
    for ``convert_lead``. Returned beside the account are the ids of those that were converted now.
    """
    leads = catalogue.record_type("leads")
    rows = [
        get_record(actor, leads, one, lock=True, whole=True, related=("owner",)) for one in sorted({lead_id, *others})
    ]
    wait_for_the_same(*rows)
    first = next(one for one in rows if one.pk == lead_id)
    account_id, rest = first.account_id, sorted({*others} - {lead_id})
    converted = rest if first.is_converted else [lead_id, *rest]
    if not first.is_converted:
        account_id = _convert(first, actor, None, with_opportunity, despite_gate)
    if account_id is None:
        raise PartError("", _("%(name)s was converted without an account.") % {"name": first.name})
    for other_id in rest:
        other = get_record(actor, leads, other_id, verb="edit", lock=True, whole=True, related=("owner",))
        _convert(other, actor, account_id, False, despite_gate)
    return get_record(actor, catalogue.record_type(Account.type_key), account_id), converted


def _convert(
    lead: Lead, actor: Membership, account_id: UUID | None, with_opportunity: bool, despite_gate: bool
) -> UUID | None:
    plan = plan_for(lead, actor)
    if account_id is not None:
        account = existing(account_id)
    else:
        account = plan.account if plan.account.way != Way.NONE else Part(Way.NEW)
    plan = replace(plan, account=account, opportunity=plan.opportunity if with_opportunity else NOTHING)
    try:
        return convert_lead(lead_id=lead.pk, actor=actor, plan=plan, despite_gate=despite_gate).account_id
    except ValidationError as error:
        words = {"name": lead.name, "reason": " ".join(error.messages)}
        raise PartError("", _("%(name)s: %(reason)s") % words) from error
