"""A number of a spreadsheet as text: never to be read in another way, with the currency that is shown beside it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from crm.fields.reading import NumberText
from crm.fields.reading.amounts import meanings

# ``[$€-407] #,##0.00`` names a sign and a country; other formats hold the sign as it is.
_NAMED = re.compile(r"\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|([€£¥₹₽₩₪₺₴₫฿₱₦$])')
_ZEROS = re.compile(r"00+(;|$)")
_COUNTRIES = {
    "409": "USD", "1009": "CAD", "C0C": "CAD", "C09": "AUD", "1409": "NZD", "4809": "SGD", "C04": "HKD", "80A": "MXN",
    "411": "JPY", "804": "CNY",
}  # fmt: skip


KEPT_DIGITS = 15  # of a number, by spreadsheets; some programs write more
LONG = 10**KEPT_DIGITS


def long_number(raw: str) -> Decimal | None:
    """The number as it stands in a file, if it has more digits than a spreadsheet keeps; None for others.

    Where its last digits are lost, or may be, it is in the notation that ``cells.is_shortened`` knows: 1.2E+16.
    """
    exact = Decimal(raw.strip())
    if not (exact.is_finite() and abs(exact) >= LONG):
        return None
    rounded = Decimal(int(float(f"{exact:.{KEPT_DIGITS}g}")))
    is_exact = "e" not in raw.lower() and exact != rounded
    return exact if is_exact else Decimal(f"{exact:.{KEPT_DIGITS - 1}E}").normalize()


def number_text(value: float | int | Decimal, number_format: str = "") -> NumberText:
    """``number_format`` is as in a spreadsheet: percent are shown as such, and a currency goes along; 00000 shows the
    zeros of a postal code, which belong to it."""
    shown = re.sub(r'"[^"]*%[^"]*"', "", number_format)
    if "%" in shown:
        return NumberText(f"{_plain(Decimal(f'{value:.15g}') * 100)}%")
    if _ZEROS.match(number_format) and (digits := _plain(value)).isdecimal():
        return NumberText(digits.zfill(len(number_format.partition(";")[0])))
    currency = _currency(number_format)
    return NumberText(f"{currency} {_plain(value)}" if currency[-1:].isalpha() else f"{currency}{_plain(value)}")


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
        return str(value)
    if isinstance(value, int | float | Decimal):
        return number_text(value, number_format)
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _plain(value: float | int | Decimal) -> str:
    """All digits that a spreadsheet keeps, and no exponent; but for a ``long_number`` whose last digits are lost."""
    if isinstance(value, float):
        value = Decimal(f"{value:.15g}")
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    if isinstance(exponent, int) and exponent > 0 and abs(value) >= LONG:
        return f"{value:E}"
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _currency(number_format: str) -> str:
    if not number_format or number_format == "General":
        return ""
    first = number_format.split(";", maxsplit=1)[0]
    for sign, country in _NAMED.findall(first):
        if sign in ("$", "¥"):
            return _COUNTRIES.get(country.upper().lstrip("0"), sign)
        if meanings(sign.strip()):
            return str(sign.strip())
    words = ("".join(parts).strip() for parts in _LITERAL.findall(_NAMED.sub("", first)))
    return next((word for word in words if word and meanings(word)), "")
