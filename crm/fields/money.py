"""An amount of money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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


def money_from_major(amount: Decimal | int | str, currency: str, *, said: str = "") -> Money:
    """Return ``amount`` whole units of ``currency``; raise ``ValidationError`` for more digits than it has, which names
    what was ``said``."""
    try:
        exact = Decimal(amount).scaleb(minor_digits(currency))
        minor = int(exact)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ValidationError(_("“%(text)s” is not an amount.") % {"text": amount}) from error
    if abs(minor) > LARGEST_MINOR:
        raise ValidationError(_("This amount is too large."))
    if minor != exact:
        raise ValidationError(_too_fine(said or amount, currency))
    return Money(minor, currency)


def _too_fine(amount: Decimal | int | str, currency: str) -> str:
    digits = minor_digits(currency)
    if not digits:
        return _("%(amount)s: an amount in %(currency)s has no decimals.") % {"amount": amount, "currency": currency}
    return ngettext(
        "%(amount)s: an amount in %(currency)s has at most %(digits)s decimal.",
        "%(amount)s: an amount in %(currency)s has at most %(digits)s decimals.",
        digits,
    ) % {"amount": amount, "currency": currency, "digits": digits}
