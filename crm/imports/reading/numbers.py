"""A number of a spreadsheet as text: never to be read in another way, with the currency that is shown beside it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError

from crm.fields.reading import NumberText
from crm.fields.reading.amounts import currency_words, meanings
from crm.fields.reading.numbers import plain, readings, take_apart
from crm.imports.reading.cells import NO_NUMBER
from crm.imports.reading.number_formats import SIGNS, Look, look_of

_RUN = re.compile(r"[.,]?\d(?:[\d.,' ]*\d)?(?:[eE][+-]?\d+)?")
_FRACTION = re.compile(r"-?(?:\d+ )?\d+/\d+")
_NOTHING = " .\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_THOUSANDS = (0, 3, 6, 9)  # powers of ten by which a format shortens numbers

KEPT_DIGITS = 15  # of a number, by spreadsheets; some programs write more
LONG = 10**KEPT_DIGITS


def long_number(raw: str) -> Decimal | None:
    """The number as it stands in a file, if it has more digits than a spreadsheet keeps; None for others, and for those
    beyond all that it can hold.

    Where its last digits are lost, or may be, it is in the notation that ``cells.is_shortened`` knows: 1.2E+16.
    """
    try:
        exact = Decimal(raw.strip())
    except InvalidOperation:  # an exponent beyond all
        return None
    if not (exact.is_finite() and abs(exact) >= LONG):
        return None
    kept = float(f"{exact:.{KEPT_DIGITS}g}")
    if not isfinite(kept):
        return None
    is_exact = "e" not in raw.lower() and exact != Decimal(int(kept))
    return exact if is_exact else Decimal(f"{exact:.{KEPT_DIGITS - 1}E}").normalize()


def number_text(value: float | int | Decimal, number_format: str = "") -> str:
    """The number as a sheet with this format means it, with all its digits: percent are shown as such, a currency goes
    along, and so does any other text beside it, as in 500 TEUR or INV-0500; 00000 shows the zeros of a postal code.

    A ``NumberText`` wherever the digits can be read in one way only.
    """
    look = _look_of(value, number_format)
    digits = _plain(_size(value))
    words = _words_of(look.before, look.after)
    if not look.has_digits:
        return _in_one(look.before)
    if look.mask and digits.isdecimal():
        return _signed(_in_one(f"{look.before}{look.filled(digits)}{look.after}"), value)
    if look.percent:
        digits = _plain(_size(Decimal(f"{value:.15g}") * 100))
        words = "" if words == "%" else words
    if "E" in digits or not (words or look.percent):
        return NumberText(_signed(digits.zfill(look.zeros) if look.is_padded and value > 0 else digits, value))
    if not words:
        return NumberText(_signed(f"{digits}%", value))
    if _is_currency(words):
        return _beside(look.before, digits, look.after, value)
    if look.shortened and not look.percent:
        digits = _plain(Decimal(digits).scaleb(-look.shortened))
    return _beside(look.before, _padded(digits, look), look.after, value)


def is_shortened_by(value: float | int | Decimal, number_format: str) -> bool:
    """Whether the sheet shows thousands or millions, and nothing that says so."""
    if "," not in number_format or -1 < value < 1:
        return False
    look = _look_of(value, number_format)
    words = _words_of(look.before, look.after)
    return look.shortened > 0 and (not words or _is_currency(words))


def number_shown(value: Decimal, shown: str, *, percent: bool = False, code: str = "") -> tuple[str, bool]:
    """As ``number_text``, of a number with what the sheet shows of it; and as ``is_shortened_by``."""
    shown = plain(shown)
    runs = [*_RUN.finditer(shown)]
    usual = _with_code(number_text(value, "0%" if percent else ""), code)
    if not runs or _FRACTION.fullmatch(shown):
        return (shown if not runs and _says(shown) else usual), False
    before, body, after = shown[: runs[0].start()], runs[0][0], shown[runs[-1].end() :]
    exact = abs(value) * (100 if percent else 1)
    power = _power(exact, body) if len(runs) == 1 else None
    if power is None:
        return _with_code(shown, code), False
    if value < 0:
        before, after = SIGNS.sub("", before), SIGNS.sub("", after)
    words = _words_of(before, after)
    padded = body if len(body) > 1 and body.isdecimal() and body.startswith("0") else ""
    if not words or (percent and words == "%"):
        return (NumberText(_signed(padded, value)) if padded else usual), power > 0
    if _is_currency(words):
        return (usual if code else _beside(before, _plain(abs(value)), after, value)), power > 0
    return _with_code(_beside(before, padded or _plain(exact.scaleb(-power)), after, value), code), False


def text_of(value: Any, number_format: str = "") -> str:
    """The text of what a cell holds, of any type."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        value = (value + timedelta(milliseconds=500)).replace(microsecond=0)  # its fractions are of a day
        return str(value.date()) if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _hours(value)
    if isinstance(value, float) and not isfinite(value):
        return NO_NUMBER
    if isinstance(value, int | float | Decimal):
        return number_text(value, number_format)
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _hours(value: timedelta) -> str:
    """As sheets show a time that may be longer than a day: 26:00, or 26:00:05."""
    minutes, seconds = divmod(round(abs(value).total_seconds()), 60)
    text = f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return f"-{text}" if value < timedelta(0) else text


def _size(value: float | int | Decimal) -> float | int | Decimal:
    return -value if value < 0 else value


def _plain(value: float | int | Decimal) -> str:
    """All digits that a spreadsheet keeps, and no exponent; but for a ``long_number`` whose last digits are lost."""
    if isinstance(value, float):
        value = Decimal(f"{value:.15g}")
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    if isinstance(exponent, int) and exponent > 0 and abs(value) >= LONG:
        return f"{value:E}"
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _look_of(value: float | int | Decimal, number_format: str) -> Look:
    """The look of the number; where a dash or nothing is shown in its place, that of others."""
    if number_format in ("", "General"):
        return Look()
    look = look_of(number_format, Decimal(f"{value:.15g}"))
    if look.has_digits or _says(look.before):
        return look
    usual = look_of(number_format, Decimal(1))
    return usual if usual.has_digits else Look()


def _power(value: Decimal, body: str) -> int | None:
    """By what power of ten ``body`` is shorter than the value that it shows, rounded; None if it shows another."""
    if "e" in body.lower():
        return 0
    for power in _THOUSANDS:
        for number in readings(body).values():
            places = -int(number.as_tuple().exponent)
            if abs(value.scaleb(-power) - number) <= Decimal(5).scaleb(-places - 1):
                return power
    return None


def _words_of(before: str, after: str) -> str:
    """What is written beside the digits, but for spaces, and a point that no decimals come after."""
    return f"{before} {after}".strip(_NOTHING)


def _is_currency(words: str) -> bool:
    return bool(meanings(words))


def _says(text: str) -> bool:
    """Whether what is shown in place of a number says anything: a dash does not, nor does a currency."""
    return any(map(str.isalnum, text)) and not _is_currency(SIGNS.sub("", text).strip(_NOTHING))


def _padded(digits: str, look: Look) -> str:
    whole, _point, rest = digits.partition(".")
    rest = rest.ljust(look.decimals, "0")
    return f"{whole.zfill(look.zeros)}.{rest}" if rest else whole.zfill(look.zeros)


def _beside(before: str, digits: str, after: str, value: float | int | Decimal) -> str:
    """The digits and what stands beside them, which a reader of numbers takes apart; or the mere text where that would
    find other ones, as in #5 or 2026-005."""
    text = _in_one(f"{before}{_signed(digits, value)}{after}")
    try:
        is_exact = take_apart(text).body == digits
    except ValidationError:
        is_exact = False
    return NumberText(text) if is_exact else text


def _in_one(text: str) -> str:
    return " ".join(text.split())


def _signed(text: str, value: float | int | Decimal) -> str:
    return f"-{text}" if value < 0 else text


def _with_code(text: str, code: str) -> str:
    """The amount with its currency, unless one stands there."""
    try:
        is_named = not code or any(map(meanings, currency_words(text)))
    except ValidationError:
        is_named = True
    if is_named:
        return text
    return NumberText(f"{code} {text}") if isinstance(text, NumberText) else f"{code} {text}"
