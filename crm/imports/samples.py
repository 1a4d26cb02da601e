"""Values of a column as they stand in the file, and as they would be stored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.fields.tags import tag_called
from crm.ground.text import sort_key
from crm.imports.answers import EMPTY, answer_of, holds_words, is_adding, meant
from crm.imports.cells import Cells
from crm.imports.labelled import labelled
from crm.imports.layout import layout_of
from crm.imports.left_out import note_of
from crm.imports.likely import is_deactivated, told_deactivated
from crm.imports.models import NOTES, Import
from crm.imports.reading.cells import cell_text
from crm.imports.shown import shown
from crm.imports.split import column_spec
from crm.imports.survey import Survey
from crm.imports.surveyed import Column
from crm.imports.tag_cells import as_cell, tags_in, with_answers
from crm.imports.words import Words

MOST = 4  # samples of a column
FAILING = 2  # of those


@dataclass(frozen=True)
class Sample:
    """``stored`` is empty where it is what stands in the file; ``problem`` says why it cannot be stored."""

    text: str
    stored: str = ""
    problem: str = ""
    is_asked: bool = False  # what it is, is asked on the page
    is_note: bool = False  # no value, but about those of the column


def samples_of(run: Import, record_type: RecordType, survey: Survey, undecided: set[str]) -> list[list[Sample]]:
    """A few values of each column, odd ones among them: those that cannot be read, or have letters outside of ASCII.

    Of ``undecided`` fields nothing is said before the importer has: they can be read in two ways.
    """
    layout = layout_of(run, record_type)
    words = Words(run, record_type, Cells(run.made_by, layout.styles), survey.called)
    found = []
    for index, (name, column) in enumerate(zip(run.mapping, survey.columns, strict=False)):
        if name in undecided:
            found.append([_asked(text) for text in _chosen(column.most_frequent(), set())])
        elif spec := column_spec(record_type, name):
            found.append(_of_field(words, record_type, spec, column))
        else:
            noted = (lambda text, at=index: note_of(run, at, text)) if name == NOTES else (lambda text: "")
            found.append([Sample(text, noted(text)) for text in _chosen(column.most_frequent(), set())])
    for index in [at for one in labelled(run.headers, run.mapping) for at in one.put_together]:
        found[index].append(Sample(_("each value goes where its label says"), is_note=True))
    return found


def _of_field(words: Words, record_type: RecordType, spec: FieldSpec, column: Column) -> list[Sample]:
    if isinstance(spec.kind, kinds.Tags):
        unchanged = [Sample(column.same, stored=_("as it is"))] if column.same else []
        return unchanged + [_of_tags(words, spec, text) for text in column.cells]
    texts = column.most_frequent()
    if hasattr(spec.kind, "key") and holds_words(spec):
        words.cells.load_records(spec.kind.key, texts)
    failing: dict[str, str] = {}
    if not holds_words(spec):  # about words it is asked below
        for text in texts:
            if problem := _problem(words, spec, text):
                failing[text] = problem
    unchanged = [Sample(column.same, stored=_("as it is"))] if column.same else []
    return unchanged + [
        Sample(text, problem=failing[text]) if text in failing else _stored(words, record_type, spec, text)
        for text in _chosen(texts, set(failing))
    ]


def _of_tags(words: Words, spec: FieldSpec, text: str) -> Sample:
    """A cell of tags with what becomes of each, as far as that was said; to put them on a record would make them."""
    answers = words.answers
    kept: dict[str, str] = {}
    for name in tags_in(text):
        other = meant(answers, spec.name, name)
        if tag_called(other) is None and not answer_of(answers, spec.name, other):
            return _asked(text)
        try:
            tag = with_answers(answers, spec.name, name, partial(words.named, spec))
        except ValidationError:
            return Sample(text, problem=_("not imported"))
        is_new = tag_called(tag) is None
        kept |= {sort_key(tag): _("%(text)s (new)") % {"text": tag} if is_new else tag} if tag else {}
    stored = as_cell([kept[key] for key in sorted(kept)]) or _("left empty")
    return Sample(text, stored=stored if stored != text else "")


def _asked(text: str) -> Sample:
    return Sample(text, problem=_("asked below"), is_asked=True)


def _chosen(texts: list[str], failing: set[str]) -> list[str]:
    odd = [text for text in texts if text in failing][:FAILING]
    letters = [text for text in texts if text not in failing and not text.isascii()][:1]
    plain = [text for text in texts if text not in failing and text not in letters]
    chosen = {*odd, *letters, *plain[: MOST - len(odd) - len(letters)]}
    return [text for text in texts if text in chosen]


def _problem(words: Words, spec: FieldSpec, text: str) -> str:
    try:
        words.parse(spec, cell_text(spec, text))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _stored(words: Words, record_type: RecordType, spec: FieldSpec, text: str) -> Sample:
    other = meant(words.answers, spec.name, text)
    answer = answer_of(words.answers, spec.name, other)
    try:
        value = words.parse(spec, text)
        if is_deactivated(value):
            raise ValidationError(told_deactivated(value))
    except ValidationError:
        if words.is_in_file(spec, text):
            return Sample(text)  # a row of this file, wherever it stands
        if not answer:
            return _asked(text)
        if answer == EMPTY:
            return Sample(
                text, stored=_("No in a new record") if isinstance(spec.kind, kinds.Flag) else _("left empty")
            )
        if is_adding(answer):
            return Sample(text, stored=_("%(text)s (new)") % {"text": other})
        try:
            value = words.value(spec, text)
        except ValidationError:
            return Sample(text, problem=_("not imported"))
    stored = _as_stored(record_type, spec, value)
    return Sample(text, stored=stored if stored != text else "")


def _as_stored(record_type: RecordType, spec: FieldSpec, value: Any) -> str:
    record: Any = record_type.model()
    try:
        spec.kind.assign(spec, record, value)
    except ValidationError:
        return ""
    if spec.name == "name" and hasattr(record, "last_name"):
        words = {"first": record.first_name or "–", "last": record.last_name or "–"}
        return _("first name %(first)s, last name %(last)s") % words
    return shown(spec, record)
