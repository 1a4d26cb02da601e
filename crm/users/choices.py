"""What people choose from when they say where they are: time zones, currencies, how dates and numbers are written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import format_date
from babel.numbers import format_decimal, get_territory_currencies
from django.conf import settings
from django.utils.translation import get_language, to_locale

_REGIONS = frozenset("Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split())

# Of workspaces' addresses that are made from their names; sign-up shows them beforehand (static/js/sign-up.js).
LONGEST_STEM = 36  # letters; a number may follow
SHORTEST_STEM = 3
TO_SHORT_STEM = "-crm"  # is added to a shorter one
NAMELESS_STEM = "workspace"  # of a name without a letter that an address can have
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue"}  # as those of these places write them in plain letters
GERMAN = ("en-de", "en-at", "en-ch")


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
    return sorted((code, _named(code, language)) for code in in_use)


def currency_name(code: str) -> str:
    """Return ``code`` with the name that it has in the active language, be it in use today or not."""
    return _named(code, to_locale(get_language() or settings.LANGUAGE_CODE))


@lru_cache(maxsize=2048)
def _named(code: str, language: str) -> str:
    name = Locale.parse(language).currencies.get(code)
    return f"{code} – {name}" if name else code


@lru_cache(maxsize=1)
def where() -> tuple[str, str]:
    """Return the country of each time zone and the money of each country, for sign-up.js: ``Europe/Paris:FR …``."""
    countries = {
        zone: code for zone, code in get_global("zone_territories").items() if zone.partition("/")[0] in _REGIONS
    }
    money = {code: found[0] for code in sorted({*countries.values()}) if (found := _money_of(code))}
    return _pairs(countries), _pairs(money)


def _pairs(words: dict[str, str]) -> str:
    return " ".join(f"{key}:{value}" for key, value in words.items())


def _money_of(territory: str) -> list[str]:
    return get_territory_currencies(territory, tender=True)


# What people read in, as language codes: English, the one language that there is a catalogue of words for, with the
# dates, numbers and money of these places, all of which Babel knows.
PLACES = (
    "en", "en-at", "en-au", "en-be", "en-ca", "en-ch", "en-cz", "en-de", "en-dk", "en-es", "en-fi", "en-fr", "en-gb",
    "en-hu", "en-ie", "en-il", "en-in", "en-it", "en-ng", "en-nl", "en-no", "en-nz", "en-ph", "en-pl", "en-pt", "en-ro",
    "en-se", "en-sg", "en-si", "en-sk", "en-za",
)  # fmt: skip
_DAY, _NUMBER = date(2026, 12, 31), Decimal("1234.5")


@lru_cache(maxsize=1)
def places() -> list[tuple[str, str]]:
    """Return the places whose way of writing dates and numbers can be chosen, each with an example."""
    found = []
    for code in PLACES:
        locale = Locale.parse(to_locale(code))
        name = locale.territory_name or "United States"
        found.append((code, f"{name}: {format_date(_DAY, locale=locale)}, {format_decimal(_NUMBER, locale=locale)}"))
    return sorted(found, key=lambda one: one[1])
