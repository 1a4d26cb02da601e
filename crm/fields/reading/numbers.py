"""A number as people and programs write it, taken apart, and the ways in which it can be read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.reading.style import POINTS, SHARE, Style

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


def number_of(parts: Parts, text: str, style: Style, places: int) -> Decimal:
    """The number that ``parts`` of ``text`` are in ``style``; ``places`` decimals are usual there.

    What can be read in one way only is read so, however others of its column are written. Raises ``ValidationError``,
    which names both readings where the text has two and the style does not decide.
    """
    found = {".": Decimal(parts.body)} if isinstance(text, NumberText) else readings(parts.body)
    if not places and not isinstance(text, NumberText):
        found = whole_readings(parts) or found
    other = "," if style.decimal == "." else "."
    if not found:
        raise not_a_number(text)
    ours, theirs = found.get(style.decimal), found.get(other)
    if ours is None or theirs is None or ours == theirs:
        number = theirs if ours is None else ours
    elif style.exact:
        number = ours
    elif (style.decimal in parts.body and places < 3) or (other in parts.body and style.group not in ("", other)):
        one, two = style.write(max(ours, theirs), grouped=True), style.write(min(ours, theirs))
        raise ValidationError(
            _("“%(text)s” can be read in two ways. Write %(one)s or %(two)s.") % {"text": text, "one": one, "two": two}
        )
    else:
        number = ours
    assert number is not None  # one of them is there
    scaled = number.scaleb(parts.scale)
    return -scaled if parts.negative else scaled


def read_number(text: str, style: Style, places: int = 2) -> Decimal:
    """Read a plain number, such as 1,234.5, 10k, (500) or 1E+06; raise ``ValidationError``."""
    parts = take_apart(text)
    if parts.words or parts.percent:
        raise not_a_number(text)
    return number_of(parts, text, style, places)


def read_percent(text: str, style: Style) -> Decimal:
    """Read a number of per cent, with or without the sign; raise ``ValidationError``.

    What lies between 0 and 1 without the sign may be a share of one: 0.6 is 60 %, if ``style`` does not say otherwise.
    """
    parts = take_apart(text)
    if parts.words:
        raise not_a_number(text)
    number = number_of(parts, text, style, 2)
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
