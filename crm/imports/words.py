"""What the texts of a file mean here, with what the importer has said of those that name nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.kinds.choice import OneOf
from crm.fields.spec import FieldSpec
from crm.fields.tags import tag_by_id
from crm.fields.targets import model_of
from crm.imports.answers import (
    EMPTY,
    REFUSE,
    SAME,
    USE,
    answer_of,
    holds_words,
    is_adding,
    meaning_to_add,
    meant,
    used_id,
    word_key,
)
from crm.imports.brought import is_made_by_name
from crm.imports.cells import Cells
from crm.imports.likely import is_deactivated, told_deactivated
from crm.imports.models import Import
from crm.imports.own_links import Called, links_to_itself
from crm.imports.reading.cells import as_told
from crm.imports.row import ToCreate
from crm.imports.tag_cells import as_cell, known_tag, tags_in, with_answers
from crm.users.access import may, visible


class LeftOutError(Exception):
    """The cell counts as empty."""


class Words:
    """``cells`` finds what is here; ``called`` is how rows of the file are called, wherever they stand."""

    def __init__(self, run: Import, record_type: RecordType, cells: Cells, called: Called) -> None:
        self.answers = run.answers
        self.type = record_type
        self.cells = cells
        self.typed = Cells(cells.actor)  # for what is not of the file
        self.called = called
        self._used: dict[tuple[str, str], Any] = {}

    def is_in_file(self, spec: FieldSpec, text: str) -> bool:
        """Whether the text names a row of this file, wherever that stands."""
        return links_to_itself(self.type, spec) and self.called.is_one(text)

    def told_overruled(self, spec: FieldSpec, text: str) -> str:
        """That something was said of the text before a row of this file was called so; "" where nothing was."""
        answer = self.answers.get(spec.name, {}).get(word_key(text), "")
        if not answer or is_adding(answer) or not self.is_in_file(spec, text):
            return ""
        told = _(
            "%(field)s: “%(text)s” is a row of this file, and that is linked. What was answered of it is not used."
        )
        return told % {"field": spec.label, "text": as_told(text)}

    def parse(self, spec: FieldSpec, text: str, cells: Cells | None = None) -> Any:
        """What the text itself means. What names several rows of this file names none, also while only one of them is
        in."""
        self._refuse_several(spec, text)
        if isinstance(spec.kind, kinds.Tags):
            if cells is not self.typed:  # who typed a tag has accepted it
                text = as_cell([known_tag(name).name for name in tags_in(text)])
            cells = self.cells  # which tells of what is added
        return spec.kind.parse(spec, text, cells or self.cells)

    def _refuse_several(self, spec: FieldSpec, text: str) -> None:
        if links_to_itself(self.type, spec) and self.called.are_several(text):
            raise ValidationError(
                _("Several rows of this file are called “%(text)s”. Name the one that is meant by its external id.")
                % {"text": as_told(text)}
            )

    def value(self, spec: FieldSpec, text: str, cells: Cells | None = None) -> Any:
        """What the text means, with the importer's answers."""
        if isinstance(spec.kind, kinds.Tags) and not tags_in(text):
            raise LeftOutError
        try:
            return self._unless_answered(spec, text, self.parse(spec, text, cells))
        except ValidationError:
            if not holds_words(spec) or self.is_in_file(spec, text):
                raise
            if isinstance(spec.kind, kinds.Tags):
                return self._tags(spec, text, cells or self.cells)
            if (other := meant(self.answers, spec.name, text)) != text:
                return self.value(spec, other, cells)
            answer = answer_of(self.answers, spec.name, text)
            if not answer or answer == REFUSE or answer.startswith(SAME):
                raise
            return self._answered(spec, text, answer)

    def _tags(self, spec: FieldSpec, text: str, cells: Cells) -> Any:
        used = partial(self.use, spec)
        names = [with_answers(self.answers, spec.name, name, used) for name in tags_in(text)]
        if any(names):
            return spec.kind.parse(spec, as_cell([*filter(None, names)]), cells)
        raise LeftOutError

    def _unless_answered(self, spec: FieldSpec, text: str, value: Any) -> Any:
        """What the text names, unless that is a person who is deactivated, and something was said of that."""
        if is_deactivated(value) and self.answers.get(spec.name, {}).get(word_key(text)):
            raise ValidationError(told_deactivated(value))
        return value

    def _answered(self, spec: FieldSpec, text: str, answer: str) -> Any:
        if answer == EMPTY:
            raise LeftOutError
        if is_adding(answer):
            return self._added(spec, text, answer)
        return self.use(spec, answer)

    def _added(self, spec: FieldSpec, text: str, answer: str) -> Any:
        actor = self.cells.actor
        if isinstance(spec.kind, kinds.Lookup):
            if not is_made_by_name(spec) or not may(actor, "create", spec.kind.key):
                raise ValidationError(_("Nothing is called “%(text)s”.") % {"text": text})
            self._refuse_several(spec, text)
            return ToCreate(spec.kind.key, text, {})
        if self.cells.is_idle:
            raise LeftOutError
        if not actor.role.can_set_up:
            raise ValidationError(_("Only an admin may add “%(text)s”.") % {"text": text})
        with self.cells.adding(meaning_to_add(answer)):
            return spec.kind.parse(spec, text, self.cells)

    def use(self, spec: FieldSpec, answer: str) -> Any:
        """As ``named``, looked up once."""
        key = (spec.name, answer)
        if key not in self._used:
            self._used[key] = self.named(spec, answer)
        return self._used[key]

    def named(self, spec: FieldSpec, answer: str) -> Any:
        """What ``use:…`` stands for; raises ``ValidationError`` when it is gone."""
        row_id = used_id(answer)
        gone = ValidationError(_("What this was to mean is gone. Choose again on the columns page."))
        if isinstance(spec.kind, (kinds.Fixed, kinds.Flag)):
            return spec.kind.parse(spec, answer.removeprefix(USE), self.cells)
        if row_id is None:
            raise gone
        if isinstance(spec.kind, kinds.Lookup):
            record = visible(self.cells.actor, model_of(spec.kind.key).objects.filter(pk=row_id)).first()
            if record is None:
                raise gone
            return record
        if isinstance(spec.kind, kinds.Tags):
            if (tag := tag_by_id(str(row_id))) is None:
                raise gone
            return tag
        assert isinstance(spec.kind, OneOf)
        try:
            return spec.kind.row(row_id)
        except (ObjectDoesNotExist, LookupError):
            raise gone from None
