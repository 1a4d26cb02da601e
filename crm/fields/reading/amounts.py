"""An amount of money with what is written beside it: never another currency than the one that stands there."""

from __future__ import annotations

from functools import lru_cache

from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.money import Money, minor_digits, money_from_major
from crm.fields.reading.numbers import not_a_number, number_of, take_apart
from crm.fields.reading.style import Style

_DOLLARS = tuple(
    "USD CAD AUD NZD HKD SGD MXN TWD ARS CLP COP BSD BBD BZD BMD BND KYD FJD GYD JMD LRD NAD SBD SRD TTD XCD DOP UYU"
    " NIO CVE MOP WST TOP TVD".split()
)
_POUNDS = ("GBP", "EGP", "SYP", "SDG", "LBP", "GIP", "FKP", "SHP", "SSP")
_RUPEES = ("INR", "PKR", "LKR", "NPR", "MUR", "SCR")
_KRONER = ("SEK", "NOK", "DKK", "ISK")
# What a sign or word can mean.
_MEANINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("$", "dollar", "dollars"), _DOLLARS),
    **dict.fromkeys(("us$", "usd$"), ("USD",)),
    "ca$": ("CAD",), "c$": ("CAD", "NIO"), "au$": ("AUD",), "a$": ("AUD", "ARS"), "nz$": ("NZD",), "hk$": ("HKD",),
    "sg$": ("SGD",), "s$": ("SGD",), "mx$": ("MXN",), "nt$": ("TWD",), "r$": ("BRL",),
    **dict.fromkeys(("€", "euro", "euros"), ("EUR",)),
    **dict.fromkeys(("£", "pound", "pounds"), _POUNDS),
    **dict.fromkeys(("¥", "円", "元"), ("JPY", "CNY")), "yen": ("JPY",), "rmb": ("CNY",),
    "₹": ("INR",),
    **dict.fromkeys(("rs", "₨", "rupee", "rupees"), _RUPEES),
    **dict.fromkeys(("kr", "krone", "kroner", "krona", "kronor"), _KRONER),
    **dict.fromkeys(("fr", "sfr", "franken"), ("CHF",)),
    "₩": ("KRW",), "₽": ("RUB",), "₺": ("TRY",), "₴": ("UAH",), "₫": ("VND",), "฿": ("THB",), "₪": ("ILS",),
    "₦": ("NGN",), "₱": ("PHP",), "₲": ("PYG",), "₡": ("CRC",), "₵": ("GHS",), "₸": ("KZT",), "₼": ("AZN",),
    "₾": ("GEL",), "₮": ("MNT",), "₭": ("LAK",), "៛": ("KHR",),
    "zł": ("PLN",), "zl": ("PLN",), "kč": ("CZK",), "ft": ("HUF",), "lei": ("RON", "MDL"), "руб": ("RUB",),
    "rp": ("IDR",), "rm": ("MYR",), "r": ("ZAR",),
}  # fmt: skip
_ANY_CASE = frozenset("usd eur gbp chf jpy cad aud nzd sek nok dkk inr cny brl pln czk huf zar sgd hkd mxn".split())
_THOUSAND_OR_MILLION = {"k": 3, "t": 3, "m": 6}


@lru_cache(maxsize=1)
def known_codes() -> frozenset[str]:
    return frozenset(list_currencies())


def meanings(word: str) -> tuple[str, ...]:
    """The currencies that ``word`` can mean; none when it means no currency."""
    bare = word.rstrip(".")
    if bare in known_codes() or bare.casefold() in _ANY_CASE:
        return (bare.upper(),)
    return _MEANINGS.get(bare.casefold(), ())


def possible_currencies(words: tuple[str, ...], own: str) -> tuple[str, ...]:
    """The currencies that ``words`` together can mean to a workspace whose own is ``own``; none: they disagree, or are
    no currencies. The pound is the British one unless the workspace has another one of the name."""
    first, *others = (meanings(word) for word in words)
    found = tuple(code for code in first if all(code in other for other in others))
    if own in found:
        return (own,)
    return ("GBP",) if found == _POUNDS else found


def sign_of(word: str) -> str:
    """A currency word as ``Style.signs`` knows it."""
    return word.rstrip(".").casefold()


def is_bare(text: str) -> bool:
    """Whether ``text`` is an amount that names no currency."""
    try:
        return not currency_words(text)
    except ValidationError:
        return False


def read_amount(text: str, style: Style, own: str) -> Money:
    """Read an amount; ``own`` is the currency of one that names none, unless ``style`` has another. Raises
    ``ValidationError``, also for a sign that several currencies share, unless ``own`` is one of those or
    ``style.signs`` says which."""
    parts = take_apart(text)
    if parts.percent:
        raise not_a_number(text)
    scale, words = _scale_of(parts.words)
    currency = _currency(text, words, style, own) if words else style.bare or own
    number = number_of(parts, text, style, minor_digits(currency))
    return money_from_major(number.scaleb(scale), currency)


def currency_words(text: str) -> tuple[str, ...]:
    """What stands beside the number in ``text``; raise ``ValidationError`` where there is no number."""
    return _scale_of(take_apart(text).words)[1]


def _scale_of(words: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """The power of ten in words such as kEUR or TEUR, and the words without it."""
    scale, found = 0, []
    for word in words:
        power, code = _THOUSAND_OR_MILLION.get(word[:1].casefold(), 0), word[1:].upper()
        if power and not scale and code in known_codes() and word.upper() not in known_codes():
            scale = power
            found.append(code)
        else:
            found.append(word)
    return scale, tuple(found)


def _currency(text: str, words: tuple[str, ...], style: Style, own: str) -> str:
    for word in words:
        if not meanings(word):
            raise ValidationError(
                _("“%(text)s”: “%(word)s” is no currency. Write the number, and a code such as EUR if need be.")
                % {"text": text[:100], "word": word[:40]}
            )
    possible = possible_currencies(words, own)
    chosen = [code for sign, code in style.signs if sign in map(sign_of, words) and code in meanings(words[0])]
    if not possible:
        raise ValidationError(_("“%(text)s” names two currencies.") % {"text": text[:100]})
    if chosen and (len(words) == 1 or chosen[0] in possible):
        return chosen[0]
    if len(possible) > 1:
        raise ValidationError(
            _("“%(text)s”: this sign can mean %(codes)s. Write the code instead.")
            % {"text": text[:100], "codes": ", ".join(possible[:4])}
        )
    return possible[0]
