"""Which country a workspace is in, as far as its settings tell: how its numbers are read, and when it rests."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError
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


def is_working_day(day: date) -> bool:
    """Whether ``day`` is none of the days of rest in the current workspace's country; holidays are not known."""
    first, last = _weekend(phone_region())
    return (day.weekday() - first) % 7 > (last - first) % 7


@lru_cache(maxsize=256)
def _weekend(region: str) -> tuple[int, int]:
    """The first and the last day of rest, Monday being 0."""
    try:
        place = Locale.parse(f"und_{region}")
    except UnknownLocaleError:  # the Antarctic
        return 5, 6
    return place.weekend_start, place.weekend_end


def working_day_from(day: date) -> date:
    """Return ``day``, or the next working day."""
    return next(one for one in (day + timedelta(days=step) for step in range(7)) if is_working_day(one))


def country_name(region: str, language: str = "en") -> str:
    return locale_of(language).territories.get(region, region)
