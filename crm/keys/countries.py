"""Countries by what people call them."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from babel import Locale
from babel.core import get_global

from crm.ground.text import sort_key
from crm.keys.phones import LONGEST_PHONE


def country_of(country: str, phone: str = "") -> str:
    """The country (ISO 3166) that is called ``country`` in some language, else what was typed, as compared; where that
    is empty, the one whose code ``phone`` begins with. "" when neither tells."""
    if typed := sort_key(country):
        return _countries().get(typed, typed)
    return _of_phone(phone) if len(phone) <= LONGEST_PHONE and phone.lstrip().startswith(("+", "00")) else ""


@lru_cache(maxsize=1024)
def _of_phone(phone: str) -> str:
    digits = phone.strip()
    try:
        number = phonenumbers.parse(digits if digits.startswith("+") else f"+{digits[2:]}", None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(number) or ""


_NAMED_IN = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs")
_ALSO_CALLED = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "usa": "US", "u.s.a.": "US", "u.s.": "US", "united states of america": "US", "america": "US", "deutschland": "DE",
    "holland": "NL", "the netherlands": "NL", "czech republic": "CZ", "korea": "KR", "russian federation": "RU",
}  # fmt: skip


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """ISO codes by name in the languages that files come in, and by code of two or three letters."""
    found: dict[str, str] = {}
    codes = [code for code in map(str, Locale("en").territories) if code.isalpha() and len(code) == 2]
    for language in _NAMED_IN:
        names = Locale(language).territories
        found |= {sort_key(names[code]): code for code in codes if code in names}
    found |= {code.lower(): code for code in codes}
    aliases = get_global("territory_aliases")
    found |= {old.lower(): new[0] for old, new in aliases.items() if len(old) == 3 and old.isalpha()}
    return found | _ALSO_CALLED
