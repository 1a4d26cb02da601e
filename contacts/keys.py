"""Which contact a row of a file is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.catalogue.files import NaturalKey, Shared
from crm.records.natural import SHARED_NAME, SHARED_PHONE, contradicts, email_of, name_of, same_person


def _name_with_account(values: Mapping[str, Any]) -> str:
    return name_of(values) if values.get("account") else ""


def _name_alone(values: Mapping[str, Any]) -> str:
    return "" if values.get("account") or email_of(values) else name_of(values)


def _same_account(values: Mapping[str, Any], contact: Any) -> bool | None:
    account_id = getattr(values["account"], "pk", None)  # none has one that is still to be made
    if account_id is None or account_id != contact.account_id:
        return False
    return None if contradicts(email_of(values), contact.email_key) else True


def _nothing_else_known(values: Mapping[str, Any], contact: Any) -> bool | None:
    return not (contact.account_id or contact.email_key)


def _perhaps(values: Mapping[str, Any], contact: Any) -> bool | None:
    """A name says little; where an address or an account speaks against it, nothing."""
    account, account_id = values.get("account"), contact.account_id
    is_elsewhere = account and account_id and getattr(account, "pk", None) != account_id
    return False if is_elsewhere or contradicts(email_of(values), contact.email_key) else None


CONTACT_KEYS = (
    NaturalKey(
        _("e-mail address"),
        "email_key",
        email_of,
        same_person,
        within=("name", "first_name", "last_name"),
        shares=SHARED_NAME,
    ),
    NaturalKey(
        _("name and account"),
        "sort_name",
        _name_with_account,
        _same_account,
        within=("account",),
        shares=Shared(lambda values: [getattr(values["account"], "pk", None)], lambda contact: [contact.account_id]),
    ),
    NaturalKey(
        _("name and all else"), "sort_name", _name_alone, _nothing_else_known, by_content=True, shares=SHARED_PHONE
    ),
    NaturalKey(_("name"), "sort_name", name_of, _perhaps, within=None),
)
