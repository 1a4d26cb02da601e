"""From the cells of a row to the values of a record, with what the importer has said of gaps, notes and bad cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.catalogue.files import SplitColumn
from crm.fields import kinds
from crm.fields.reading.amounts import is_bare, read_amount
from crm.fields.spec import FieldSpec
from crm.imports.answers import GAP, UNKNOWN, USE, answer_of, is_adding, meant, word_key
from crm.imports.at_accounts import Beside, beside_of, person_at
from crm.imports.brought import as_compared, brought_label, noun_of
from crm.imports.cells import Cells
from crm.imports.labelled import told_left
from crm.imports.layout import Layout
from crm.imports.left_out import answered_as, note_of, noted
from crm.imports.mappable import EXTERNAL_ID
from crm.imports.meant import Same
from crm.imports.models import NOTES, Import
from crm.imports.reading.cells import as_told, cell_text, is_unreadable, parsed
from crm.imports.row import RowValues, ToCreate
from crm.imports.split import not_placed, place
from crm.imports.storing import FileRow
from crm.imports.together import Said
from crm.imports.unreadable import may_be_empty
from crm.imports.words import LeftOutError, Words
from crm.picklists.selectors import stages_called


class RowReader:
    """``said``: what all rows say of companies that come along."""

    def __init__(self, run: Import, layout: Layout, words: Words, said: Said) -> None:
        self.run = run
        self.type = record_type = layout.type
        self.words = words
        self.cells, self.typed = words.cells, words.typed
        self.columns, self.splits, self.brought = layout.fields, layout.splits, layout.brought
        self.notes = layout.notes
        self.said = said
        self.links = {spec.name: index for index, spec in self.columns}
        beside = ((spec.name, beside_of(record_type, spec)) for _index, spec in self.columns)
        self.at_account: dict[str, Beside] = {name: one for name, one in beside if one is not None}
        self.in_turn = sorted(self.columns, key=lambda one: one[1].name in self.at_account)  # after the accounts
        self.named_by = {layout.mapping[at]: link for at, link, _spec in layout.brought}
        self.fixed = [(record_type.spec(name), text) for name, text in layout.fixed if record_type.has(name)]
        self.filled = layout.filled

    def look_up_records(self, rows: Sequence[list[str]]) -> None:
        """Find what the rows link to, for all of them at once."""
        for index, spec in self.columns:
            if isinstance(spec.kind, kinds.Lookup):
                texts = {cells[index]: None for cells in rows if cells[index] and not isinstance(cells[index], Same)}
                self.cells.load_records(spec.kind.key, [text for text in texts if not is_unreadable(text)])

    def read(self, cells: FileRow) -> RowValues:
        row = RowValues(remarks=told_left(self.run, cells))
        for spec, text in self.fixed:
            self._read_cell(row, spec, text, self.typed)
        for index, spec in self.in_turn:
            if isinstance(cells[index], Same):
                row.values.pop(spec.name, None)
                row.same.add(spec.name)
            elif cells[index]:
                row.values.pop(spec.name, None)
                row.bare.pop(spec.name, None)
                self._read_cell(row, spec, cells[index], self.cells)
            elif spec.name not in row.values and spec.name != EXTERNAL_ID:  # by which the record is known
                row.empty.append(spec)
        for index, split in self.splits:
            self._read_split(row, split, cells[index])
        for index, spec in self.notes:
            self._read_note(row, spec, index, cells[index])
        for index, link, spec in self.brought:
            called = cells[self.links[link]] if link in self.links else ""
            self._read_brought(row, link, spec, cells[index], meant(self.words.answers, link, called))
        if row.not_taken:
            row.remarks.append(self._not_taken(row))
        self._fill_links(row, cells)
        return row

    def _fill_links(self, row: RowValues, cells: list[str]) -> None:
        for links, answer in self.filled if row.values or row.split or row.notes else ():
            named = [name for name in links if name in self.links and cells[self.links[name]]]
            if row.has_none(named) and not any(name in self.run.fixed for name in links):
                row.assumed[links[0]] = row.values[links[0]] = self.words.use(self.type.spec(links[0]), answer)

    def in_own_pipeline(self, cells: list[str], record: Any) -> dict[str, Any]:
        """The stages that the cells call by a label of the pipeline in which ``record`` is: it stays there."""
        found: dict[str, Any] = {}
        for index, spec in self.columns:
            if isinstance(spec.kind, kinds.StageOf) and cells[index] and not isinstance(cells[index], Same):
                own = [row for row in stages_called(cells[index]) if row.pipeline_id == record.pipeline_id]
                found |= {spec.name: own[0]} if len(own) == 1 else {}
        return found

    def gap_fillers(self, values: dict[str, Any], record: Any) -> dict[str, Any]:
        """What has been said for all rows of what this one needs and does not give."""
        found: dict[str, Any] = {}
        for gap in self.type.gaps:
            by = values.get(gap.by)
            given = values.get(gap.field) or (record is not None and self.type.spec(gap.field).value(record))
            if by is None or given or not gap.needed(by):
                continue
            if record is not None and self.type.spec(gap.by).value(record) == by:
                continue  # it has been so before
            answer = self.words.answers.get(gap.field, {}).get(GAP, "")
            if answer == UNKNOWN:
                found[gap.field] = gap.unknown
            elif answer.startswith(USE):
                found[gap.field] = self.words.use(self.type.spec(gap.field), answer)
        return found

    def _read_cell(self, row: RowValues, spec: FieldSpec, text: str, cells: Cells) -> None:
        cells.field = self.cells.field = spec.name
        beside = self.at_account.get(spec.name)
        if beside and word_key(text) in self.words.called.there:
            beside = None  # not even the account tells which of them
        if beside and (person := person_at(cells, beside, text, row.values.get(beside.link))) is not None:
            row.values[spec.name] = person
            return
        if told := self.words.told_overruled(spec, text):
            row.remarks.append(told)
        try:
            row.values[spec.name] = self.words.value(spec, cell_text(spec, text), cells)
            if isinstance(spec.kind, kinds.Money) and is_bare(text) and not cells.style(spec.name).bare:
                row.bare[spec.name] = (text, cells.style(spec.name))
        except LeftOutError:
            return
        except ValidationError as error:
            if self.words.is_in_file(spec, text):
                row.later[spec.name] = text
            else:
                self._not_read(row, spec.name, spec, text, error)

    def _not_read(self, row: RowValues, name: str, spec: FieldSpec, text: str, error: ValidationError) -> None:
        """The cell of the column ``name`` refuses its row, unless such cells are to be left empty: that is remarked."""
        label = brought_label(self.type.spec(self.named_by[name]), spec) if name in self.named_by else str(spec.label)
        if may_be_empty(self.words.answers, name, spec, text):
            row.emptied += 1
            words = {"field": label, "text": as_told(text), "problem": " ".join(error.messages)}
            left = _("%(field)s “%(text)s” was left empty. %(problem)s")
            if isinstance(spec.kind, kinds.Flag):
                left = _("%(field)s “%(text)s” was left out: a new record says No. %(problem)s")
            row.remarks.append(left % words)
        else:
            row.reasons += [f"{label}: {message}" for message in error.messages]

    def _read_split(self, row: RowValues, split: SplitColumn, text: str) -> None:
        by = row.values.get(split.by)
        if not text:
            name = split.into(by) if by is not None else ""
            row.empty += [self.type.spec(name)] if name and name not in row.values else []
            return
        try:
            value = parsed(split.spec, text, self.cells)
        except ValidationError as error:
            self._not_read(row, split.spec.name, split.spec, text, error)
            return
        try:
            if by is None:
                row.split.append((split, value))
            elif not split.into(by):
                row.remarks.append(not_placed(self.type, split, value, by))
            else:
                place(self.type, row.values, split, value, by)
        except ValidationError as error:
            row.reasons += [f"{split.spec.label}: {message}" for message in error.messages]

    def _read_note(self, row: RowValues, spec: FieldSpec, index: int, text: str) -> None:
        try:
            if text:
                row.notes.append(note_of(self.run, index, cell_text(spec, text)))
        except ValidationError as error:
            self._not_read(row, answered_as(NOTES, index), spec, text, error)

    def placed(self, row: RowValues, record: Any) -> dict[str, Any]:
        """The values with those whose field the record tells, or the usual value of a new one; and with the notes."""
        values = dict(row.values) | (self._in_own_currency(row, record) if record is not None else {})
        for split, value, by in self._split(row, record):
            if split.into(by):
                place(self.type, values, split, value, by)
        if row.notes:
            spec = self.notes[0][1]
            base = values[spec.name] if spec.name in values else record is not None and spec.value(record)
            values[spec.name] = spec.kind.parse(spec, noted(row.notes, base or ""), self.cells)
        return values

    def unplaced(self, row: RowValues, record: Any) -> list[str]:
        """What ``placed`` has left out, in words."""
        return [
            not_placed(self.type, split, value, by)
            for split, value, by in self._split(row, record)
            if not split.into(by)
        ]

    def _split(self, row: RowValues, record: Any) -> Iterator[tuple[SplitColumn, Any, Any]]:
        for split, value in row.split:
            spec = self.type.spec(split.by)
            yield split, value, spec.value(record) if record is not None else spec.default and spec.default()

    def _in_own_currency(self, row: RowValues, record: Any) -> dict[str, Any]:
        """The amounts that name no currency, in that of the record: it is not changed by what does not mention it."""
        found = {}
        for name, (text, style) in row.bare.items():
            spec: Any = self.type.spec(name)
            if currency := spec.kind.currency_of(spec, record):
                try:
                    found[name] = read_amount(cell_text(spec, text), style, self.cells.currency, currency)
                except ValidationError as error:
                    raise ValidationError({name: error.messages}) from error
        return found

    def _read_brought(self, row: RowValues, link: str, spec: FieldSpec, text: str, called: str) -> None:
        """What the row says of the company ``called`` so, or what others say; what is not taken is remarked."""
        one = row.values.get(link)
        if not isinstance(one, ToCreate) and not self._has_brought(link, one, called):
            if text and not (one is not None and self._says(one, spec, text)):
                row.not_taken.append(_("%(field)s “%(text)s”") % {"field": spec.label, "text": as_told(text)})
            return
        said = self.said.get(link, {}).get(word_key(called), {}).get(spec.name, "")
        try:
            here = parsed(spec, text, self.typed) if text else None
            taken = parsed(spec, said, self.typed) if said and said != text else here
        except ValidationError as error:
            self._not_read(row, f"{link}.{spec.name}", spec, text, error)
            return
        if isinstance(one, ToCreate) and taken is not None:
            one.values[spec.name] = taken
        if text and here != taken:
            words = {"name": as_told(called), "field": spec.label, "here": as_told(text), "taken": as_told(said)}
            row.remarks.append(
                _("“%(name)s”: %(field)s is “%(here)s” here, and “%(taken)s” in an earlier row, which was taken.")
                % words
            )

    def _says(self, record: Any, spec: FieldSpec, text: str) -> bool:
        """Whether ``record`` has in the field what the cell says."""
        try:
            told = parsed(spec, text, self.typed)
        except ValidationError:
            return False
        return as_compared(spec, spec.value(record)) == as_compared(spec, told)

    def _not_taken(self, row: RowValues) -> str:
        one = next((row.values[link] for _index, link, _spec in self.brought if row.values.get(link)), None)
        words = {"name": one.name if one is not None else "", "cells": ", ".join(row.not_taken)}
        if one is None:
            words["type"] = noun_of(self.type.spec(self.brought[0][1]))
            return _("The row links to no %(type)s. Not taken: %(cells)s.") % words
        return _("“%(name)s” exists already and stays as it is. Not taken: %(cells)s.") % words

    def _has_brought(self, link: str, record: Any, called: str) -> bool:
        """Whether this import has made the record that the row links to."""
        return (
            record is not None
            and bool(called)
            and is_adding(answer_of(self.words.answers, link, called))
            and record.created_at >= self.run.made_at
        )
