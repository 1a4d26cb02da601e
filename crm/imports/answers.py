"""What the importer has said that words of the file mean which nothing here is called by.

``Import.answers`` maps a field to the words of its column and their answers; the word ``OTHERS`` stands for all that
have none of their own, ``BAD`` for cells that are no value of the field (``unreadable.py``), ``GAP`` for rows that need
the field, or link, and do not give it, ``MOVED`` for rows that change it and do not say when (the answer is a day). An
answer is ``use:<id>`` (it means that one), ``same:<text>`` (what that other text of the file means), ``add`` or
``add:<meaning>`` (it is to come into being), ``empty`` (as if the cell were empty), ``unknown`` (of a gap: nobody
knows), or ``refuse`` (such rows do not come in).
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.fields import kinds
from crm.fields.kinds.choice import OneOf
from crm.fields.spec import FieldSpec
from crm.ground.ids import uuid_of
from crm.ground.text import sort_key

OTHERS = "*"
GAP = "*gap"
BAD = "*bad"
MOVED = "*moved"
TOTALS = "*totals"  # whether a last row of totals comes in: ``totals.py``
NEWER = "*newer"  # whether the file goes over what was changed after it was written: ``newer.py``
PROPOSED, ACCEPT = "proposed_", "accept"  # what a page sends of proposals, by field; and the button that takes them
GAP_NAMED = "gap_named_"  # what it sends of rows that need a link, followed by the field: the name of one
TYPED = "typed_"  # what a page sends of a word, followed by the field: the name of what it means
USE, SAME, ADD, EMPTY, REFUSE, UNKNOWN = "use:", "same:", "add", "empty", "refuse", "unknown"

Answers = dict[str, dict[str, str]]


def word_key(text: str) -> str:
    """A word as it is remembered: case, accents and spaces aside."""
    return sort_key(text)[:200]


def holds_words(spec: FieldSpec) -> bool:
    """Whether a cell of the field names something, or several things: one can be asked what each means."""
    return isinstance(spec.kind, (OneOf, kinds.Lookup, kinds.Fixed, kinds.Flag, kinds.Tags))


def left_empty(spec: FieldSpec) -> str:
    """What "as if the cell were empty" comes to, as a choice: yes or no is one of both, in every record; of several
    tags the others stay."""
    if isinstance(spec.kind, kinds.Tags):
        return _("Leave the tag out")
    is_flag = isinstance(spec.kind, kinds.Flag)
    return _("Leave the field as it is (No in a new record)") if is_flag else _("Leave the field empty")


def answer_of(answers: Answers, field: str, text: str) -> str:
    """The answer for ``text``, "" when there is none."""
    of_field = answers.get(field, {})
    return of_field.get(word_key(text)) or of_field.get(OTHERS, "")


def meant(answers: Answers, field: str, text: str) -> str:
    """The text of the file that has been said to be the same as ``text``; usually that itself, also where such answers
    lead in a circle."""
    start, seen = text, {word_key(text)}
    while (answer := answers.get(field, {}).get(word_key(text), "")).startswith(SAME):
        other = answer.removeprefix(SAME)
        if word_key(other) in seen:
            return start
        text = other
        seen.add(word_key(other))
    return text


def used_id(answer: str) -> UUID | None:
    """The id in ``use:<id>``."""
    return uuid_of(answer.removeprefix(USE)) if answer.startswith(USE) else None


def moved_on(answers: Answers, field: str) -> date | None:
    """The day that was given for changes of the field that have none of their own."""
    day = answers.get(field, {}).get(MOVED, "")
    return date.fromisoformat(day) if day else None


def told_gone(name: str = "") -> str:
    """That an answer which was given is none any more; ``name`` is what it was called, as far as that is known."""
    if not name:
        return _("Your earlier answer is no longer available. Choose again.")
    return _("Your earlier answer, “%(name)s”, is no longer available. Choose again.") % {"name": name}


def without(answers: Answers, fields: set[str]) -> Answers:
    """The answers about other fields than ``fields``."""
    return {name: words for name, words in answers.items() if name not in fields}


def meaning_to_add(answer: str) -> str:
    """The meaning in ``add:<meaning>``, "" when none was said."""
    return answer.partition(":")[2] if answer.startswith(ADD) else ""


def is_adding(answer: Any) -> bool:
    return answer == ADD or str(answer).startswith(f"{ADD}:")
