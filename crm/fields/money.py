"""An amount of money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LARGEST_MINOR = 2**63 - 1  # what a bigint column holds


@dataclass(frozen=True)
class Money:
    """``minor`` counts the smallest unit of ``currency`` (ISO 4217): cents of USD, whole JPY, 1/1000 KWD."""

    minor: int
    currency: str

    @property
    def major(self) -> Decimal:
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))


@lru_cache(maxsize=256)
def minor_digits(currency: str) -> int:
    return get_currency_precision(currency)


def money_from_major(amount: Decimal | int | str, currency: str) -> Money:
    """Return ``amount`` whole units of ``currency``; more digits than it has are rounded half to even."""
    try:
        exact = Decimal(amount).scaleb(minor_digits(currency))
        minor = int(exact.to_integral_value(rounding=ROUND_HALF_EVEN))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ValidationError(_("“%(text)s” is not an amount.") % {"text": amount}) from error
    if abs(minor) > LARGEST_MINOR:
        raise ValidationError(_("This amount is too large."))
    return Money(minor, currency)


def parse_decimal(text: str) -> Decimal:
    """Read ``1,234.50``, ``1.234,50``, ``1 234,5``, ``$1,234`` or ``1234.5``; raise ``ValidationError``.

    A single separator followed by exactly three digits is read as grouping only when it is a comma
    (``1,234`` = 1234, ``1.234`` = 1.234), as in exports from English-speaking software.
    """
    kept = "".join(character for character in text if character.isdigit() or character in ".,-")
    last_comma, last_point = kept.rfind(","), kept.rfind(".")
    if last_comma > last_point and (last_point >= 0 or len(kept) - last_comma - 1 != 3):
        kept = kept.replace(".", "").replace(",", ".")
    else:
        kept = kept.replace(",", "")
    try:
        value = Decimal(kept)
    except InvalidOperation as error:
        raise ValidationError(_("“%(text)s” is not a number.") % {"text": text}) from error
    return value
