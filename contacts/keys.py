"""Which contact a row of a file is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.records.natural import contradicts, email_of, name_of, same_person
from crm.records.types import NaturalKey
from crm.tenants.text import email_key


def _name_with_account(values: Mapping[str, Any]) -> str:
    return name_of(values) if values.get("account") else ""


def _same_account(values: Mapping[str, Any], contact: Any) -> bool | None:
    if getattr(values["account"], "pk", None) != contact.account_id:
        return False
    return None if contradicts(email_key(values.get("email") or ""), contact.email_key) else True


CONTACT_KEYS = (
    NaturalKey(_("e-mail address"), "email_key", email_of, same_person, within=("name", "first_name", "last_name")),
    NaturalKey(_("name and account"), "sort_name", _name_with_account, _same_account, within=("account",)),
)
