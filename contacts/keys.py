"""Which contact a row of a file is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.catalogue.files import NaturalKey, Shared, Where
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


def _company(values: Mapping[str, Any]) -> Any:
    return values.get("account") or values.get("vendor")


def _company_id(values: Mapping[str, Any]) -> Any:
    return getattr(_company(values), "pk", None)  # none has one that is still to be made


def _name_with_company(values: Mapping[str, Any]) -> str:
    return name_of(values) if _company(values) else ""


def _name_alone(values: Mapping[str, Any]) -> str:
    return "" if _company(values) or email_of(values) else name_of(values)


def _same_company(values: Mapping[str, Any], contact: Any) -> bool | None:
    company_id = _company_id(values)
    if company_id is None or company_id not in (contact.account_id, contact.vendor_id):
        return False
    return None if contradicts(email_of(values), contact.email_key) else True


def _nothing_else_known(values: Mapping[str, Any], contact: Any) -> bool | None:
    return not (contact.account_id or contact.vendor_id or contact.email_key)


def _perhaps(values: Mapping[str, Any], contact: Any) -> bool | None:
    """A name says little; where an address or a company speaks against it, nothing."""
    known = contact.account_id or contact.vendor_id
    is_elsewhere = _company(values) and known and _company_id(values) != known
    return False if is_elsewhere or contradicts(email_of(values), contact.email_key) else None


def _at_the_company(values: Mapping[str, Any]) -> list[Where]:
    column = "account_id" if values.get("account") else "vendor_id"
    company_id = _company_id(values)
    return [Where(f"{column} = wanted.b[1]::uuid", (str(company_id),))] if company_id else []


def _that_say_nothing_else(values: Mapping[str, Any]) -> list[Where]:
    return [with_such_a_phone(values, "account_id IS NULL AND vendor_id IS NULL AND email_key = ''")]


def _not_elsewhere(values: Mapping[str, Any]) -> Where:
    company = _company(values) and (_company_id(values) or "none of them")
    others = {"COALESCE(hit.account_id, hit.vendor_id)": company, "hit.email_key": email_of(values)}
    return unless_it_says(others, ("account_id", "vendor_id", "email_key"))


CONTACT_KEYS = (
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
        _("name and account"),
        "sort_name",
        _name_with_company,
        _same_company,
        within=("account", "vendor"),
        shares=Shared(lambda values: [_company_id(values)], lambda contact: [contact.account_id, contact.vendor_id]),
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
