"""Fields of an account that a file of people or deals may bring along, for the accounts that it creates."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from crm.catalogue import record_type as type_of_key
from crm.catalogue.types import RecordType
from crm.fields.kinds import Lookup, Phone, Url
from crm.fields.spec import FieldSpec
from crm.imports.answers import CREATED_ON_DEMAND
from crm.tenants.text import phone_key, sort_key
from crm.ui.dialect import in_text

FIELDS = (
    "website", "phone", "industry", "employees", "annual_revenue", "street", "city", "region", "postal_code", "country",
    "external_id",
)  # fmt: skip


def brought_fields(record_type: RecordType) -> dict[str, tuple[str, FieldSpec]]:
    """By their name in a mapping (``account.website``): the field that links to the account, and the account's own."""
    links = [spec.name for spec in record_type.fields if spec.importable and _is_link(record_type, spec)]
    if not links:
        return {}
    accounts = type_of_key(CREATED_ON_DEMAND)
    return {f"{links[0]}.{spec.name}": (links[0], spec) for spec in accounts.specs(FIELDS)}


def brought_label(link: FieldSpec, spec: FieldSpec) -> str:
    return _("New %(link)s: %(field)s") % {"link": in_text(str(link.label)), "field": spec.label}


def as_compared(spec: FieldSpec, value: Any) -> Any:
    """A value without what two ways of writing it differ in."""
    if isinstance(value, tuple):  # tags
        return {*map(sort_key, value)}
    if not isinstance(value, str):
        return spec.kind.history(value)
    if isinstance(spec.kind, Phone):
        return phone_key(value)
    if isinstance(spec.kind, Url):
        return re.sub(r"^https?://(www\.)?|/$", "", value.casefold())
    return sort_key(value)


def _is_link(record_type: RecordType, spec: FieldSpec) -> bool:
    return isinstance(spec.kind, Lookup) and spec.kind.key == CREATED_ON_DEMAND and record_type.key != spec.kind.key
