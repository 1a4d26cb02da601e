"""Which accounts may be the same firm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from crm.ground.addresses import domain_key
from crm.ground.text import sort_key
from crm.keys.countries import country_of
from crm.keys.firm_domains import firm_domain
from crm.keys.spellings import company_spellings, rough_company
from crm.records.duplicates import SAME_DOMAIN, SAME_PHONE, Alike, Likeness, Parts, objections_by, phones_of, values_of
from crm.records.natural import contradicts

_OTHER_COUNTRY = _("other country")
_COMPARED = ("name", "website", "phone", "city", "country")


def domain_of(values: Mapping[str, Any]) -> str:
    return firm_domain(domain_key(values.get("website") or ""))


def is_of_another_domain(values: Mapping[str, Any], account: Account) -> bool:
    return contradicts(domain_of(values), firm_domain(account.domain))


def is_abroad(values: Mapping[str, Any], account: Account, *, by_phone: bool = True) -> bool:
    """Whether the countries are two, whatever they are called; ``by_phone`` where no country is given."""
    ours, theirs = (values.get("phone") or "", account.phone) if by_phone else ("", "")
    return contradicts(country_of(values.get("country") or "", ours), country_of(account.country, theirs))


def _is_weak(reasons: frozenset[str]) -> bool:
    """In another country it is rather another firm, which nobody has to be warned of."""
    return str(_OTHER_COUNTRY) in reasons and not reasons & {str(SAME_DOMAIN), str(SAME_PHONE)}


def _names(values: Mapping[str, Any]) -> Parts:
    return (company_spellings(values.get("name") or ""),)


def _rough_name(values: Mapping[str, Any]) -> Parts:
    return ([rough_company(values.get("name") or "")],)


def _of_that_name(values: Mapping[str, Any], account: Account) -> list[Any]:
    """What speaks for and against it, beside the name."""
    said = [_OTHER_COUNTRY] if is_abroad(values, account) else []
    if account.city and sort_key(values.get("city") or "") == account.city_key:
        said.append(_("same city"))
    if is_of_another_domain(values, account):
        said.append(_("other domain"))
    return said


ACCOUNTS = Alike(
    "accounts",
    (
        Likeness(SAME_DOMAIN, ("domain",), lambda values: ([domain_of(values)],)),
        Likeness(_("same name"), ("name_key",), _names, _of_that_name, _rough_name),
        Likeness(SAME_PHONE, ("phone_key",), phones_of),
    ),
    about=lambda account: ", ".join(filter(None, (account.city, account.country))),
    weak=_is_weak,
)
objections_to_accounts = objections_by(ACCOUNTS, _("This account may be there already."))


def compared(account: Account) -> dict[str, Any]:
    return values_of(account, _COMPARED)
