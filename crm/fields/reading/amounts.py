"""An amount of money with what is written beside it: never another currency than the one that stands there."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.money import Money, minor_digits, money_from_major
from crm.fields.reading.numbers import Parts, not_a_number, number_of, take_apart
from crm.fields.reading.style import Style, current_style

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
    "rp": ("IDR",), "tl": ("TRY",), "rm": ("MYR",), "r": ("ZAR",),
}  # fmt: skip
# Everyday words; of one that several countries share, all of them: it is asked about.
_WORDS = """sterling quid: GBP
lira liras lirası: TRY LBP SYP
franc francs franco francos franchi: CHF XOF XAF XPF CDF RWF BIF DJF GNF KMF
cfa fcfa: XOF XAF
real reais reales: BRL
peso pesos: MXN ARS CLP COP PHP UYU DOP CUP
złoty zloty złotych zlotych złote zlote zlotys: PLN
koruna koruny korun: CZK
forint forints: HUF
leu: RON MDL
lev leva лв: BGN
hryvnia hryvnias грн гривень гривня: UAH
ruble rubles rouble roubles rubel: RUB BYN
рублей: RUB
yuan renminbi 人民币: CNY
日元: JPY
won 원: KRW
baht บาท: THB
dong đồng đ vnđ: VND
rupiah rupiahs: IDR
ringgit: MYR
taka tk ৳: BDT
shekel shekels nis: ILS
rand rands: ZAR
dirham dirhams dh dhs: AED MAD
riyal riyals: SAR QAR OMR YER
rial rials: IRR OMR YER
dinar dinars: KWD BHD JOD IQD TND DZD LYD RSD
dinara: RSD
shilling shillings: KES TZS UGX SOS
ksh: KES
tsh: TZS
ush: UGX
naira nairas: NGN
cedi cedis: GHS
birr: ETB
kwacha: ZMW MWK
pula: BWP
tenge: KZT
lari: GEL
manat: AZN TMT
dram: AMD
tugrik: MNT
sol soles: PEN
guaraní guarani guaraníes guaranies: PYG
colón colon colones: CRC
quetzal quetzales: GTQ
lempira lempiras: HNL
boliviano bolivianos: BOB
skr: SEK
nkr: NOK
dkr: DKK
krónur króna: ISK"""
for _line in _WORDS.splitlines():
    _words, _colon, _codes = _line.partition(": ")
    _MEANINGS |= dict.fromkeys(_words.split(), tuple(_codes.split()))
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


def read_amount(text: str, style: Style, own: str, kept: str = "") -> Money:
    """Read an amount; one that names no currency is in ``style.bare``, else in ``kept`` (that of its record), else in
    ``own``, the workspace's. Raises ``ValidationError``, also for a sign that several currencies share, unless ``own``
    is one of those or ``style.signs`` says which."""
    parts = amount_parts(text)
    if parts.percent:
        raise not_a_number(text)
    currency = _currency(text, parts.words, style, own) if parts.words else style.bare or kept or own
    number = number_of(parts, text, style, places_of(parts, own, style.bare))
    return money_from_major(number, currency, said=text[:100])


def places_of(parts: Parts, own: str, bare: str = "") -> int:
    """With how many decimals an amount is read; 300.000 yen are thousands.

    What it can be decides, not what its record or an answer makes of it: an amount is stored as it was shown when that
    was asked.
    """
    possible = possible_currencies(parts.words, own) if parts.words else (own, bare or own)
    return max(map(minor_digits, possible or (own,)))


def amount_parts(text: str) -> Parts:
    """The number in ``text``, with the power of ten of words such as kEUR or TEUR; raise ``ValidationError`` where
    there is none."""
    parts = take_apart(text)
    power, found = 0, []
    for word in parts.words:
        tens, code = _THOUSAND_OR_MILLION.get(word[:1].casefold(), 0), word[1:].upper()
        if tens and not power and code in known_codes() and word.upper() not in known_codes():
            power = tens
            found.append(code)
        else:
            found.append(word)
    return replace(parts, scale=parts.scale + power, words=tuple(found))


def currency_words(text: str) -> tuple[str, ...]:
    """What stands beside the number in ``text``; raise ``ValidationError`` where there is no number."""
    return amount_parts(text).words


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


def write_amount(money: Money) -> str:
    """The number of ``money`` as the person writes it, with all decimals of the currency or none."""
    whole = money.major == money.major.to_integral_value()
    return current_style().write(money.major, 0 if whole else minor_digits(money.currency))
