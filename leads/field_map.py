"""Which field of a lead goes into which field of the account, contact and opportunity that it becomes.

What is not in the map stays readable on the converted lead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crm.records import registry
from leads.models import Lead


@dataclass(frozen=True)
class Mapping:
    """The lead's field ``source`` goes into ``field`` of the record type ``target``.

    Not so when the lead also becomes one of the types in ``unless``: there the value is better placed.
    Of two mappings to one field the first that has a value wins.
    """

    source: str
    target: str
    field: str
    unless: frozenset[str] = frozenset()


_ADDRESS = ("street", "city", "region", "postal_code", "country")
_CONTACT, _ACCOUNT, _OPPORTUNITY = "contacts", "accounts", "opportunities"

FIELD_MAP: tuple[Mapping, ...] = (
    Mapping("company", _ACCOUNT, "name"),
    Mapping("name", _ACCOUNT, "name"),  # a person who is a firm
    Mapping("website", _ACCOUNT, "website"),
    Mapping("phone", _ACCOUNT, "phone", unless=frozenset({_CONTACT})),
    Mapping("employees", _ACCOUNT, "employees"),
    *(Mapping(name, _ACCOUNT, name) for name in _ADDRESS),
    Mapping("description", _ACCOUNT, "description", unless=frozenset({_CONTACT, _OPPORTUNITY})),
    Mapping("first_name", _CONTACT, "first_name"),
    Mapping("last_name", _CONTACT, "last_name"),
    Mapping("job_title", _CONTACT, "job_title"),
    Mapping("email", _CONTACT, "email"),
    Mapping("phone", _CONTACT, "phone"),
    Mapping("opted_out", _CONTACT, "opted_out"),
    *(Mapping(name, _CONTACT, name, unless=frozenset({_ACCOUNT})) for name in _ADDRESS),
    Mapping("description", _CONTACT, "description", unless=frozenset({_OPPORTUNITY})),
    Mapping("estimated_value", _OPPORTUNITY, "amount"),
    Mapping("product_interest", _OPPORTUNITY, "product"),
    Mapping("source", _OPPORTUNITY, "source"),
    Mapping("campaign", _OPPORTUNITY, "campaign"),
    Mapping("rating", _OPPORTUNITY, "rating"),
    Mapping("description", _OPPORTUNITY, "description"),
)


def is_blank(value: Any) -> bool:
    """Whether a field with ``value`` says nothing. A flag that is not set is blank."""
    return value in (None, "", False)


def mapped_values(lead: Lead, target: str, made: Iterable[str]) -> dict[str, Any]:
    """Return what ``lead`` brings into a record of the type ``target``, by field; blanks are left out.

    ``made`` are the keys of all record types that the lead becomes.
    """
    leads = registry.record_type("leads")
    others = frozenset(made)
    values: dict[str, Any] = {}
    for mapping in FIELD_MAP:
        if mapping.target == target and not mapping.unless & others:
            value = leads.spec(mapping.source).value(lead)
            if not is_blank(value):
                values.setdefault(mapping.field, value)
    return values


def opportunity_name(lead: Lead) -> str:
    """What an opportunity that comes of ``lead`` is called unless somebody says otherwise."""
    return " – ".join(part for part in (lead.company.strip() or lead.name, lead.product_interest.strip()) if part)[:300]
