"""Which account a row of a file is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.duplicates import domain_of, is_abroad, is_of_another_domain
from accounts.picklists import AccountType
from crm.catalogue.files import Moves, NaturalKey, Shared, SplitColumn, Where
from crm.fields.kinds import Date
from crm.fields.spec import FieldSpec
from crm.keys.firm_domains import NO_FIRMS, firm_domain
from crm.keys.firms import company_key
from crm.keys.spellings import company_spellings, rough_company
from crm.records.natural import name_of


def _same_firm(values: Mapping[str, Any], account: Any) -> bool | None:
    """Another web address or country speaks for another firm of that name; a phone may be a new one."""
    if is_of_another_domain(values, account) or is_abroad(values, account, by_phone=False):
        return None
    return True


# Of what is no firm's own domain nothing follows.
_NO_OTHER_DOMAIN = f"(domain IN ('', wanted.b[1]) OR domain = ANY ('{{{','.join(sorted(NO_FIRMS))}}}'))"


def _of_no_other_domain(values: Mapping[str, Any]) -> list[Where]:
    domain = domain_of(values)
    return [Where(_NO_OTHER_DOMAIN, (domain,)) if domain else Where()]


def _of_another_name(values: Mapping[str, Any]) -> Where:
    return Where("hit.sort_name <> wanted.b[1]", (name_of(values),), ("sort_name",))


def _alike(values: Mapping[str, Any], account: Any) -> bool | None:
    return None if name_of(values) != account.sort_name else False


def _dated(account: Any, values: dict[str, Any], day: date | None, may_write: Callable[[str], bool]) -> dict[str, Any]:
    """Since when it is what a file says, nobody knows but the file."""
    kind = values.get("type")
    return values if kind is None or kind.pk == account.type_id else values | {"type_since": values.get("type_since")}


CUSTOMER_SINCE = SplitColumn(
    FieldSpec("customer_since", _("Customer since"), Date()),
    by="type",
    into=lambda kind: "type_since" if kind.meaning == AccountType.CUSTOMER else "",
    fields=("type_since",),
    needs_by=True,
)
ACCOUNT_MOVES = Moves("type", _dated)
ACCOUNT_KEYS = (
    NaturalKey(
        _("name"),
        "sort_name",
        name_of,
        _same_firm,
        within=("website", "country"),
        shares=Shared(
            lambda values: [domain, ""] if (domain := domain_of(values)) else [],
            lambda account: [firm_domain(account.domain)],
        ),
        near=_of_no_other_domain,
        perhaps=lambda values: Where(),
    ),
    NaturalKey(
        _("similar name"),
        "name_key",
        lambda values: company_key(values.get("name") or ""),
        _alike,
        within=None,
        spellings=lambda values: company_spellings(values.get("name") or ""),
        roughly=lambda values: rough_company(values.get("name") or ""),
        perhaps=_of_another_name,
    ),
)
