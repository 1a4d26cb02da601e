"""Which lead a row of a file is about, and what old files leave out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.catalogue.files import Gap, Moves, NaturalKey, Shared, Where
from crm.ground.addresses import email_key
from crm.keys.firms import company_key
from crm.records.natural import (
    SHARED_NAME,
    SHARED_PHONE,
    contradicts,
    email_of,
    name_of,
    same_person,
    unless_it_says,
    with_such_a_name,
    with_such_a_phone,
)
from leads.picklists import LeadStatus
from leads.services import NO_REASON_GIVEN


def _name_with_company(values: Mapping[str, Any]) -> str:
    return name_of(values) if values.get("company") else ""


def _same_company(values: Mapping[str, Any], lead: Any) -> bool | None:
    if company_key(values["company"]) != lead.company_key:
        return False
    return None if contradicts(email_key(values.get("email") or ""), lead.email_key) else True


def _name_alone(values: Mapping[str, Any]) -> str:
    return "" if values.get("company") or email_of(values) else name_of(values)


def _nothing_else_known(values: Mapping[str, Any], lead: Any) -> bool | None:
    return not (lead.company_key or lead.email_key)


def _perhaps(values: Mapping[str, Any], lead: Any) -> bool | None:
    """A name says little; where an address or a company speaks against it, nothing."""
    is_elsewhere = contradicts(company_key(values.get("company") or ""), lead.company_key)
    return False if is_elsewhere or contradicts(email_of(values), lead.email_key) else None


def _at_the_company(values: Mapping[str, Any]) -> list[Where]:
    company = company_key(values["company"])
    index = " AND company_key <> ''" if company else ""  # which the partial index needs to be told
    return [Where(f"company_key = wanted.b[1]{index}", (company,))]


def _that_say_nothing_else(values: Mapping[str, Any]) -> list[Where]:
    return [with_such_a_phone(values, "company_key = '' AND email_key = ''")]


def _not_elsewhere(values: Mapping[str, Any]) -> Where:
    others = {"hit.company_key": company_key(values.get("company") or ""), "hit.email_key": email_of(values)}
    return unless_it_says(others, ("company_key", "email_key"))


def _dated(lead: Any, values: dict[str, Any], day: date | None, may_write: Callable[[str], bool]) -> dict[str, Any]:
    """Since when it has the status that a file says, nobody knows but the file."""
    status = values.get("status")
    if status is None or status.pk == lead.status_id:
        return values
    return {"status_since": None} | ({"converted_at": None} if status.meaning == LeadStatus.CONVERTED else {}) | values


LEAD_MOVES = Moves("status", _dated)
LEAD_KEYS = (
    NaturalKey(
        _("e-mail address"),
        "email_key",
        email_of,
        same_person,
        within=("name", "first_name", "last_name"),
        shares=SHARED_NAME,
        near=with_such_a_name,
        perhaps=lambda values: Where(),
    ),
    NaturalKey(
        _("name and company"),
        "sort_name",
        _name_with_company,
        _same_company,
        within=("company",),
        shares=Shared(lambda values: [company_key(values["company"])], lambda lead: [lead.company_key]),
        near=_at_the_company,
    ),
    NaturalKey(
        _("name and all else"),
        "sort_name",
        _name_alone,
        _nothing_else_known,
        by_content=True,
        shares=SHARED_PHONE,
        near=_that_say_nothing_else,
    ),
    NaturalKey(_("name"), "sort_name", name_of, _perhaps, within=None, perhaps=_not_elsewhere),
)
LEAD_GAPS = (
    Gap(
        "unqualified_reason",
        by="status",
        needed=lambda status: status.meaning == LeadStatus.UNQUALIFIED,
        question=_("Why were these leads closed as unqualified? Rows that do not say: %(count)s."),
        unknown=NO_REASON_GIVEN,
        unknown_label=_("No reason given"),
    ),
)
