"""What people choose from when they say where they are: time zones, currencies, languages."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import get_territory_currencies
from django.conf import settings
from django.utils.translation import get_language, to_locale

_REGIONS = frozenset("Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split())


@lru_cache(maxsize=1)
def time_zones() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Return the time zones for a select: UTC, then grouped by region."""
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS)
    groups = groupby(names, key=lambda name: name.partition("/")[0])
    grouped = [(region, [(name, _city(name)) for name in its]) for region, its in groups]
    return [("UTC", "UTC"), *grouped]


def _city(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")


def currencies() -> list[tuple[str, str]]:
    """Return the currencies in use today, by code, named in the active language."""
    return _currencies(to_locale(get_language() or settings.LANGUAGE_CODE))


@lru_cache(maxsize=8)
def _currencies(language: str) -> list[tuple[str, str]]:
    locale = Locale.parse(language)
    territories = [territory for territory in map(str, locale.territories) if territory.isalpha()]  # no "150" (Europe)
    in_use = {code for territory in territories for code in _money_of(territory)}
    return sorted((code, f"{code} – {locale.currencies.get(code, code)}") for code in in_use)


def _money_of(territory: str) -> list[str]:
    return get_territory_currencies(territory, tender=True)


def languages() -> list[tuple[str, str]]:
    """Return the languages that pages come in, each by its own name."""
    return [(code, str(Locale.parse(to_locale(code)).display_name).capitalize()) for code, _name in settings.LANGUAGES]
