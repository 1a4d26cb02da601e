"""What every kind of field can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.events.phrases import shown
from crm.fields.markup import marked
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec
from crm.ui.paging import Ranking
from crm.users.models import Membership

# Operators as they stand in URLs (``field__operator=…``; "is" is left out) and in the sentence of a chip.
OPERATORS: dict[str, Any] = {
    "is": gettext_lazy("is"),
    "not": gettext_lazy("is not"),
    "starts": gettext_lazy("starts with"),
    "from": gettext_lazy("from"),
    "to": gettext_lazy("up to"),
    "before": gettext_lazy("before"),
    "after": gettext_lazy("after"),
    "empty": gettext_lazy("is empty"),
    "filled": gettext_lazy("is filled"),
}


class Kind:
    """A kind formats, reads, filters and orders one sort of value; it holds no state of a record.

    ``operators`` are those its filters offer; ``numeric`` cells align right; ``wide`` fields take a form's full width;
    where a kind ``sorts_backwards``, its values rise as the column that ``order`` names falls.
    """

    operators: tuple[str, ...] = ("is", "not", "empty", "filled")
    numeric = False
    reads = ""  # what its texts depend on: ``NUMBERS``, ``DAYS`` or ``PERCENTS`` of crm/fields/reading, "" = nothing
    wide = False
    sortable = True
    sorts_backwards = False
    is_moment = False
    longest = 2_000  # characters of a text that is read at all, with blanks around it
    order_hint: Any = ""  # what the head of a column says of the order

    def attributes(self, spec: FieldSpec) -> tuple[str, ...]:
        """The model attributes that ``assign`` sets."""
        return (spec.column,)

    def value(self, spec: FieldSpec, record: Any) -> Any:
        """The Python value; ``None`` (or "" for text) when empty."""
        return getattr(record, spec.column)

    def assign(self, spec: FieldSpec, record: Any, value: Any) -> None:
        setattr(record, spec.column, value)

    def form_field(self, spec: FieldSpec, actor: Membership) -> forms.Field:
        raise NotImplementedError

    def initial(self, spec: FieldSpec, record: Any) -> Any:
        return self.value(spec, record)

    def html(self, spec: FieldSpec, record: Any) -> str:
        """The value for a cell or page, escaped, formatted in the person's language; "" when empty."""
        return marked("{}", self.text(spec, record))

    def text(self, spec: FieldSpec, record: Any) -> str:
        """The value as plain text, for exports and messages."""
        value = self.value(spec, record)
        return "" if value is None else str(value)

    def headers(self, spec: FieldSpec) -> tuple[str, ...]:
        """The columns that a file of records has for the field."""
        return (spec.name,)

    def exported(self, spec: FieldSpec, record: Any) -> tuple[Any, ...]:
        """What stands in those columns: text, or a number, a day or a moment; None where there is none of them."""
        return (self.text(spec, record),)

    def json(self, value: Any) -> Any:
        """The value as kept in events."""
        return value

    def restored(self, kept: Any) -> Any:
        """The value of which ``json`` kept this; raises ``ValidationError`` when it is gone."""
        return kept

    def told(self, kept: Any) -> str:
        """What ``json`` keeps, as plain text in the person's language."""
        return shown(kept)

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        """The value that an import cell's (stripped, not empty) text means; raises ``ValidationError``."""
        return text

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        """The model fields to order by."""
        return (spec.column,)

    def stands_first(self, spec: FieldSpec) -> str | None:
        """The value of the first field of ``order`` that stands before all others, in both directions."""
        return None

    def ranking(self, spec: FieldSpec, filters: Sequence[tuple[str, list[str]]], actor: Membership) -> Ranking | None:
        """Where the column that ``order`` names stands when it is none of the record's own.

        ``filters`` are those (operator, values) by this very field that the records have passed.
        """
        return None

    def shown(self, spec: FieldSpec, actor: Membership) -> Q | None:
        """The condition for records whose value ``actor`` may see; None: all. Lists order the others as empty ones."""
        return None

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        """What a list must ``select_related`` for ``html`` to need no further query."""
        return ()

    def filter(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """The condition of ``operator``; raises ``ValidationError`` when the values cannot be read."""
        refuse_broken(values)
        if operator in ("empty", "filled"):
            empty = self.empty(spec)
            return empty if operator == "empty" else ~empty
        return self.compare(spec, operator, values, actor)

    def empty(self, spec: FieldSpec) -> Q:
        return Q(**{f"{spec.column}__isnull": True})

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        raise NotImplementedError

    def typed(self, spec: FieldSpec, text: str) -> str:
        """What a person typed into the form of a filter, as URLs and saved views hold it: the same to everybody.

        Raises ``ValidationError``. ``describe`` writes it as the person does again.
        """
        return text

    def split(self, text: str) -> list[str]:
        """The values in a URL's ``field=text``: those that cannot hold a comma may be joined by commas."""
        return text.split(",")

    def describe(self, spec: FieldSpec, values: list[str], actor: Membership) -> str:
        """The values of a filter as words, for its chip."""
        return ", ".join(values)

    def retyped(self, spec: FieldSpec, value: str, actor: Membership) -> str:
        """A value of a filter as ``typed`` takes it, for its form."""
        return self.describe(spec, [value], actor)

    def options(self, spec: FieldSpec, actor: Membership) -> list[tuple[str, str]]:
        """What a filter offers to pick from: (value, label); none = type it."""
        return []


def refuse_broken(values: list[str]) -> None:
    """Refuse what PostgreSQL cannot hold as text, and so cannot look for: null characters, half surrogate pairs."""
    for value in values:
        if "\x00" in value or any("\ud800" <= one <= "\udfff" for one in value):
            raise ValidationError(_("It holds characters that no text can hold."))


def read_uuids(values: list[str]) -> list[UUID]:
    try:
        return [UUID(value) for value in values]
    except ValueError as error:
        raise ValidationError(_("“%(text)s” is not a choice.") % {"text": ", ".join(values)}) from error
