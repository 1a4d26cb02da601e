"""A field, declared once: form, column, filter, import cell, history value, export and JSON are built from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext as _

from crm.events.called import shown
from crm.fields.parsing import ParseContext
from crm.ui.paging import Ordering
from crm.users.models import Membership

_BROKEN = re.compile("[\x00\ud800-\udfff]")

Predicate = Callable[[Any], bool]  # of a record


class Kind:
    """The value side of a kind of field: it reads, writes, finds and orders one sort of value.

    What people see of it (HTML, form fields, what a filter offers) is its look (``crm/fields/look``), of which nothing
    here knows. A kind holds no state of a record, so one instance serves all records.

    Whoever writes a new one says what differs from the kind that it is made from, each of these as a whole:

    * the value: ``attributes``, ``value``, ``assign``; ``related``, where it stands in another row;
    * text: ``text`` and ``exported`` for files, ``words`` for people, ``parse`` for what comes in;
    * JSON: ``dump``, ``load`` and ``schema``, a round trip; and ``history``, ``restored`` and ``told`` of what events
      keep for ever, so that it can be read again whatever becomes of the kind;
    * questions: ``operators``; ``empty`` and ``compare`` ask the database, ``is_empty`` and ``matching`` say the same
      of records in memory; ``split`` reads addresses; ``order`` and what goes with it;
    * what people see: ``LOOKS`` in crm/fields/look.

    ``tests/fields/test_json.py`` and ``test_holds.py`` try each field that there is; a new kind adds its samples.

    ``operators`` are those its filters offer. ``reads``: what its texts depend on: ``NUMBERS``, ``DAYS`` or
    ``PERCENTS`` of crm/fields/reading, "" = nothing. ``longest``: characters of a text that is read at all, with blanks
    around it. Where a kind ``sorts_backwards``, its values rise as the column that ``order`` names falls. What is
    not ``in_history`` follows from something else: events tell nothing of it.
    ``grouping`` is what ``grouped_by`` returns, with the column left open. A kind that ``is_grouped_by_key`` is told
    apart by a key made of its values: several ways of writing one text are one group.
    """

    operators: tuple[str, ...] = ("is", "not", "empty", "filled")
    reads = ""
    sortable = True
    sorts_backwards = False
    is_moment = False
    in_history = True
    longest = 2_000
    grouping: Any = "{}"
    is_grouped_by_key = False

    def attributes(self, spec: FieldSpec) -> tuple[str, ...]:
        """The model attributes that ``assign`` sets."""
        return (spec.column,)

    def value(self, spec: FieldSpec, record: Any) -> Any:
        """The Python value; ``None`` (or "" for text) when empty."""
        return getattr(record, spec.column)

    def assign(self, spec: FieldSpec, record: Any, value: Any) -> None:
        setattr(record, spec.column, value)

    def text(self, spec: FieldSpec, record: Any) -> str:
        """The value as plain text, for exports: the same to everybody."""
        value = self.value(spec, record)
        return "" if value is None else str(value)

    def words(self, spec: FieldSpec, record: Any) -> str:
        """The value as plain text, as the person reads it in lists and messages."""
        return self.text(spec, record)

    def headers(self, spec: FieldSpec) -> tuple[str, ...]:
        """The columns that a file of records has for the field."""
        return (spec.name,)

    def exported(self, spec: FieldSpec, record: Any) -> tuple[Any, ...]:
        """What stands in those columns: text, or a number, a day or a moment; None where there is none of them."""
        return (self.text(spec, record),)

    def dump(self, spec: FieldSpec, value: Any) -> Any:
        """The value as JSON, for other programs. It conforms to ``schema``, and ``load`` gives the value back."""
        return self.history(value)

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> Any:
        """The value that the JSON ``sent`` by ``actor`` stands for; raises ``ValidationError`` for what is none.

        Nobody can name what they may not see. Whether an empty value may be is not asked here.
        """
        raise NotImplementedError

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        """The JSON Schema (2020-12) of what ``dump`` gives: its shape, and what no shape can say as ``description``."""
        raise NotImplementedError

    def history(self, value: Any) -> Any:
        """The value as events keep it, for ever: choices, people and records with the name that they had then."""
        return value

    def restored(self, kept: Any) -> Any:
        """The value of which ``history`` kept this; raises ``ValidationError`` when it is gone."""
        return kept

    def told(self, kept: Any) -> str:
        """What ``history`` keeps, as plain text in the person's language."""
        return shown(kept)

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        """The value that an import cell's (stripped, not empty) text means; raises ``ValidationError``."""
        return text

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        """The model fields to order by."""
        return (spec.column,)

    def ordering(
        self, spec: FieldSpec, descending: bool, filters: Sequence[tuple[str, list[str]]], actor: Membership
    ) -> Ordering:
        """How ``actor``'s lists are ordered by the field: by ``order``, for most kinds.

        ``filters`` are those (operator, values) by this very field that the records have passed.
        """
        return Ordering([(name, descending != self.sorts_backwards) for name in self.order(spec)])

    def expression(self, spec: FieldSpec) -> Any:
        """The value in the database, of which counts take the first, the last, and the month of a day."""
        return F(spec.column)

    def grouped_by(self, spec: FieldSpec, actor: Membership) -> Any:
        """The model field, or the expression, by which counts for ``actor`` tell records apart; "" = by none.

        The filter that ``same_as`` says of a value finds exactly those that are told apart by it.
        """
        return self.grouping.format(spec.column) if isinstance(self.grouping, str) else self.grouping

    def same_as(self, spec: FieldSpec, value: Any) -> tuple[str, tuple[str, ...]]:
        """Operator and values of the filter for the records that have one of those values."""
        if isinstance(value, bool):
            return "is", ("yes" if value else "no",)
        return ("empty", ()) if value is None or value == "" else ("is", (str(value),))

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        """What a list must ``select_related`` to show the field without a further query."""
        return ()

    def q(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """The condition of ``operator`` and one value at least; raises ``ValidationError`` when one cannot be read."""
        refuse_broken(values)
        if operator in ("empty", "filled"):
            empty = self.empty(spec)
            return empty if operator == "empty" else ~empty
        return self.compare(spec, operator, values, actor)

    def empty(self, spec: FieldSpec) -> Q:
        return Q(**{f"{spec.column}__isnull": True})

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        raise NotImplementedError

    def predicate(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        """What says of a record as it is in memory, saved or not, whether it meets ``q`` of the same; raises as
        that does. The values are read here, once for all records.

        Nothing is looked up where what a record points at (``related``) is loaded, unless a kind says so. ``is_empty``
        and ``matching`` are to a record what ``empty`` and ``compare`` are to the database.
        """
        refuse_broken(values)
        if operator in ("empty", "filled"):
            return lambda record: self.is_empty(spec, record) == (operator == "empty")
        return self.matching(spec, operator, values, actor)

    def is_empty(self, spec: FieldSpec, record: Any) -> bool:
        return self.value(spec, record) is None

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        raise NotImplementedError

    def split(self, text: str) -> list[str]:
        """The values in a URL's ``field=text``: those that cannot hold a comma may be joined by commas."""
        return text.split(",")


def refuse_broken(values: list[str]) -> None:
    """Refuse what PostgreSQL cannot hold as text, and so cannot look for: null characters, half surrogate pairs."""
    if any(map(_BROKEN.search, values)):
        raise ValidationError(_("It holds characters that no text can hold."))


@dataclass(frozen=True)
class FieldSpec:
    """A field of a record type.

    ``name`` is the standard name in URLs, imports, exports, events and the API; it never changes with the tenant.
    ``attr`` is the model's attribute when it differs (the kind may add to it, as Money does).
    ``default`` gives the value of a new record whose maker did not say.
    ``on_create`` / ``on_edit`` say on which form it stands; a field on neither is computed or set by an action.
    ``asked_by``: the field of the record, and those of its choices, that alone ask for this one; ``only_of`` says in
    words of which records it is then. ``look``: a class of ``crm.fields.look`` in the place of its kind's usual one.
    ``follows`` are the fields of the record that tell its value (the amount tells the currency): who does not see one
    of them does not see it either, nor what can be found by it.
    ``fills`` are the columns that are derived from it, beside its key (a website's domain): hidden with it.
    What is ``always_seen`` is part of what a record is called, or of what it is: no role can be kept from it.
    """

    name: str
    label: Any
    kind: Kind
    attr: str = ""
    required: bool = False
    help: Any = ""
    default: Callable[[], Any] | None = None
    on_create: bool = True
    on_edit: bool = True
    importable: bool = True
    asked_by: tuple[str, Callable[[], Iterable[UUID]]] | None = None
    only_of: Any = ""
    look: Any = None
    always_seen: bool = False
    follows: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()
    is_read_only: bool = False  # to the person who asks (``catalogue.seen``)

    @cached_property
    def column(self) -> str:
        return self.attr or self.name

    def as_seen(self, hidden: frozenset[str], read_only: frozenset[str]) -> FieldSpec | None:
        """The field as it is for people who do not see the fields ``hidden`` and may not change those ``read_only``;
        None: they do not see it."""
        if self.name in hidden or not hidden.isdisjoint(self.follows):
            return None
        return self.as_read_only() if self.name in read_only else self

    def as_read_only(self) -> FieldSpec:
        return replace(self, on_create=False, on_edit=False, importable=False, required=False, is_read_only=True)

    @property
    def is_stamp(self) -> bool:
        """Whether it holds when the record came into its state: on no form."""
        return self.kind.is_moment and not (self.on_create or self.on_edit or self.is_read_only)

    def told(self, kept: Any) -> str:
        """What an event keeps of a value (``Kind.history``), as plain text in the person's language."""
        return self.kind.told(kept)

    def value(self, record: Any) -> Any:
        return self.kind.value(self, record)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the field in a record: that of its kind, with what the field is called and is for."""
        found = {"title": str(self.label), **self.kind.schema(self)}
        if about := " ".join(str(one) for one in (self.help, found.pop("description", "")) if one):
            found["description"] = about
        if not (self.on_create or self.on_edit):
            found["readOnly"] = True
        return found

    def text(self, record: Any) -> str:
        return self.kind.text(self, record)

    def words(self, record: Any) -> str:
        return self.kind.words(self, record)


def specs_by_name(specs: tuple[FieldSpec, ...]) -> dict[str, FieldSpec]:
    return {spec.name: spec for spec in specs}
