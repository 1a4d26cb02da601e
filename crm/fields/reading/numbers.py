"""A number as people and programs write it, taken apart, and the ways in which it can be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.reading.style import POINTS, SHARE, Style, current_style

# Other writings of the signs that numbers are made of.
_SAME = {
    **dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}\t\n\r", " "),
    **dict.fromkeys("’‘`´ʼ＇", "'"),
    **dict.fromkeys("−–—‒﹣－‐‑", "-"),
    **dict.fromkeys("，", ","),
    **dict.fromkeys("．", "."),
    **dict.fromkeys("（", "("),
    **dict.fromkeys("）", ")"),
    **dict.fromkeys("٪％", "%"),
    **dict.fromkeys("＋", "+"),
    **dict.fromkeys("￥", "¥"),
    "٬": "'",  # the Arabic sign of grouping
    **dict.fromkeys("\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}\N{WORD JOINER}\ufeff", ""),
}
_TABLE = str.maketrans(_SAME)

_WORD = re.compile(r"(?:US|CA|AU|NZ|HK|SG|MX|NT|[ACSR])?\$|[^\W\d_]+(?:\.[^\W\d_]+)*\.?|[€£¥₹₩₽₺₴₫฿₪₦₱₲₡₵₸₼₾₮₭៛₨¢₿]")
_NUMBER = re.compile(r"[.,٫]?\d(?:[\d.,٫' ]*\d)?(?:[eE][+-]?\d{1,2}(?![\w.,]))?")
_EVEN = re.compile(r"[.,] ?-{1,2}$")  # 100,- and 100.-- are without cents
_SCALES = {"k": 3, "tsd": 3, "m": 6, "mn": 6, "mio": 6, "mln": 6, "bn": 9, "mrd": 9}
_IN_BRACKETS = re.compile(r"([^\d()]*)\(([^()]*)\)([^\d()]*)")


LEAST_GROUPED = 10_000  # below, bounds are those of years, say
LONGEST = 200  # characters of what can be a number
Fits = Callable[[Decimal], bool]  # whether a number can be meant
USUAL_IN_TWO_WAYS = 3  # decimals: a number of so many looks like thousands, and is written like that all the same


def _any(number: Decimal) -> bool:
    return True


@dataclass(frozen=True)
class Parts:
    """The one number of a text: its ``body`` of digits and separators, and what stands beside it."""

    body: str
    negative: bool = False
    scale: int = 0  # of the power of ten that a word like k or a notation like E+06 names
    words: tuple[str, ...] = ()  # currencies, if they are any
    percent: bool = False


class NumberText(str):
    """A number that was a number in its file, not text: digits, a point before the decimals, no separators else.

    A currency's sign or code may stand before it, a percent sign behind it. It is never to be read in another way.
    """


def plain(text: str) -> str:
    """``text`` with the digits of any script, spaces and signs in their plain writing."""
    if text.isascii():
        return " ".join(text.split())
    digits = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
    return " ".join(digits.translate(_TABLE).split())


def not_a_number(text: str) -> ValidationError:
    return ValidationError(_("“%(text)s” is not a number.") % {"text": text[:100]})


def take_apart(text: str) -> Parts:
    """Find the one number in ``text``; raise ``ValidationError`` where there is none or more than one."""
    if len(text) > LONGEST:
        raise not_a_number(text)
    rest = plain(text)
    bracketed = _IN_BRACKETS.fullmatch(rest)
    if bracketed:
        rest = " ".join(bracketed.groups()).strip()
    pieces = _pieces(_EVEN.sub("", rest))
    kinds = [kind for kind, _piece in pieces]
    marks = [piece for kind, piece in pieces if kind == "mark"]
    if kinds.count("number") != 1 or len(marks) + bool(bracketed) > 1 or kinds.count("percent") > 1:
        raise not_a_number(text)
    at = kinds.index("number")
    if "other" in kinds or "percent" in kinds[:at] or ("mark", "+") in pieces[at:]:
        raise not_a_number(text)
    body, scale = _without_exponent(pieces[at][1])
    words = [piece for kind, piece in pieces[:at] if kind == "word"]
    for kind, piece in pieces[at:]:
        power = _SCALES.get(piece.casefold().rstrip("."), 0) if kind == "word" and not scale else 0
        scale += power
        words += [piece] if kind == "word" and not power else []
    return Parts(body, bool(bracketed) or "-" in marks, scale, tuple(words), "percent" in kinds)


def _pieces(text: str) -> list[tuple[str, str]]:
    """The parts of a plain text, each with what it is."""
    found, at = [], 0
    while at < len(text):
        one = text[at]
        if match := _NUMBER.match(text, at) or _WORD.match(text, at):
            found.append(("number" if match.re is _NUMBER else "word", match[0]))
            at = match.end()
            continue
        if one != " ":
            found.append(("mark" if one in "+-" else "percent" if one == "%" else "other", one))
        at += 1
    return found


def _without_exponent(text: str) -> tuple[str, int]:
    body, mark, exponent = text.lower().partition("e")
    return (body, int(exponent)) if mark else (text, 0)


def readings(body: str) -> dict[str, Decimal]:
    """What ``body`` is where the point, and where the comma, is the sign before the decimals; a way in which it cannot
    be read is not among them. Digits are grouped by threes, with one sign throughout (12,34,567 as in India too)."""
    found = {}
    for decimal, other in ((".", ","), (",", ".")):
        number = _read(body, decimal, other)
        if number is not None:
            found[decimal] = number
    return found


def _read(body: str, decimal: str, other: str) -> Decimal | None:
    whole, _sign, rest = body.replace("٫", decimal).partition(decimal)
    if not re.fullmatch(r"\d*", rest) or (_sign and not rest):
        return None
    digits = _ungrouped(whole, other)
    return None if digits is None else Decimal(f"{digits or '0'}.{rest or '0'}")


def _ungrouped(whole: str, sign: str) -> str | None:
    if whole == "" or whole.isdecimal():
        return whole
    groups = re.split(r"([^\d])", whole)
    signs, numbers = set(groups[1::2]), groups[::2]
    if len(signs) > 1 or not signs <= {sign, " ", "'"} or not all(numbers) or numbers[0].startswith("0"):
        return None
    inner, last = numbers[1:-1], numbers[-1]
    western = len(numbers[0]) <= 3 and all(len(one) == 3 for one in numbers[1:])
    indian = sign == "," and signs == {","} and inner and len(last) == 3 and len(numbers[0]) <= 2
    if not western and not (indian and all(len(one) == 2 for one in inner)):
        return None
    return "".join(numbers)


def whole_readings(parts: Parts) -> dict[str, Decimal]:
    """The ``readings`` that a number without decimals can have: 1,500 is no one and a half there."""
    found = readings(parts.body)
    if parts.scale:  # 1.5k is whole
        return {sign: number for sign, number in found.items() if is_whole(number.scaleb(parts.scale))}
    without = {sign: number for sign, number in found.items() if not parts.body.partition(sign)[2]}
    return without or {sign: number for sign, number in found.items() if is_whole(number)}


def is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()  # of any length, which ``% 1`` is not able to


def number_of(parts: Parts, text: str, style: Style, places: int, fits: Fits = _any) -> Decimal:
    """The number that ``parts`` of ``text`` are in ``style``; there are ``places`` decimals at most, and it ``fits``.

    What can be read in one way only is read so, however others of its column are written. Raises ``ValidationError``,
    which says how to write what is meant, where the text has two readings and the style does not decide.
    """
    found = _found(parts, text, places)
    if not found:
        raise not_a_number(text)
    key = _decided(found, parts, style, places)
    number = found[key or (style.decimal if style.decimal in found else next(iter(found)))]
    if key is None:
        meant = (_whole(parts, one) for one in sorted(found.values(), reverse=True))
        offers = [offer for one in meant if fits(one) and (offer := written(one, style, places, grouped=True))]
        if offers:
            raise ValidationError(_two_ways(text, offers))
    return _whole(parts, number)


def _found(parts: Parts, text: str, places: int) -> dict[str, Decimal]:
    if isinstance(text, NumberText):
        return {".": Decimal(parts.body)}
    return readings(parts.body) if places else whole_readings(parts) or readings(parts.body)


def _decided(found: dict[str, Decimal], parts: Parts, style: Style, places: int) -> str | None:
    """The sign before the decimals; None where that has to be asked.

    Three digits behind a sign are thousands or decimals. They are what the person's style says where that groups by
    the one and where three decimals are usual.
    """
    other = "," if style.decimal == "." else "."
    if len(found) == 1:
        return next(iter(found))
    if found[style.decimal] == found[other] or style.exact:
        return style.decimal
    is_odd = style.decimal in parts.body and places != USUAL_IN_TWO_WAYS
    return None if is_odd or (other in parts.body and style.group not in ("", other)) else style.decimal


def _whole(parts: Parts, number: Decimal) -> Decimal:
    scaled = number.scaleb(parts.scale)
    return -scaled if parts.negative else scaled


def _two_ways(text: str, offers: list[str]) -> str:
    if len(offers) == 1:
        sentence = _("“%(text)s” can be read in two ways. If you mean %(one)s, write %(one)s.")
        return sentence % {"text": text, "one": offers[0]}
    sentence = _("“%(text)s” can be read in two ways. Write %(one)s or %(two)s.")
    return sentence % {"text": text, "one": offers[0], "two": offers[1]}


def written(number: Decimal, style: Style, places: int, *, grouped: bool = False) -> str:
    """``number`` as ``style`` writes it, with further zeros if it could be read in two ways without; "" where that
    cannot be, as with more than ``places`` decimals."""
    if len(f"{number:f}".partition(".")[2].rstrip("0")) > places:
        return ""
    for decimals in (0, places):
        text = style.write(number, decimals, grouped=grouped)
        parts = take_apart(text)
        found = _found(parts, text, places)
        key = _decided(found, parts, style, places) if found else None
        if key is not None and _whole(parts, found[key]) == number:
            return text
    return ""


def read_number(text: str, style: Style, places: int = 2, fits: Fits = _any) -> Decimal:
    """Read a plain number, such as 1,234.5, 10k, (500) or 1E+06; raise ``ValidationError``.

    What ``fits`` says no to is not offered where the text has two readings; it is not refused for that.
    """
    parts = take_apart(text)
    if parts.words or parts.percent:
        raise not_a_number(text)
    return number_of(parts, text, style, places, fits)


def read_plain_or_percent(text: str, style: Style, places: int) -> Decimal:
    """Read a number of a field without a unit; what 10% is there, ``style`` says: 10 or 0.1. Else it is refused."""
    parts = take_apart(text)
    if not parts.percent:
        return read_number(text, style, places)
    if parts.words:
        raise not_a_number(text)
    number = number_of(parts, text, style, places)
    share = number.scaleb(-2)
    if style.percent in (POINTS, SHARE):
        return share if style.percent == SHARE else number
    raise ValidationError(_two_ways(text, [style.write(number), style.write(share)]))


def read_percent(text: str, style: Style) -> Decimal:
    """Read a number of per cent, with or without the sign; raise ``ValidationError``.

    What lies between 0 and 1 without the sign may be a share of one: 0.6 is 60 %, if ``style`` does not say otherwise.
    """
    parts = take_apart(text)
    if parts.words:
        raise not_a_number(text)
    number = number_of(parts, text, style, 2, lambda one: is_whole(one) and 0 <= one <= 100)
    if parts.percent or not 0 < number <= 1 or style.percent == POINTS:
        return number
    if style.percent == SHARE:
        return number * 100
    if number == 1 or number * 100 % 1:  # of which there are whole ones only
        return number
    points = style.write(number * 100)
    raise ValidationError(
        _("“%(text)s” can be read in two ways. If you mean %(points)s %%, write %(points)s.")
        % {"text": text, "points": points}
    )


def bounded(number: Decimal, text: str, least: Decimal | int, most: Decimal | int, places: int = 0) -> Decimal:
    """Return ``number``, which stood as ``text``, or refuse one outside the bounds or with more decimals."""
    fine = number.as_tuple().exponent
    exact = not isinstance(fine, int) or -fine <= places or number == number.quantize(Decimal(1).scaleb(-places))
    if exact and least <= number <= most:
        return number
    style = current_style()
    words = {
        "text": text[:100],
        "least": style.write(Decimal(least), grouped=most >= LEAST_GROUPED),
        "most": style.write(Decimal(most), grouped=most >= LEAST_GROUPED),
        "places": places,
    }
    if places:
        raise ValidationError(
            _("“%(text)s” is not a number from %(least)s to %(most)s with at most %(places)s decimals.") % words
        )
    raise ValidationError(_("“%(text)s” is not a whole number from %(least)s to %(most)s.") % words)
