"""Fields of a workspace's own for tests, and records with values, all over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from crm.fields.custom.selectors import custom_fields
from crm.fields.models import CustomField, FieldKind
from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from tests.people import Firm

# For each kind: what a form sends, what pages show of it, what files hold, and filters that find it or do not.
SENT: dict[str, dict[str, str]] = {
    "text": {"": "Ab-17"},
    "long_text": {"": "First line\nsecond"},
    "number": {"": "12.5"},
    "money": {"": "1500.50", "_currency": "EUR"},
    "date": {"": "2026-05-03"},
    "yes_no": {"": "on"},
    "choice": {"": "$Large"},
    "person": {"": "$ana"},
    "url": {"": "https://example.org/x"},
    "email": {"": "Boss@Example.org"},
    "phone": {"": "(212) 555-0100"},
}
SHOWN = {
    "text": "Ab-17",
    "long_text": "First line<br>second",
    "number": "12.5",
    "money": "€1,500.50",
    "date": "May 3, 2026",
    "yes_no": "Yes",
    "choice": "Large",
    "person": "Ana Owner",
    "url": 'href="https://example.org/x"',
    "email": "mailto:Boss@Example.org",
    "phone": 'href="tel:+12125550100"',
}
EXPORTED = {
    "text": "Ab-17",
    "long_text": "First line\nsecond",
    "number": "12.5",
    "money": "1500.50 EUR",
    "date": "2026-05-03",
    "yes_no": "Yes",
    "choice": "Large",
    "person": "Ana Owner",
    "url": "https://example.org/x",
    "email": "Boss@Example.org",
    "phone": "(212) 555-0100",
}
FOUND_BY = {
    "text": ["=ab-17", "__starts=AB", "__filled=yes"],
    "number": ["=12.5", "__from=12", "__to=12.5"],
    "money": ["=1500.50 EUR", "__from=1000 EUR", "__filled=yes"],
    "date": ["=2026-05-03", "__from=2026-05-01", "__before=2026-05-04"],
    "yes_no": ["=yes"],
    "choice": ["=$Large", "__not=$Small", "__filled=yes"],
    "person": ["=$ana", "=me"],
    "url": ["__starts=https://example.org"],
    "email": ["=boss@example.org"],
    "phone": ["=+1 212 555 0100"],
}
MISSED_BY = {
    "text": ["=ab", "__starts=b", "__empty=yes", "__not=ab-17"],
    "number": ["=12", "__from=12.6", "__to=-13"],
    "money": ["=1500.50 USD", "__from=1000", "__to=10 EUR"],
    "date": ["=2026-05-04", "__after=2026-05-03", "__empty=yes"],
    "yes_no": ["=no"],
    "choice": ["=$Small", "__not=$Large", "__empty=yes"],
    "person": ["=$sam", "__not=me"],
    "url": ["__starts=http:"],
    "email": ["=boss@example.com"],
    "phone": ["=212 555 0101"],
}
KINDS = [kind.value for kind in FieldKind]


def add_field(client: Client, firm: Firm, kind: str, label: str = "", type: str = "accounts", **more: Any) -> str:
    """Make a field as an admin does; return its standard name."""
    data = {"kind": kind, "label": label or f"My {kind}", "is_filterable": "on", **more}
    if kind == "choice":
        data.setdefault("choices", "Small\nLarge\n\nsmall")
    answer = client.post(firm.url("setup:new_field", type=type), data)
    assert answer.status_code == 303, answer.context["form"].errors
    return field_of(firm, data["label"], type).name


def field_of(firm: Firm, label: str, type: str = "accounts") -> CustomField:
    with tenant_context(fresh(firm)):
        return next(one for one in custom_fields(type, active_only=False) if one.label == label)


def fresh(firm: Firm) -> Tenant:
    """The workspace as a new request would load it, without what an earlier one remembered."""
    return Tenant.objects.get(pk=firm.tenant.pk)


def word(firm: Firm, text: str) -> str:
    """``$ana`` and ``$Large`` are the ids of the person and of the choice."""
    if "$" not in text:
        return text
    before, _dollar, name = text.partition("$")
    if hasattr(firm, name):
        return f"{before}{getattr(firm, name).pk}"
    with tenant_context(fresh(firm)):
        found = [one for one in choices("custom.accounts.my_choice") if one.label == name]
    return f"{before}{found[0].pk}"


def sent(firm: Firm, kind: str, name: str) -> dict[str, str]:
    """What the form sends for the sample value of ``kind``."""
    return {f"{name}{part}": word(firm, text) for part, text in SENT[kind].items()}


def new_account(client: Client, firm: Firm, **data: str) -> HttpResponse:
    return client.post(firm.url("accounts:new"), {"name": "With value", "type": prospect(firm), "anyway": "1", **data})


def prospect(firm: Firm) -> str:
    from crm.picklists.selectors import choice_meaning

    with tenant_context(fresh(firm)):
        return str(choice_meaning("account_type", "prospect").pk)


def names_in(client: Client, firm: Firm, query: str) -> list[str]:
    """The names of the accounts that the list shows for ``query``."""
    answer = client.get(f"{firm.url('accounts:list')}?{query}")
    assert answer.status_code == 200
    assert not answer.context["listing"].problems, answer.context["listing"].problems
    return [row.record.name for row in answer.context["rows"]]
