"""What a cell may hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.kinds import Date, Email, LongText, Phone, Text, Url
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec

# Neither text nor a line's end; and the halves of characters that stand for bytes without a meaning in the encoding.
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SHORTENED = re.compile(r"[+-]?\d{1,3}(?:[.,]\d+)?[eE]\+\d{1,3}")
_DIGIT = re.compile(r"\d")
NOT_CALCULATED = "#formula without a result"  # a formula that no program has worked out before the file was saved
NO_NUMBER = "#NUM!"
HIDDEN, MERGED = "hidden", "merged"  # rows of a sheet that are not shown; cells over several rows, as one
SHORTENED = "shortened"  # numbers that the sheet shows in thousands or millions, without a word of it
TOLD = 100  # characters of a cell in a remark
Note = Callable[[str, int], None]  # is told one of these, and of which row
ERRORS = frozenset(
    {
        NOT_CALCULATED,
        "#NOT_CALCULATED",  # the same in imports of the days before
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        NO_NUMBER,
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
    }
)


def is_unreadable(text: str) -> bool:
    """Whether the cell holds what can neither be read nor kept."""
    return bool(_UNREADABLE.search(text))


def without_unreadable(text: str) -> str:
    """The text in a form that the database takes: a replacement character shows what was there."""
    return _UNREADABLE.sub("\ufffd", text)


def as_told(text: str) -> str:
    """The beginning of the text, for a remark on its row."""
    return without_unreadable(text[:TOLD])


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet has written a long number, of a phone or an id, as 4,4208E+11: its last digits are lost."""
    return "+" in text and len(text) < 40 and _SHORTENED.fullmatch(text) is not None


def holds_digits(spec: FieldSpec) -> bool:
    """Whether the field takes a number as the text that it is."""
    return isinstance(spec.kind, Text) and not isinstance(spec.kind, (LongText, Email, Url))


def is_no_phone(text: str) -> bool:
    """Whether the text, such as n/a or a dash, can be no phone number."""
    return not _DIGIT.search(text)


def holds_days(spec: FieldSpec) -> bool:
    """Whether the field takes a day, of which a time is left out."""
    return isinstance(spec.kind, Date) and not spec.kind.is_moment


def cell_text(spec: FieldSpec, text: str) -> str:
    """The text of a cell for ``spec``'s kind to parse; raise ``ValidationError`` for what is no text.

    A field of one line gets one: breaks become spaces.
    """
    if is_unreadable(text):
        raise ValidationError(
            _("“%(text)s” holds a character that cannot be read. Is the encoding right?")
            % {"text": without_unreadable(text)[:60]}
        )
    if len(text) > spec.kind.longest:
        most = getattr(spec.kind, "max_length", spec.kind.longest)
        raise ValidationError(_("Longer than %(limit)s characters.") % {"limit": most})
    if text == NOT_CALCULATED:
        raise ValidationError(
            _("This formula has no result in the file. Open it in a spreadsheet program, save it, import it again.")
        )
    if text in ERRORS:
        raise ValidationError(_("The spreadsheet has an error in this cell (%(text)s).") % {"text": text})
    if is_shortened(text) and holds_digits(spec):
        raise ValidationError(
            _("“%(text)s” was shortened by a spreadsheet, and digits are missing. Write the whole number.")
            % {"text": text}
        )
    if isinstance(spec.kind, Phone):
        text = text.lstrip("'’‘")  # by which a spreadsheet is told that a number is a text
    if isinstance(spec.kind, Phone) and text and is_no_phone(text):
        raise ValidationError(_("“%(text)s” is not a phone number: it has no digits.") % {"text": text})
    if "\n" in text and not isinstance(spec.kind, LongText):
        text = " ".join(filter(None, map(str.strip, text.split("\n"))))
    return text


def parsed(spec: FieldSpec, text: str, context: ParseContext) -> Any:
    """What the text of a cell is as a value of ``spec``; raise ``ValidationError`` where it is none."""
    return spec.kind.parse(spec, cell_text(spec, text), context)
