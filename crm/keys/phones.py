"""Phone numbers as they are compared: in whatever way two people write one number, its key is the same."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import Leniency

from crm.tenants.regions import phone_region

LONGEST_PHONE = 250  # what is longer is no number, and reading it would take long


def phone_key(phone: str, region: str = "") -> str:
    """E.164 when the number can be read, otherwise its digits.

    Without a country code it is one of ``region``, by default the workspace's country. ``00`` and ``011`` before a code
    stand for ``+`` wherever one is.
    """
    if len(phone) > LONGEST_PHONE:
        return re.sub(r"\D", "", phone)[:20]
    return _phone_key(phone, region or phone_region()) if phone.strip() else ""


@lru_cache(maxsize=1024)  # an import asks for each number twice, and reading one takes long
def _phone_key(phone: str, region: str) -> str:
    number = _one_number(phone, region)
    if number is None or not phonenumbers.is_valid_number(number):
        listed = _numbers_in(phone, region)
        if len(listed) > 1 or (listed and not (number and phonenumbers.is_possible_number(number))):
            number = listed[0]  # of "030 901820, 21" the one that is whole
    return _e164(number) if number is not None else re.sub(r"\D", "", phone)[:20]


def phone_keys(phone: str) -> tuple[str, ...]:
    """The keys of all the numbers that ``phone`` holds: a cell may have two. The first is its ``phone_key``."""
    if len(phone) > LONGEST_PHONE:
        return (key,) if (key := phone_key(phone)) else ()
    return _phone_keys(phone, phone_region()) if phone.strip() else ()


@lru_cache(maxsize=1024)
def _phone_keys(phone: str, region: str) -> tuple[str, ...]:
    key = phone_key(phone, region)
    several = tuple(_e164(one) for one in _numbers_in(phone, region))
    return several if key in several else (key,) if key else ()


_BETWEEN_PHONES = re.compile(r"[/;,|\r\n]")  # a slash may also stand after an area code: 0171/1234567


def _numbers_in(phone: str, region: str) -> list[phonenumbers.PhoneNumber]:
    """The numbers of a text that may be a list of them; none that lacks its area code, or is an extension."""
    if len(phone) > LONGEST_PHONE or not _BETWEEN_PHONES.search(phone):
        return []
    found = {one.start: one for one in _matches(phone, region, Leniency.POSSIBLE) if one.raw_string[0] == "+"}
    found |= {one.start: one for one in _matches(phone, region, Leniency.VALID)}
    return [found[start].number for start in sorted(found)]


def _matches(phone: str, region: str, leniency: int) -> phonenumbers.PhoneNumberMatcher:
    return phonenumbers.PhoneNumberMatcher(phone, region, leniency=leniency, max_tries=_MOST_TRIES)


_MOST_TRIES = 20  # far more than a cell holds


def _one_number(phone: str, region: str) -> phonenumbers.PhoneNumber | None:
    number = _read_phone(phone, region)
    if number is None or not phonenumbers.is_possible_number(number):
        digits = re.sub(r"\D", "", phone)
        prefix = next((one for one in ("00", "011") if digits.startswith(one)), "")
        abroad = _read_phone(f"+{digits.removeprefix(prefix)}", region) if prefix else None
        if abroad is not None and phonenumbers.is_possible_number(abroad):
            return abroad
    return number


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[:20]


def national_number(key: str) -> str:
    """The number of a ``phone_key`` without its country code; "" when the key is no number that can be read."""
    number = _read_phone(key, "ZZ") if key.startswith("+") else None
    return phonenumbers.national_significant_number(number) if number else ""


def _read_phone(phone: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return None
