"""What to ask of the cells of a column: those that cannot be read, and amounts without a currency. Neither keeps an
import back: unless something else is said such a row is refused, and a record keeps its own currency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.currencies import Group, currency_groups
from crm.fields.reading import Decision, Option
from crm.fields.reading.amounts import is_bare
from crm.fields.spec import FieldSpec
from crm.imports.answers import BAD, EMPTY, left_empty
from crm.imports.brought import brought_label
from crm.imports.guessing import column_label
from crm.imports.left_out import answered_as
from crm.imports.mappable import mappable
from crm.imports.models import NOTES, Import
from crm.imports.split import column_spec
from crm.imports.survey import Survey
from crm.imports.surveyed import Column
from crm.imports.unreadable import fails_only_in, problem_of

WHAT_BECOMES = "bad_"  # what the page sends, followed by the place of the column
BARE_SHOWN = 3


@dataclass(frozen=True)
class BadCells:
    """Of one column: some of the cells with the number of their row (0: not known) and what is wrong, and how many
    there are. ``is_left`` says that they are left empty."""

    index: int
    label: str
    header: str
    cells: tuple[tuple[int, str, str], ...]
    count: int
    is_left: bool
    leave: str  # what that is called

    @property
    def more(self) -> int:
        return self.count - len(self.cells)


@dataclass(frozen=True)
class CurrencyQuestion:
    """In what currency the amounts of a column are that name none; "" stands for each record's own."""

    name: str
    label: str
    header: str
    samples: tuple[str, ...]
    chosen: str
    options: list[Group]


def bad_cells(run: Import, record_type: RecordType, survey: Survey, decisions: dict[str, Decision]) -> list[BadCells]:
    """What to ask of columns with cells that cannot be taken."""
    can_be = mappable(record_type, run.made_by)
    found = []
    for index, name in enumerate(run.mapping):
        spec = column_spec(record_type, name)
        label = str(spec.label) if spec else ""
        if name in can_be.brought:
            link, spec = can_be.brought[name]
            label = brought_label(record_type.spec(link), spec)
        if name == NOTES:
            spec, label = can_be.noted, column_label(index, run.headers[index])
        if spec is None or spec.required:
            continue
        column = survey.columns[index]
        options = _styles_left(decisions.get(name), run.styles.get(name, {}).get("answer", {}).get("key", ""))
        cells = tuple(_with_problems(spec, column, options))
        if cells:
            is_left = run.answers.get(answered_as(name, index), {}).get(BAD) == EMPTY
            count = max(column.bad + _failing_in(spec, column, options), len(cells))
            found.append(BadCells(index, label, run.headers[index], cells, count, is_left, left_empty(spec)))
    return found


def _styles_left(decision: Decision | None, chosen: str) -> Sequence[Option]:
    """The style that was chosen of several; all of them as long as none is."""
    options = decision.options if decision and decision.must_choose else ()
    return [option for option in options if option.key == chosen] or options


def _failing_in(spec: FieldSpec, column: Column, options: Sequence[Option]) -> int:
    """How many cells are no value in one of the styles, although they are one in another."""
    keys = [option.key for option in options if option.refused]
    return sum(column.words[text] for text in column.most_frequent() if keys and fails_only_in(spec, text, keys))


def _with_problems(spec: FieldSpec, column: Column, options: Sequence[Option]) -> Iterator[tuple[int, str, str]]:
    for number, text, is_broken in column.bad_cells:
        if is_broken:
            yield number, text, _("It holds a character that cannot be read.")
        elif problem := problem_of(spec, text):
            yield number, text, problem
    for sample in dict.fromkeys(sample for option in options for sample in option.refused):
        yield 0, sample.text, ""  # in one of two styles it is none


def bare_amounts(run: Import, record_type: RecordType, survey: Survey) -> list[CurrencyQuestion]:
    """What to ask of columns with amounts that name no currency."""
    found = []
    for index, name in enumerate(run.mapping):
        spec = column_spec(record_type, name)
        if spec is None or not isinstance(spec.kind, kinds.Money):
            continue
        samples = [text for text in survey.columns[index].most_frequent() if is_bare(text)][:BARE_SHOWN]
        if samples:
            chosen = run.styles.get(name, {}).get("answer", {}).get("bare", "")
            question = CurrencyQuestion(
                name, str(spec.label), run.headers[index], tuple(samples), chosen, currency_groups(chosen)
            )
            found.append(question)
    return found
