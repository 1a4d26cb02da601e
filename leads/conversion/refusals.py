"""What stands against converting a lead."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.models import Contact
from crm import catalogue
from crm.picklists.models import Meaning
from crm.users.access import may
from crm.users.models import Membership
from leads.conversion.plan import PARTS, ConversionPlan, Way
from leads.models import Lead
from leads.services import closed
from leads.vetting import GateResult, gate
from opportunities.models import Opportunity


class PartError(ValidationError):
    """What was refused, and for which of the three records (``part``: a key of ``PARTS``, or "" for all)."""

    def __init__(self, part: str, error: Any) -> None:
        self.part = part
        super().__init__(error)


class GateError(PartError):
    """The lead lacks what the workspace wants vetted (``result``). Past one that only warns goes ``despite_gate``."""

    def __init__(self, result: GateResult) -> None:
        self.result = result
        super().__init__("", result.sentence)


def check_conversion(lead: Lead, *, actor: Membership, plan: ConversionPlan, despite_gate: bool = False) -> list[str]:
    """Raise ``PartError`` when ``lead`` may not be converted so; return the criteria that are gone past knowingly."""
    if reason := closed(lead):
        raise PartError("", reason)
    _refuse_plan(plan, actor)
    return _pass_gate(lead, despite_gate)


def _pass_gate(lead: Lead, despite_gate: bool) -> list[str]:
    """Return the names of what is missing all the same."""
    result = gate(lead)
    if result.blocks or (result.warns and not despite_gate):
        raise GateError(result)
    return [one.label for one in result.missing]


def _refuse_plan(plan: ConversionPlan, actor: Membership) -> None:
    if plan.account.way == Way.NONE and plan.contact.way == Way.NONE:
        raise PartError(Contact.type_key, _("A lead becomes an account or a contact at least."))
    for key in PARTS:
        if plan.of(key).way == Way.NEW and not may(actor, "create", key):
            noun = catalogue.record_type(key).in_text_plural
            raise PartError(key, _("Your role may not create %(records)s.") % {"records": noun})
    first = plan.opportunity.values.get("stage")
    if first is not None and first.meaning != Meaning.OPEN:
        raise PartError(
            Opportunity.type_key, ValidationError({"stage": _("Choose an open stage; move it on afterwards.")})
        )
