"""Which country a workspace is in, as far as its settings tell: how a number without a country code is read."""

from __future__ import annotations

from functools import lru_cache

from babel.core import get_global

from crm.tenants.context import current_tenant, has_tenant
from crm.ui.format import locale_of

ELSEWHERE = "US"  # where neither setting tells


def phone_region() -> str:
    """Return the current workspace's country (ISO 3166): that whose numbers it writes, or that of its time zone."""
    if not has_tenant():
        return ELSEWHERE
    tenant = current_tenant()
    return _region(tenant.language, tenant.time_zone)


@lru_cache(maxsize=256)
def _region(language: str, time_zone: str) -> str:
    place = language.partition("-")[2].upper()
    return place or get_global("zone_territories").get(time_zone, ELSEWHERE)


def country_name(region: str, language: str = "en") -> str:
    return locale_of(language).territories.get(region, region)
