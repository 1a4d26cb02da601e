"""Which kinds of field the values of a column allow, and which one they are most likely of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from crm.fields.kinds import Flag, Url
from crm.fields.models import FieldKind
from crm.fields.reading import NumberText
from crm.fields.reading.amounts import currency_words, meanings
from crm.fields.reading.days import day_readings, has_time, split_clock
from crm.fields.reading.numbers import readings, take_apart
from crm.fields.reading.style import ORDERS
from crm.ground.addresses import validate_address
from crm.ground.text import one_line, sort_key
from crm.imports.reading.cells import is_shortened

ONE_LINE, LONG, LABEL = 200, 20_000, 100  # characters of a text, a long text, a choice
MOST_CHOICES = 200  # different values that a choice is offered for
FEW, REPEATED = 30, 2  # at most so many different ones, each so often on average: probably a choice
ALLOWED_MISFITS = 5  # a kind is offered where at least four of five values are of it,
FEW_MISFITS, OF_FEW = 2, 3  # or all but one or two of a few: two of three
MISFITS_SHOWN = 8  # cells that are no value
LOOKED_AT = 1_000  # values of which at least one is of a kind, or it is given up
LARGEST, PLACES = Decimal(10) ** 11, 4  # of an own number: see crm/fields/kinds/custom.py
_PADDED = re.compile(r"[+-]?0\d")  # a postal code, a number of a customer
_PHONE = re.compile(r"\+?[\d\s()/.–-]{6,}(?:(?:ext|x)\.? ?\d+)?", re.IGNORECASE)
_PHONE_HEADER = re.compile(r"phone|tel|mobil|handy|fax|cell", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)", re.IGNORECASE)
_DAY_ORDERS = {order: f"{FieldKind.DATE}:{order}" for order in ORDERS}
_NO_DAY = f"{FieldKind.DATE}:none"  # Outlook's 0.0.00 where there is no birthday: no date, and nothing against one
_ZEROS = re.compile(r"0{1,4}([./-])0{1,2}\1(?:0{1,2}|0{4})(?: 0?0:00(?::00)?)?")
_SAID = f"{FieldKind.YES_NO}:said"  # in words: 0 and 1 may be numbers
_NAMED = f"{FieldKind.MONEY}:named"  # with a currency
_SHORTENED = f"{FieldKind.TEXT}:shortened"  # numbers of which digits are lost: no text, although nothing else
TIMED = f"{FieldKind.DATE}:timed"  # with a time of day, which a date leaves out


def _is_number(text: str) -> bool:
    if not isinstance(text, NumberText) and _PADDED.match(text):
        return False
    parts = take_apart(text)
    found = [Decimal(parts.body)] if isinstance(text, NumberText) else [*readings(parts.body).values()]
    scaled = [number.scaleb(parts.scale) for number in found]
    fits = [number for number in scaled if abs(number) < LARGEST and number == round(number, PLACES)]
    return bool(fits) and not parts.words


def _is_money(text: str) -> bool:
    parts = take_apart(text)
    named = currency_words(text)
    return bool(readings(parts.body)) and not parts.percent and not _PADDED.match(text) and all(map(meanings, named))


def _is_day(order: str) -> Callable[[str], bool]:
    return lambda text: order in day_readings(split_clock(text)[0])


def _is_email(text: str) -> bool:
    validate_address(text)
    return len(text) <= 254


def _is_url(text: str) -> bool:
    return bool(_ADDRESS.match(text)) and bool(Url().parse(None, text, None))  # type: ignore[arg-type]


def _is_phone(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return _PHONE.fullmatch(text) is not None and 7 <= digits < len(text) <= 50 and not day_readings(text)


_TESTS: dict[str, Callable[[str], bool]] = {
    FieldKind.EMAIL: _is_email,
    FieldKind.URL: _is_url,
    FieldKind.YES_NO: lambda text: text.casefold() in Flag.TRUE | Flag.FALSE,
    _SAID: lambda text: text.casefold() in Flag.TRUE | Flag.FALSE and not text.isdigit(),
    _NO_DAY: lambda text: _ZEROS.fullmatch(text) is not None,
    **{key: _is_day(order) for order, key in _DAY_ORDERS.items()},
    TIMED: has_time,
    FieldKind.NUMBER: _is_number,
    FieldKind.MONEY: _is_money,
    _NAMED: lambda text: bool(currency_words(text)),
    FieldKind.PHONE: _is_phone,
    FieldKind.CHOICE: lambda text: len(text) <= LABEL and "\n" not in text,
    FieldKind.TEXT: lambda text: len(text) <= ONE_LINE and one_line(text) == text and not is_shortened(text),
    _SHORTENED: is_shortened,
    FieldKind.LONG_TEXT: lambda text: len(text) <= LONG,
}


class FitTally:
    """Counts the cells of a column, ``most`` at the most, that each kind can hold. A kind that has too many misfits for
    all of them is not tried any further; nor one that none of the first ``LOOKED_AT`` is of."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.cells = 0
        self.counts: Counter[str] = Counter()
        self.words: set[int] = set()
        self.misfits: dict[str, list[list[Any]]] = {}  # the first: number of the row, text, False
        self._live = dict(_TESTS)

    def note(self, cell: str, number: int = 0) -> None:
        self.cells += 1
        for key, test in [*self._live.items()]:
            if _passes(test, cell):
                self.counts[key] += 1
                continue
            if len(known := self.misfits.setdefault(key, [])) < MISFITS_SHOWN:
                known.append([number, cell[:LABEL], False])
            if self._is_out(key):
                del self._live[key], self.misfits[key]
        if len(self.words) <= MOST_CHOICES:
            self.words.add(hash(sort_key(cell)))

    def _is_out(self, key: str) -> bool:
        if key == _NAMED:  # of which one is enough
            return FieldKind.MONEY not in self._live
        if key in (TIMED, _NO_DAY):
            return not self._live.keys() & {*_DAY_ORDERS.values()}
        if key == _SHORTENED:
            return FieldKind.TEXT not in self._live
        misfits = self.cells - self.counts[key] - (self.counts[_NO_DAY] if key in _DAY_ORDERS.values() else 0)
        return not _is_allowed(misfits, self.most) or misfits == self.cells >= LOOKED_AT

    def as_json(self) -> dict[str, int]:
        """The counts by kind, ``cells``, and how many ``words`` differ."""
        return {**self.counts, "cells": self.cells, "words": len(self.words)}


def _is_allowed(misfits: int, cells: int) -> bool:
    return misfits * ALLOWED_MISFITS <= cells or (misfits <= FEW_MISFITS and misfits * OF_FEW <= cells)


def _passes(test: Callable[[str], bool], cell: str) -> bool:
    try:
        return test(cell)
    except (ValidationError, ValueError, ArithmeticError):
        return False


def key_of(found: Mapping[str, int], kind: str) -> str:
    """Under what ``FitTally`` counts the kind: dates by their order, the one that fits better."""
    return max(_DAY_ORDERS.values(), key=lambda key: found.get(key, 0)) if kind == FieldKind.DATE else kind


def misfits_of(found: Mapping[str, int], kind: str) -> int:
    """How many cells a field of the kind cannot hold."""
    return found.get("cells", 0) - found.get(key_of(found, kind), 0)


def allowed_kinds(found: Mapping[str, int]) -> dict[str, int]:
    """The kinds to choose from, each with the number of cells that it cannot hold."""
    cells = found.get("cells", 0)
    kinds = {kind: misfits_of(found, kind) for kind in FieldKind.values if kind != FieldKind.PERSON}
    if found.get("words", 0) > MOST_CHOICES:
        del kinds[FieldKind.CHOICE]
    zeros: dict[str, int] = {FieldKind.DATE: found.get(_NO_DAY, 0)}
    if not found.get(key_of(found, FieldKind.DATE)):
        del kinds[FieldKind.DATE]
    return {
        kind: misfits
        for kind, misfits in kinds.items()
        if _is_allowed(misfits - zeros.get(kind, 0), cells - zeros.get(kind, 0))
    }


def likely_kind(found: Mapping[str, int], header: str) -> str:
    """The narrowest kind that can hold every cell."""
    cells = found.get("cells", 0)
    excused: dict[str, int] = {FieldKind.TEXT: found.get(_SHORTENED, 0), FieldKind.DATE: found.get(_NO_DAY, 0)}
    fits = {kind for kind, misfits in allowed_kinds(found).items() if misfits <= excused.get(kind, 0) and cells}
    if FieldKind.PHONE in fits and _PHONE_HEADER.search(header):
        fits -= {FieldKind.NUMBER, FieldKind.MONEY, FieldKind.DATE}
    if found.get(_SAID, 0) < cells:
        fits -= {FieldKind.YES_NO}
    if not found.get(_NAMED):
        fits -= {FieldKind.MONEY}
    if found.get(TIMED):
        fits -= {FieldKind.DATE}
    words = found.get("words", 0)
    if words > FEW or cells < words * REPEATED:
        fits -= {FieldKind.CHOICE}
    order = (
        FieldKind.EMAIL, FieldKind.URL, FieldKind.YES_NO, FieldKind.DATE, FieldKind.NUMBER, FieldKind.MONEY,
        FieldKind.PHONE, FieldKind.CHOICE, FieldKind.TEXT,
    )  # fmt: skip
    return next((kind for kind in order if kind in fits), FieldKind.LONG_TEXT if cells else FieldKind.TEXT)
