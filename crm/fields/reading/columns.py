"""How a whole column of a file is written: proven by its texts, open to two readings, or at odds with itself.

    decision = decide(spec.kind.reads, texts, current_style(), own_currency, is_whole=…)

``texts`` are the column's cells (one pass, nothing is kept but samples); of those that are written alike, and for which
``says`` is the same, one is enough. Where ``decision.must_ask``, show ``decision.options`` with their samples and let
the person choose; ``decision.style.chosen(kind.reads, option.key)`` is the answer, ``.with_signs({"kr": "SEK"})`` that
for ``decision.signs``. Keep ``Style.as_json()`` with the column, and give ``style_from_json(…)`` to the
``ParseContext`` by the field's name: ``context.style(spec.name)`` is what kinds read by. Kinds whose ``reads`` is ""
need no decision.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.fields.reading import days
from crm.fields.reading.amounts import amount_parts, currency_words, places_of, possible_currencies, sign_of
from crm.fields.reading.numbers import NumberText, Parts, number_of, readings, take_apart, whole_readings
from crm.fields.reading.style import (
    DAY_FIRST,
    DAY_ZERO,
    DAYS,
    MONTH_DOTS,
    MONTH_FIRST,
    NUMBERS,
    ORDERS,
    PERCENTS,
    POINTS,
    SERIAL,
    SHARE,
    YEAR_FIRST,
    Style,
)
from crm.ui import format as formats

SAMPLES = 5  # kept of each sort
LARGEST_SHOWN, LONGEST_SHOWN = 10**15, 40
_LONG_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_ONES = str.maketrans("23456789", "11111111")

_LABELS: dict[str, Any] = {
    ".": _("Decimals after a point: 1,234.50"),
    ",": _("Decimals after a comma: 1.234,50"),
    DAY_FIRST: _("Day first: 31/12/2026"),
    MONTH_FIRST: _("Month first: 12/31/2026"),
    MONTH_DOTS: _("Month first, also with dots: 12.31.2026"),
    YEAR_FIRST: _("Year first: 26/12/31"),
    SHARE: _("Shares of one: 0.5 is 50 %"),
    POINTS: _("Per cent: 50 is 50 %, and 0.5 half of one"),
    SERIAL: _("Day numbers of a spreadsheet: 45384 is %(day)s"),
}


class State(StrEnum):
    """OPEN: no text depends on the style; numbers may be written in two, as long as each can be read in one only.
    DECIDED: some can be read in one style only. UNDECIDED: some can be read in two, and none decides, or what does
    would make 1.500 one and a half beside 12.50. CONTRADICTORY: some dates can be read in the one order only, others
    in the other only: those whose order is not chosen are refused."""

    OPEN = "open"
    DECIDED = "decided"
    UNDECIDED = "undecided"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True)
class Sample:
    """The text of a cell, and what it is read as ("" = refused)."""

    text: str
    reading: str = ""


@dataclass(frozen=True)
class Option:
    """A style that the column may have: what it makes of the texts that depend on it, and some that it cannot read."""

    key: str
    label: Any
    samples: tuple[Sample, ...] = ()
    refused: tuple[Sample, ...] = ()


@dataclass(frozen=True)
class Decision:
    """``style`` is what to read the column by unless the person chooses another of ``options``. ``signs``: currency
    signs that stand for several, with the codes to choose from."""

    state: State
    style: Style
    options: tuple[Option, ...] = ()
    signs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def must_choose(self) -> bool:
        """Whether nothing may be written before a person has chosen one of the options."""
        return self.state in (State.UNDECIDED, State.CONTRADICTORY)

    @property
    def must_ask(self) -> bool:
        """The same of the options or of what a sign stands for."""
        return self.must_choose or bool(self.signs)


@dataclass
class _Tally:
    """What one pass over the texts finds of each key."""

    proof: dict[str, list[Sample]] = field(default_factory=dict)  # read so only
    counts: dict[str, int] = field(default_factory=dict)
    both: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # read in two ways
    signs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    finest: dict[str, int] = field(default_factory=dict)  # decimals of numbers that are read so only
    three: set[str] = field(default_factory=set)  # keys by which a number that can be read in two ways has decimals

    def note_decimals(self, text: str, found: dict[str, Any]) -> None:
        parts = take_apart(text)
        for key in found:
            places = len(parts.body.partition(key)[2])
            if len(found) > 1 and places:
                self.three.add(key)
            elif len(found) == 1 and not parts.scale:  # 1.5M says little of how numbers are written out
                self.finest[key] = max(places, self.finest.get(key, 0))

    def is_doubtful(self, key: str) -> bool:
        """Whether 1.500 would be one and a half beside numbers that never have three decimals."""
        return bool(self.both) and key in self.three and self.finest.get(key, 0) < 3

    def add(self, text: str, found: dict[str, Any], show: Callable[[Any], str]) -> None:
        values = set(found.values())
        if len(values) > 1 and len(self.both) < SAMPLES and all(text != known for known, _found in self.both):
            self.both.append((text, found))
        if len(found) == 1:
            [(key, value)] = found.items()
            self.counts[key] = self.counts.get(key, 0) + 1
            kept = self.proof.setdefault(key, [])
            if len(kept) < SAMPLES:
                kept.append(Sample(text, show(value)))


def style_label(key: str, day_zero: date = DAY_ZERO) -> str:
    """What the style of an ``Option.key`` is called."""
    label = str(_LABELS[key])
    return label % {"day": formats.date(day_zero + timedelta(days=45_384))} if key == SERIAL else label


def decide(
    reads: str, texts: Iterable[str], default: Style, own: str = "", bare: str = "", *, is_whole: bool = False
) -> Decision:
    """Say how a column is written. ``reads`` is the kind's; ``own`` the workspace's currency for amounts, else "";
    ``bare`` that of those which name none, as far as it was said.
    ``is_whole``: its numbers have no decimals, so nothing is read as if they had."""
    if not reads:
        return Decision(State.OPEN, default)
    if reads == PERCENTS:
        return _decide_percent(texts, default)
    if reads == DAYS:
        return _decide_days(texts, default)
    find = partial(_amounts, own=own, bare=bare) if own else _whole_numbers if is_whole else _numbers
    return _decide_numbers(_tallied(texts, own, find), default)


def says(reads: str, text: str, style: Style, *, is_number: bool) -> tuple[Any, ...]:
    """What ``text`` says of its column: of several that are written alike and say the same, ``decide`` needs one.

    ``is_number``: it is a ``NumberText``.
    """
    # How a number can be read depends on its zeros, but on no other digit.
    return _says(reads, text.translate(_ONES) if reads == NUMBERS else text, style, is_number=is_number)


@lru_cache(maxsize=20_000)
def _says(reads: str, text: str, style: Style, *, is_number: bool) -> tuple[Any, ...]:
    if reads == PERCENTS:
        found = _percents(NumberText(text) if is_number else text, style)
        return (*found, len(set(found.values())) > 1, found.get(POINTS, 1) < 1)
    if reads != NUMBERS:
        found = _days(text)
        days_found = [*found.values()]
        return tuple((order, days_found.index(day)) for order, day in found.items())
    try:
        parts = take_apart(text)
    except ValidationError:
        return ()
    found = {} if is_number else readings(parts.body)
    return (*found, len(set(found.values())) > 1, parts.scale, *parts.words)


def _decide_numbers(tally: _Tally, default: Style) -> Decision:
    proven = sorted(tally.proof)
    usual = default.decimal
    keys = {*proven, *(key for _text, found in tally.both for key in found), *((usual,) if tally.both else ())}
    options = tuple(_option(key, tally, _shown_number) for key in sorted(keys, key=lambda key: (key != usual, key)))
    if len(proven) > 1:  # what is clear is read as it stands: it is only asked about what is not
        best = max(proven, key=lambda key: (tally.counts[key], key == usual))
        state = State.UNDECIDED if tally.both else State.OPEN
        return Decision(state, default.chosen(NUMBERS, best), options if tally.both else (), signs=tally.signs)
    if proven:
        state = State.UNDECIDED if tally.is_doubtful(proven[0]) else State.DECIDED
        asked = options if state == State.UNDECIDED else ()  # it may be only a sign that is asked about
        return Decision(state, default.chosen(NUMBERS, proven[0]), asked, tally.signs)
    state = State.UNDECIDED if tally.both else State.OPEN
    return Decision(state, default.chosen(NUMBERS, usual), options if tally.both else (), signs=tally.signs)


def _tallied(texts: Iterable[str], own: str, find: Callable[[str], dict[str, Any]]) -> _Tally:
    tally = _Tally()
    for text in texts:
        if isinstance(text, NumberText):  # says nothing of how others are written
            if own:
                _note_signs(tally, text, own)
        elif text := text.strip():
            tally.add(text, found := find(text), _shown_number)
            if found:
                tally.note_decimals(text, found)
            if own:
                _note_signs(tally, text, own)
    return tally


def _decide_percent(texts: Iterable[str], default: Style) -> Decision:
    """Whether numbers from 0 to 1 are shares of one. Without a larger one beside them they are likely to be."""
    tally = _Tally()
    for text in texts:
        if text := text if isinstance(text, NumberText) else text.strip():
            tally.add(text, _percents(text, default), _shown_percent)
    has_points = bool(tally.proof)
    fractions = [number for _text, found in tally.both if (number := found[POINTS]) < 1]
    if not tally.both or (has_points and not fractions):  # 45, 20, 1: per cent
        return Decision(State.OPEN, default.chosen(PERCENTS, POINTS))
    likely = POINTS if has_points else SHARE
    options = tuple(
        _option(key, tally, _shown_percent) for key in sorted((SHARE, POINTS), key=lambda one: one != likely)
    )
    state = State.CONTRADICTORY if has_points else State.UNDECIDED
    return Decision(state, default.chosen(PERCENTS, likely), options)


def _percents(text: str, style: Style) -> dict[str, Any]:
    try:
        parts = take_apart(text)
        number = number_of(parts, text, style, 2)
    except ValidationError:
        return {}
    if parts.percent or number <= 0:
        return {SHARE: number, POINTS: number}
    return {SHARE: number * 100, POINTS: number} if number <= 1 else {POINTS: number}


def _shown_percent(value: Any) -> str:
    return f"{_shown_number(value)} %"


def _option(key: str, tally: _Tally, show: Callable[[Any], str]) -> Option:
    """Nothing is refused: a number that can be read in one way only is read so in every style (``number_of``)."""
    samples = [Sample(text, show(found[key])) for text, found in tally.both if key in found]
    others = [one for other, proof in tally.proof.items() if other != key for one in proof]
    return Option(key, style_label(key), tuple([*samples, *tally.proof.get(key, ()), *others][:SAMPLES]))


def _decide_days(texts: Iterable[str], default: Style) -> Decision:
    """Which orders of day, month and year read all of the column; where they are several, each is an option."""
    found = {text: readings for one in texts if (text := one.strip()) and (readings := _days(text, default.day_zero))}
    turned = {text: readings for text, readings in found.items() if not _is_clear(readings)}
    if not turned:
        return Decision(State.OPEN, default.chosen(DAYS, default.days))
    orders = _orders(turned, default)
    fitting = [order for order in orders if _fits(order, turned)]
    if fitting == [YEAR_FIRST] and any(YEAR_FIRST not in readings for readings in turned.values()):
        fitting = []  # the years in full would be refused by it, and no other order reads all
    asked = fitting or [*orders]
    state = State.UNDECIDED if len(fitting) > 1 else State.DECIDED if fitting else State.CONTRADICTORY
    if fitting == [SERIAL]:  # plain numbers may be days of a spreadsheet, and may be no dates at all
        state, asked = State.UNDECIDED, [default.days, SERIAL]
    elif fitting == [MONTH_DOTS] and _is_turned_by_dots(turned):  # or else one day is mistyped
        state, asked = State.UNDECIDED, [MONTH_DOTS, *(order for order in orders if order != MONTH_DOTS)]
    best = asked[0]
    if state == State.CONTRADICTORY:
        best = max(asked, key=lambda order: (len(turned) - orders[order].count(None), order == default.days))
    options = tuple(_day_option(order, turned, asked, default.day_zero) for order in asked)
    return Decision(state, default.chosen(DAYS, best), options)


def _fits(order: str, turned: dict[str, dict[str, Any]]) -> bool:
    """Whether the texts may all be written so. Years in full prove nothing of short ones, which may come first."""
    return all(
        order in found or (order == YEAR_FIRST and _LONG_YEAR.search(text) is not None)
        for text, found in turned.items()
    )


def _is_clear(found: dict[str, Any]) -> bool:
    return len(found) > len(ORDERS) and len({*found.values()}) == 1


def _is_turned_by_dots(turned: dict[str, dict[str, Any]]) -> bool:
    return any(found.get(MONTH_FIRST) not in (None, found.get(MONTH_DOTS)) for found in turned.values())


def _orders(turned: dict[str, dict[str, Any]], default: Style) -> dict[str, tuple[Any, ...]]:
    """The orders in which the texts may be written, the usual one first, with what each makes of them; of those that
    make the same the first. That months stand before a dot is asked where they come first, here or in the column."""
    months = default.days == MONTH_FIRST or any(
        MONTH_DOTS in found and not found.keys() & {DAY_FIRST, YEAR_FIRST} for found in turned.values()
    )
    has_dots = any(found.get(MONTH_FIRST) != found.get(MONTH_DOTS) for found in turned.values())
    usual = [] if has_dots and default.days == MONTH_FIRST and not _has_slashes(turned) else [default.days]
    found: dict[tuple[Any, ...], str] = {}
    for order in dict.fromkeys([*usual, *ORDERS, SERIAL]):
        read = tuple(readings.get(order) for readings in turned.values())
        if any(read) and (months or order != MONTH_DOTS):
            found.setdefault(read, order)
    return {order: read for read, order in found.items()}


def _has_slashes(turned: dict[str, dict[str, Any]]) -> bool:
    return any(found.get(DAY_FIRST) != found.get(MONTH_FIRST) for found in turned.values())


def _day_option(order: str, turned: dict[str, dict[str, Any]], asked: list[str], day_zero: date) -> Option:
    """The texts that the orders read in several ways are shown first."""
    samples, refused = [], []
    for text, found in sorted(turned.items(), key=lambda one: -len({one[1].get(other) for other in asked} - {None})):
        day = found.get(order)
        if day is None:
            refused.append(Sample(text))
        elif len({found.get(other) for other in asked}) > 1:
            samples.append(Sample(text, formats.date(day)))
    return Option(order, style_label(order, day_zero), tuple(samples[:SAMPLES]), tuple(refused[:SAMPLES]))


def _whole_numbers(text: str) -> dict[str, Any]:
    return _numbers(text, whole_readings)


def _amounts(text: str, own: str, bare: str) -> dict[str, Any]:
    """As ``read_amount`` reads them: those of a currency without decimals are whole where they can be."""

    def find(parts: Parts) -> dict[str, Decimal]:
        found = readings(parts.body)
        return found if places_of(parts, own, bare) else whole_readings(parts) or found

    return _numbers(text, find, amount_parts)


def _numbers(
    text: str,
    find: Callable[[Parts], dict[str, Decimal]] = lambda parts: readings(parts.body),
    apart: Callable[[str], Parts] = take_apart,
) -> dict[str, Any]:
    try:
        parts = apart(text)
    except ValidationError:
        return {}
    found = {}
    for key, number in find(parts).items():
        scaled = number.scaleb(parts.scale) if parts.scale else number  # which would round the longest
        found[key] = scaled.copy_negate() if parts.negative else scaled
    return found


def _days(text: str, day_zero: date = DAY_ZERO) -> dict[str, Any]:
    return dict(days.day_readings(days.split_clock(text)[0], day_zero))


def _shown_number(value: Any) -> str:
    is_usual = abs(value) < LARGEST_SHOWN and value == round(value, 3)
    return formats.number(value) if is_usual else f"{value:f}"[:LONGEST_SHOWN]


def _currency_words(text: str) -> tuple[str, ...]:
    try:
        return currency_words(text)
    except ValidationError:
        return ()


def _note_signs(tally: _Tally, text: str, own: str) -> None:
    words = _currency_words(text)
    possible = possible_currencies(words, own) if words else ()
    if len(words) == 1 and len(possible) > 1:
        tally.signs.setdefault(sign_of(words[0]), possible)


__all__ = ["DAYS", "NUMBERS", "Decision", "Option", "Sample", "State", "decide", "says"]
