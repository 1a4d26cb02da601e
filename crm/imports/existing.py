"""Which records a batch's rows are about: those that are there, and those that rows before them have made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.catalogue.files import NaturalKey
from crm.catalogue.types import RecordType
from crm.ground.ids import uuid_of
from crm.ground.text import sort_key
from crm.imports.brought import as_compared
from crm.imports.candidates import MOST_ALIKE, first_called, keys_of, to_compare
from crm.imports.findings import names_of
from crm.imports.layout import Layout
from crm.imports.mappable import OWN_ID
from crm.imports.meant import own_records
from crm.imports.meanwhile import ChangedSince, changed_since, hold
from crm.imports.models import Existing, Import
from crm.imports.outcome import Report
from crm.imports.reading.cells import without_unreadable
from crm.imports.row import Row, RowValues
from crm.imports.storing import FileRow
from crm.records.natural import NAMES
from crm.users.access import visible
from crm.users.models import Membership

_ANY = ...  # what a record shares with all rows of its key


@dataclass
class Match:
    """``record`` is the one that a row is about. ``several`` may be meant, or some are ``alike``; ``by`` what it is."""

    record: Any = None
    several: list[Any] = field(default_factory=list)
    alike: list[Any] = field(default_factory=list)
    by: Any = ""
    is_by_id: bool = False

    def refuse_several(self) -> None:
        if self.several:
            words = {"by": self.by, "names": names_of(self.several)}
            raise ValidationError(
                _("Several have this %(by)s: %(names)s. Say by the external id which is meant.") % words
            )

    def keep_spelling(self, values: dict[str, Any]) -> list[str]:
        """Take from ``values`` a name that the record has in other letters, and say so: Müller is no new name for
        Muller. Who gives the record's id renames it."""
        if self.record is None or self.is_by_id:
            return []
        there = {name: getattr(self.record, name, "") for name in NAMES if isinstance(values.get(name), str)}
        other = [
            name for name, text in there.items() if text != values[name] and sort_key(text) == sort_key(values[name])
        ]
        remarks = [
            _("Taken for “%(known)s”, which is spelt differently from “%(name)s”. Its name was not changed.")
            % {"known": there[name], "name": values[name]}
            for name in other
        ]
        for name in other:
            del values[name]
        return remarks


class Matches:
    """Which records the rows of a batch are about, by their places: those that they name by an id of Angler's, else as
    ``known`` finds them. ``numbers``: of the rows that made a record."""

    def __init__(
        self, run: Import, layout: Layout, rows: Sequence[FileRow], report: Report, numbers: dict[UUID, int]
    ) -> None:
        self.run, self.type, self.actor = run, layout.type, layout.actor
        self.report = report
        self.changed: ChangedSince = {}  # of the records that are held
        at = layout.place.get(OWN_ID)
        self._ids = {} if at is None else {place: cells[at] for place, cells in enumerate(rows) if cells[at]}
        self._numbers = numbers
        self._begin()

    def _begin(self) -> None:
        """Know of nothing but the records (``own``) whose ids the rows have."""
        self.own = own_records(self.actor, self.type, set(self._ids.values()))
        by_id_only = self.run.existing == Existing.CREATE
        self.known = Known(self.type, self.actor, by_id_only=by_id_only, numbers=self._numbers)

    def has_id(self, place: int) -> bool:
        return place in self._ids

    def refuse_gone(self, place: int) -> bool:
        """Refuse a row that is about a record by an id that none has; return whether it is."""
        if place not in self._ids or self._ids[place] in self.own:
            return False
        words = {"id": without_unreadable(self._ids[place][:60])}
        self.report.refuse(place, [_("No record here has the id %(id)s.") % words])
        return True

    def of(self, place: int, row: RowValues) -> Match:
        if (own := self._ids.get(place)) is not None:
            match = Match(self.known.one(self.own[own]), by=own, is_by_id=True)
        else:
            match = self.known.match(row.values)
        row.assume(is_by_id=match.is_by_id)
        return match

    def find(self, rows: list[Row]) -> dict[int, Any]:
        """Look up the records that exist and that the rows are about, by the row."""
        self.known.load([row.values for _place, row in rows])
        return {place: record for place, row in rows if (record := self.of(place, row).record) is not None}

    def hold(self, rows: list[Row], found: dict[int, Any]) -> tuple[list[Row], dict[int, Any]]:
        """Keep others from writing what the rows are about. Should somebody have written some of it since it was read,
        all is read again; return the rows without those whose record is gone, and what they are about."""
        held: set[UUID] = set()
        while new := [record for record in found.values() if record.pk not in held]:
            held |= {record.pk for record in new}
            if hold(self.type, new):
                break
            self._begin()
            rows = [row for row in rows if not self.refuse_gone(row[0])]
            found = self.find(rows)
        self.changed = changed_since(self.run, self.type, held)
        return rows, found


def ids_here(record_type: RecordType, ids: list[str]) -> set[str]:
    """Which of ``ids`` are of records here: another system's, or our own."""
    rows = record_type.model.objects
    own = [found for found in map(uuid_of, ids) if found is not None]
    found = {str(pk) for pk in rows.filter(pk__in=own).values_list("pk", flat=True)} if own else set()
    there = rows.filter(external_id__in=ids).exclude(external_id="")  # as ``Known`` looks them up
    return found | set(there.values_list("external_id", flat=True))


class Known:
    """``by_id_only``: rows are told apart by their external id alone. ``numbers``: of the rows that made a record."""

    def __init__(
        self, record_type: RecordType, actor: Membership, *, by_id_only: bool, numbers: dict[UUID, int]
    ) -> None:
        self.type = record_type
        self.actor = actor
        self.keys: tuple[NaturalKey, ...] = () if by_id_only else record_type.natural_keys
        self.numbers = numbers
        self._met: set[tuple[str, str]] = set()  # the keys of rows
        self._met_ids: set[UUID] = set()
        self._one: dict[UUID, Any] = {}  # however a record was found
        self._by_id: dict[str, Any] = {}
        self._by_key: dict[tuple[str, str], dict[UUID, Any]] = defaultdict(dict)
        self._sharing: dict[tuple[Any, ...], dict[UUID, Any]] = defaultdict(dict)

    def met(self) -> set[UUID]:
        """What was there before, and rows may be about: what they are, and some of what only shares a key."""
        return (self._met_ids | first_called(self._met, self._there())) - self.numbers.keys()

    def load(self, rows: list[dict[str, Any]]) -> None:
        """Look up the records that ``rows`` (values by field name) may be about, and some that are alike."""
        self._load_ids([values["external_id"] for values in rows if values.get("external_id")])
        if ids := to_compare(self.type, self.keys, self._there(), rows):
            for record in self._records().filter(pk__any_of=ids).order_by("created_at", "pk"):
                self._know_all(self.one(record))

    def one(self, record: Any) -> Any:
        """The record as all rows about it have it."""
        return self._one.setdefault(record.pk, record)

    def match(self, values: dict[str, Any]) -> Match:
        """Find the record that ``values`` are about: by id, else by the first natural key that is sure."""
        external_id = values.get("external_id")
        record = self._by_id.get(external_id) if external_id else None
        if record is not None and external_id in (record.external_id, str(record.pk)):  # a row may have changed it
            self._met_ids.add(record.pk)
            return Match(record, by=external_id, is_by_id=True)
        alike: dict[UUID, Any] = {}
        for natural in self.keys:
            same: list[Any] = []
            if natural.within is not None:
                self._met |= {(natural.column, key) for key in keys_of(natural, values)}
            for record in self._to_look_at(natural, values):
                says = self._says(natural, values, record)
                if says:
                    same.append(record)
                elif says is None:
                    alike[record.pk] = record
            if same:
                self._met_ids |= {record.pk for record in same}
                return Match(same[0] if len(same) == 1 else None, same if len(same) > 1 else [], by=natural.label)
        return Match(alike=list(alike.values()))

    def _to_look_at(self, natural: NaturalKey, values: dict[str, Any]) -> Iterator[Any]:
        """All that the values may surely be about by ``natural``, and some that are only alike."""
        near = self._near(natural, values)
        yield from near.values()
        others = (record for record in self._called(natural, values) if record.pk not in near)
        yield from islice(others, MOST_ALIKE)

    def _near(self, natural: NaturalKey, values: dict[str, Any]) -> dict[UUID, Any]:
        keys = keys_of(natural, values)
        if natural.within is None or not keys:
            return {}
        wanted = natural.shares.of_row(values) if natural.shares else []
        if not wanted:
            return {record.pk: record for record in self._called(natural, values)}
        ids = (False,) if values.get("external_id") else (False, True)  # two ids are two records
        found: dict[UUID, Any] = {}
        for key, one, has_id in product(keys, [*wanted, _ANY], ids):
            for pk, record in self._sharing.get((natural.agrees, key, one, has_id), {}).items():
                if getattr(record, natural.column) == key:  # a row may have renamed it
                    found[pk] = record
        return found

    def _called(self, natural: NaturalKey, values: dict[str, Any]) -> Iterator[Any]:
        for key in keys_of(natural, values):
            for record in self._by_key.get((natural.column, key), {}).values():
                if getattr(record, natural.column) == key:  # a row may have renamed it
                    yield record

    def add(self, record: Any, number: int) -> None:
        """Let the rows that follow find what this one has made."""
        self.numbers[record.pk] = number
        self.learn(self.one(record))

    def learn(self, record: Any) -> None:
        """Let them find what this one has changed by what it is called now."""
        if record.external_id:
            self._by_id[record.external_id] = record
        self._know_all(record)

    def _know_all(self, record: Any) -> None:
        for column in dict.fromkeys(natural.column for natural in self.keys):
            self._know(record, column)

    def _know(self, record: Any, column: str) -> None:
        key = getattr(record, column)
        if not key:
            return
        self._by_key[(column, key)].setdefault(record.pk, record)
        for natural in self.keys:
            if natural.column == column and natural.shares is not None:
                for one in natural.shares.of_record(record) or [_ANY]:
                    self._sharing[(natural.agrees, key, one, bool(record.external_id))].setdefault(record.pk, record)

    def _says(self, natural: NaturalKey, values: dict[str, Any], record: Any) -> bool | None:
        """Two ids of another system are two records there, whatever they have in common."""
        ours, theirs = values.get("external_id"), record.external_id
        says = natural.agrees(values, record)
        if says and natural.by_content and not self._has_all(values, record):
            return None
        return None if says and ours and theirs and ours != theirs else says

    def _has_all(self, values: dict[str, Any], record: Any) -> bool:
        """Whether the record says all of ``values`` already, whose name it has."""
        specs = [self.type.spec(name) for name in values if name not in NAMES]
        return all(
            as_compared(spec, values[spec.name]) == as_compared(spec, spec.value(record))
            for spec in specs
            if values[spec.name] != spec.value(record)
        )

    def _load_ids(self, ids: list[str]) -> None:
        """An id of Angler's own, from an export, is one too."""
        if not ids:
            return
        own = [found for found in map(uuid_of, ids) if found is not None]
        if own:
            self._by_id |= {str(record.pk): self.one(record) for record in self._records().filter(pk__in=own)}
        # The index is of those that are not empty; from a long list PostgreSQL does not see that none of it is.
        there = self._records().filter(external_id__in=ids).exclude(external_id="")
        self._by_id |= {record.external_id: self.one(record) for record in there}

    def _records(self) -> Any:
        """With what their fields name, each kind looked up for all: should a row change one, its event tells it."""
        rows = self.type.model.objects.select_related("owner", "team")
        return rows.prefetch_related(*self.type.related(self.type.specs_now()))

    def _there(self) -> Any:
        """What rows may be found to be about by what they say; who knows an id may be told that it is taken."""
        seen: Any = visible(self.actor, self.type.model.objects.all())
        return seen.whole()
