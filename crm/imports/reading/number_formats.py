"""What the number format of a spreadsheet shows beside a number: 500 may be “500 TEUR”, “INV-0500” or “5 %”."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import takewhile

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)(?:"|$) | \\(?P<escaped>.) | [_*].   # space as wide as a character; one that fills the cell
    | \[\$(?P<sign>[^\]]*?)(?:-(?P<country>[\w-]+)(?:,[^\]]*)?)?\]
    | \[(?P<compared>[<>=]{1,2})(?P<limit>-?\d+(?:\.\d+)?)\] | \[[^\]]*\]
    | (?P<general>General) | (?P<digit>[0#?]) | (?P<exponent>E[+-]) | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_COMPARED = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
# ``[$$-409]`` names a sign and a country.
_COUNTRIES = {
    "$": {
        "409": "USD", "1009": "CAD", "C0C": "CAD", "C09": "AUD", "1409": "NZD", "4809": "SGD", "C04": "HKD",
        "80A": "MXN",
    },
    "¥": {"411": "JPY", "804": "CNY"},
    "kr": {"41D": "SEK", "414": "NOK", "814": "NOK", "406": "DKK", "40F": "ISK"},
}  # fmt: skip
_GROUPING = frozenset(" \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}'’.,")
SIGNS = re.compile("[-−–—()+]")  # of a number below zero
_EVEN = re.compile("[.][-–—]{1,2}")  # 500.- is without cents
_TEXT, _DIGIT, _POINT, _COMMA, _PERCENT, _SLASH = "text", "digit", "point", "comma", "percent", "slash"
Piece = tuple[str, str]  # one of these, and what stands there


@dataclass(frozen=True)
class Look:
    """How numbers of one sort (of the sections of a format) are shown: what stands ``before`` and ``after`` the digits,
    how many there are at least, and by what power of ten they are shortened."""

    before: str = ""
    after: str = ""
    zeros: int = 0
    decimals: int = 0
    shortened: int = 0
    percent: bool = False
    has_digits: bool = True
    is_padded: bool = False  # 00000: its zeros belong to it
    mask: tuple[Piece, ...] = ()  # of digits with something between them: 00-000

    def filled(self, digits: str) -> str:
        """The digits in the places of the ``mask``, from the last one on; those that are too many stand before it."""
        rest = [*digits]
        shown: list[str] = []
        places = sum(kind == _DIGIT for kind, _one in self.mask)
        for kind, one in reversed(self.mask):
            if kind == _TEXT:
                shown.append(one)
                continue
            places -= 1
            if places == 0 and len(rest) > 1:
                shown.append("".join(rest))
                rest = []
            else:
                shown.append(rest.pop() if rest else "0" if one == "0" else "")
        return "".join(reversed(shown))


@dataclass(frozen=True)
class _Section:
    look: Look
    compared: str = ""
    limit: Decimal = Decimal(0)

    def takes(self, value: Decimal) -> bool:
        return bool(_COMPARED[self.compared](value, self.limit))


def look_of(number_format: str, value: Decimal) -> Look:
    """How ``value`` is shown."""
    sections = _sections(number_format)
    if not any(one.compared for one in sections):
        place = 1 if value < 0 else 2 if value == 0 else 0
        return sections[place if place < len(sections) else 0].look
    for place, one in enumerate(sections):
        is_last = place == len(sections) - 1
        if one.takes(value) if one.compared else is_last or (value < 0 if place else value > 0):
            return one.look
    return Look()


@lru_cache(maxsize=1000)
def _sections(number_format: str) -> tuple[_Section, ...]:
    tokens: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(number_format):
        if token["other"] == ";":
            tokens.append([])
        else:
            tokens[-1].append(token)
    of_numbers = [one for one in tokens[:3] if not any(token["other"] == "@" for token in one)]
    return tuple(_section(one, place) for place, one in enumerate(of_numbers)) or (_Section(Look()),)


def _section(tokens: list[re.Match[str]], place: int) -> _Section:
    compared = next((one for one in tokens if one["compared"] in _COMPARED), None)
    look = Look() if any(one["exponent"] for one in tokens) else _look([*_pieces(tokens)])
    if place and look.has_digits:  # a number below zero has its sign without
        look = replace(look, before=SIGNS.sub("", look.before), after=SIGNS.sub("", look.after))
    return _Section(look, compared["compared"], Decimal(compared["limit"])) if compared else _Section(look)


def _pieces(tokens: list[re.Match[str]]) -> Iterator[Piece]:
    for token in tokens:
        if token["sign"] is not None:
            countries = _COUNTRIES.get(token["sign"].strip().rstrip("."), {})
            code = countries.get((token["country"] or "").upper().lstrip("0"))
            yield _TEXT, f"{code} " if code else token["sign"]
        elif (text := token["quoted"] or token["escaped"]) is not None:
            yield _TEXT, text
        elif token["digit"] or token["general"]:
            yield _DIGIT, token["digit"] or "#"
        elif one := token["other"]:
            yield {".": _POINT, ",": _COMMA, "%": _PERCENT, "/": _SLASH}.get(one, _TEXT), one


def _look(pieces: list[Piece]) -> Look:
    places = [at for at, (kind, _one) in enumerate(pieces) if kind == _DIGIT]
    if not places:
        return Look(before=_text(pieces), has_digits=False)
    first, last = places[0], places[-1]
    inner, after = pieces[first : last + 1], pieces[last + 1 :]
    if (_SLASH, "/") in inner:  # a fraction
        return Look()
    point = next((at for at, (kind, _one) in enumerate(inner) if kind == _POINT), len(inner))
    whole = "".join(one for kind, one in inner[:point] if kind == _DIGIT)
    zeros = len(whole) - whole.find("0") if "0" in whole else 0  # what comes after a zero is shown, too
    commas = [*takewhile(_is_comma, after), *takewhile(_is_comma, reversed(inner[:point]))]
    between = {one for kind, one in inner if kind == _TEXT}
    is_masked = point == len(inner) and between and (zeros > 1 or not set("".join(between)) <= _GROUPING)
    return Look(
        before=_text(pieces[:first]),
        after=_EVEN.sub("", _text(after)),
        zeros=zeros,
        decimals=sum(one == "0" for kind, one in inner[point:] if kind == _DIGIT),
        shortened=3 * len(commas),
        percent=any(kind == _PERCENT for kind, _one in pieces),
        is_padded=len(inner) == len(whole) == zeros > 1,
        mask=_mask(inner) if is_masked else (),
    )


def _mask(inner: list[Piece]) -> tuple[Piece, ...]:
    first = next((at for at, piece in enumerate(inner) if piece == (_DIGIT, "0")), len(inner))
    return tuple(
        (kind, "0" if kind == _DIGIT and at > first else one)
        for at, (kind, one) in enumerate(inner)
        if kind in (_DIGIT, _TEXT)
    )


def _is_comma(piece: Piece) -> bool:
    return piece[0] == _COMMA


def _text(pieces: list[Piece]) -> str:
    return "".join(one for kind, one in pieces if kind not in (_DIGIT, _COMMA))
