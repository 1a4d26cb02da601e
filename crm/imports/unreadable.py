"""Cells that their field cannot take, however their column is read: such rows are refused, unless the importer says for
a column that these cells are to be left empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import cast

from django.core.exceptions import ValidationError

from crm.fields import kinds
from crm.fields.parsing import ParseContext
from crm.fields.reading import DAYS, NUMBERS, PERCENTS, Style, current_style
from crm.fields.reading.amounts import currency_words, possible_currencies, sign_of
from crm.fields.reading.style import ORDERS, POINTS, SERIAL, SHARE
from crm.fields.spec import FieldSpec
from crm.ground.text import one_line
from crm.imports.answers import BAD, EMPTY, Answers, holds_words
from crm.imports.reading.cells import ERRORS, cell_text, holds_digits, is_no_phone, is_shortened, is_unreadable, parsed
from crm.tenants.context import current_tenant

REMEMBERED = 20_000
SHORT = 200
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.)+[a-z]{2,20}"
_ADDRESS = re.compile(rf"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@{_HOST}", re.IGNORECASE | re.ASCII)
_LINK = re.compile(rf"(?:https?://)?{_HOST}(?:/[\w./%+=&?~-]*)?", re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,9}")
_STYLES = {NUMBERS: (".", ","), DAYS: (*ORDERS, SERIAL), PERCENTS: (SHARE, POINTS)}


def is_no_value(cell: str) -> bool:
    """Whether no field at all can take the cell: broken characters, an error of the spreadsheet."""
    return cell in ERRORS or is_unreadable(cell)


def may_be_empty(answers: Answers, name: str, spec: FieldSpec, cell: str) -> bool:
    """Whether it was said of the column ``name`` that a cell like this, which cannot be taken, is left empty."""
    is_left = answers.get(name, {}).get(BAD) == EMPTY and not spec.required
    return is_left and (is_no_value(cell) or not holds_words(spec))  # of words each has an answer of its own


def bad_in(spec: FieldSpec | None) -> Callable[[str], bool]:
    """A test whether a cell fails in each style that its column may have."""
    if spec is None or holds_words(spec):
        return is_no_value
    if isinstance(spec.kind, (kinds.Number, kinds.Money, kinds.Date, kinds.Email, kinds.Url)):
        is_plain, fails = _plain(spec), lru_cache(REMEMBERED)(_fails_in_all(spec))
        return lambda cell: is_no_value(cell) or not (is_plain(cell) or not fails(cell))
    if isinstance(spec.kind, kinds.Text):
        most, lines, digits = spec.kind.max_length, isinstance(spec.kind, kinds.LongText), holds_digits(spec)
        is_phone = isinstance(spec.kind, kinds.Phone)
        return lambda cell: (
            is_no_value(cell)
            or (digits and is_shortened(cell))
            or (is_phone and is_no_phone(cell))
            or (len(cell) > most and len(cell if lines else one_line(cell)) > most)
        )
    return is_no_value


class _Context:
    """Enough of a ``fields.parsing.ParseContext`` to read numbers, dates and addresses."""

    def __init__(self, style: Style) -> None:
        self._style = style

    @property
    def currency(self) -> str:
        return current_tenant().currency

    def style(self, name: str) -> Style:
        return self._style


def _styles(spec: FieldSpec, text: str, keys: Iterable[str] = ()) -> list[Style]:
    usual = current_style()
    if isinstance(spec.kind, kinds.Money):
        usual = usual.with_signs(_any_meaning(text))
    if spec.kind.reads == NUMBERS:
        usual = usual.chosen(NUMBERS, POINTS)  # what a percent sign is there, is asked elsewhere
    return [usual.chosen(spec.kind.reads, key) for key in keys or _STYLES.get(spec.kind.reads, ("",))]


def _any_meaning(text: str) -> dict[str, str]:
    """One of the currencies that a sign in ``text`` may stand for: which one, is asked elsewhere."""
    try:
        words = currency_words(text)
        possible = possible_currencies(words, current_tenant().currency) if words else ()
    except ValidationError:
        return {}
    return {sign_of(words[0]): possible[0]} if possible else {}


def problem_of(spec: FieldSpec, text: str) -> str:
    """What is wrong with the text of a cell, "" where nothing is."""
    try:
        cell_text(spec, text)
        if not holds_words(spec):
            spec.kind.parse(spec, text, cast(ParseContext, _Context(_styles(spec, text)[0])))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def fails_only_in(spec: FieldSpec, text: str, keys: Iterable[str]) -> bool:
    """Whether the text is no value in one of the styles ``keys``, but is one in another that its column may have."""
    fails = [_fails(spec, text, style) for style in _styles(spec, text, keys)]
    return any(fails) and not all(_fails(spec, text, style) for style in _styles(spec, text))


def _plain(spec: FieldSpec) -> Callable[[str], bool]:
    """A quick test for what most cells are, all of which can be taken: a large file has millions of them."""
    kind = spec.kind
    if isinstance(kind, kinds.Email):
        return lambda cell: len(cell) < SHORT and _ADDRESS.fullmatch(cell) is not None
    if isinstance(kind, kinds.Url):
        return lambda cell: len(cell) < SHORT and _LINK.fullmatch(cell) is not None
    if isinstance(kind, kinds.Number):
        return lambda cell: _DIGITS.fullmatch(cell) is not None and kind.least <= int(cell) <= kind.most
    if isinstance(kind, kinds.Money):
        return lambda cell: _DIGITS.fullmatch(cell) is not None
    return lambda cell: False


def _fails_in_all(spec: FieldSpec) -> Callable[[str], bool]:
    return lambda cell: all(_fails(spec, cell, style) for style in _styles(spec, cell))


def _fails(spec: FieldSpec, cell: str, style: Style) -> bool:
    try:
        parsed(spec, cell, cast(ParseContext, _Context(style)))
        return False
    except ValidationError:
        return True
