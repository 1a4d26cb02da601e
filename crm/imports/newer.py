"""What was changed here after a file was exported: its cells are older than that, and go over it only if that is said.

A file tells so by a column of the ids of the records here, and the column with the moment at which each was changed
last, as exports have both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.catalogue import seen_type
from crm.catalogue.types import RecordType
from crm.events.models import IMPORT, Event
from crm.events.phrases import actor_name, told
from crm.fields import kinds
from crm.fields.reading import read_moment
from crm.fields.reading.days import split_clock
from crm.fields.spec import FieldSpec
from crm.ground.ids import uuid_of
from crm.imports.answers import NEWER
from crm.imports.cells import Cells
from crm.imports.guessing import header_key
from crm.imports.layout import layout_of
from crm.imports.mappable import OWN_ID
from crm.imports.meant import CHUNK, Same, meant, own_records
from crm.imports.models import Existing, Import
from crm.imports.reading.cells import is_unreadable, parsed, without_unreadable
from crm.imports.row import RowValues, ToCreate
from crm.imports.storing import FileRow, read_rows
from crm.records.diff import identity
from crm.records.standard import UPDATED
from crm.tenants.context import current_tenant
from crm.tenants.memo import memo
from crm.ui.spreadsheets import cell_text
from crm.users.access import can
from crm.users.models import Membership

KEEP, TAKE = "keep", "take"  # what is here, or what the file says
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_LATER = timedelta(seconds=5)
_ROUNDED = timedelta(seconds=1)  # by so much sheets round, down or up
LOOKED_AT = 20_000  # rows, before a page asks
SHOWN = 6


class Change(NamedTuple):
    person: str
    at: datetime


def stamp_column(run: Import) -> int | None:
    """The place of the column that tells when each record was changed last; None if the file does not tell that."""
    if OWN_ID not in run.mapping or run.existing != Existing.UPDATE:
        return None
    names = {header_key(UPDATED.name), header_key(str(UPDATED.label))}
    return next((place for place, header in enumerate(run.headers) if header_key(header) in names), None)


class Stamp(NamedTuple):
    """From when to when a record was changed last, as a file tells; and when it was changed last by now."""

    first: datetime
    last: datetime
    now: datetime


def read_stamp(text: str, cells: Cells, now: datetime) -> Stamp:
    """All that ``text`` can mean, by the workspace's clock, as exports write it, whoever they are for. What cannot be
    read tells nothing of when the file was written."""
    try:
        moment = read_moment(text, cells.usual, current_tenant().zone)
    except ValidationError:
        return Stamp(_LONG_AGO, _LONG_AGO, now)
    clock = split_clock(text)[1]
    if clock is None:
        return Stamp(moment, moment + timedelta(days=1), now)
    if not clock["second"]:
        return Stamp(moment, moment + timedelta(minutes=1), now)
    return Stamp(moment, moment, now) if clock["part"] else Stamp(moment - _ROUNDED, moment + _ROUNDED, now)


def _oldest(stamps: Iterable[tuple[UUID, Stamp]]) -> dict[UUID, Stamp]:
    """By record, the oldest of what several rows about it say."""
    found: dict[UUID, Stamp] = {}
    for row_id, stamp in stamps:
        if row_id not in found or stamp.last < found[row_id].last:
            found[row_id] = stamp
    return found


class Newer:
    """Of a batch's rows: what was changed of their records after the file was written, but by this import."""

    def __init__(self, run: Import, rows: Iterable[FileRow], own: Mapping[str, Any], cells: Cells) -> None:
        self.type = seen_type(run.record_type, run.made_by)
        self.actor: Membership = run.made_by
        self.clears = run.clear_empty
        self.keeps = answer_of(run) != TAKE
        self.changed: dict[UUID, dict[str, Change]] = {}
        if (at := stamp_column(run)) is not None and own:
            place = run.mapping.index(OWN_ID)
            said = [(own[row[place]], row[at]) for row in rows if row[place] in own and row[at]]
            stamps = _oldest((record.pk, read_stamp(text, cells, record.updated_at)) for record, text in said)
            self.changed = _changed(run, {pk: stamp for pk, stamp in stamps.items() if stamp.now > stamp.last})

    def settle(self, row: RowValues, record: Any) -> list[str]:
        """Take out of the row what would go over a newer value, unless it is to; return what there is to say of it."""
        changed = self.changed.get(record.pk, {}) if record is not None else {}
        if not changed:
            return []
        columns = {name: (name, value) for name, value in row.values.items()}
        columns |= {spec.name: (spec.name, None) for spec in row.empty if self.clears and not spec.required}
        columns |= {name: (name, text) for name, text in row.later.items()}
        for split, value in row.split:
            columns[split.into(self.type.spec(split.by).value(record))] = (split.spec.name, value)
        found = [
            (name, *columns[name])
            for name in columns.keys() & changed.keys()
            if self.type.has(name) and self._differs(name, columns[name][1], record)
        ]
        remarks = []
        for name, column, value in sorted(found):
            remarks.append(self._told(name, value, record, changed[name]))
            if self.keeps:
                row.drop(column)
        moved = self.type.set_by_move
        if self.keeps and moved and moved[0] in {name for name, *_rest in found}:
            for name in moved[1:]:  # goes with the status or stage that is not taken
                row.drop(name)
        return remarks

    def _differs(self, name: str, value: Any, record: Any) -> bool:
        spec = self.type.spec(name)
        return identity(_json(spec, value)) != identity(spec.kind.history(spec.value(record)))

    def _told(self, name: str, value: Any, record: Any, change: Change) -> str:
        spec = self.type.spec(name)
        words = {
            "field": spec.label,
            "person": change.person,
            "now": _now(self.actor, spec, record),
            "file": without_unreadable(_text(spec, _json(spec, value))),
        }
        text = _("%(field)s: kept “%(now)s”: %(person)s changed it after the file was written; it says “%(file)s”.")
        if not self.keeps:
            text = _("%(field)s: “%(file)s” from the file replaces “%(now)s”, the later change by %(person)s.")
        return text % words


@dataclass(frozen=True)
class Older:
    """Of a cell that is older than what is here."""

    number: int
    record: str
    field: str
    person: str
    now: str
    file: str


@dataclass(frozen=True)
class NewerQuestion:
    """Whether the cells of a file go over what was changed after it was written. ``cells`` are some; ``is_more`` says
    that there are others. ``looked_at``: the rows below so many were not looked at (0: all were), and what was changed
    of their records is kept unless the answer is another."""

    cells: list[Older]
    is_more: bool
    answer: str
    looked_at: int = 0

    anchor = "question-newer"

    @property
    def heading(self) -> str:
        if self.cells:
            return _("Changed here after this file was written")
        return _("Was something changed here after this file was written?")

    @property
    def is_open(self) -> bool:
        return bool(self.cells) and not self.answer


def answer_of(run: Import) -> str:
    return run.answers.get(NEWER, {}).get(NEWER, "")


def about_newer(run: Import, record_type: RecordType) -> NewerQuestion | None:
    """What to ask of a file some of whose cells are older than what is here; None where none is."""
    if (at := stamp_column(run)) is None:
        return None
    asked = repr((run.pk, run.mapping, run.clear_empty, run.styles))  # once more where a start is refused
    found = _first_older(asked, run, record_type, at)
    looked_at = LOOKED_AT if run.total > LOOKED_AT and len(found) <= SHOWN else 0
    if not found and not looked_at:
        return None
    return NewerQuestion(found[:SHOWN], len(found) > SHOWN, answer_of(run), looked_at)


@memo("imports.newer")
def _first_older(asked: str, run: Import, record_type: RecordType, at: int) -> list[Older]:
    """One more than is shown. ``asked``: what of the ``run`` the answer depends on."""
    return list(islice(_older(run, record_type, at), SHOWN + 1))


def _older(run: Import, record_type: RecordType, at: int) -> Iterator[Older]:
    """The cells of the first rows that are older than what is here; who has enough of them pays for no more."""
    rows, layout = islice(read_rows(run), LOOKED_AT), layout_of(run)
    cells, own = Cells(run.made_by, layout.styles), layout.place[OWN_ID]
    while chunk := list(islice(rows, CHUNK)):
        if changed := _changed(run, _stale(record_type, chunk, own, at, cells)):
            about = [row for row in chunk if uuid_of(row[own]) in changed]
            yield from _older_of(run, record_type, [*meant(layout, about)], changed, cells)


def _stale(record_type: RecordType, rows: Iterable[FileRow], own: int, at: int, cells: Cells) -> dict[UUID, Stamp]:
    """The records that were changed later than their rows say, with what these say."""
    texts: dict[UUID, set[str]] = {}
    for row in rows:
        if row[at] and (row_id := uuid_of(row[own])) is not None:
            texts.setdefault(row_id, set()).add(row[at])
    zone = current_tenant().zone
    stamps: list[tuple[UUID, Stamp]] = []
    for row_id, now in record_type.model.objects.filter(pk__in=texts).values_list("pk", "updated_at"):
        # As an export would write it, which is the rule: to read each takes long.
        usual = (cell_text(now), *(f"{one.astimezone(zone):%Y-%m-%d %H:%M:%S}" for one in (now, now + _ROUNDED)))
        stamps += [(row_id, read_stamp(text, cells, now)) for text in texts[row_id].difference(usual)]
    return {row_id: stamp for row_id, stamp in _oldest(stamps).items() if stamp.now > stamp.last}


def _changed(run: Import, stamps: Mapping[UUID, Stamp]) -> dict[UUID, dict[str, Change]]:
    """By record and field: who has changed it last, after the change that its stamp is of.

    The event of that one comes a little later than the stamp, and before the next change.
    """
    found: dict[UUID, dict[str, Change]] = {}
    if not stamps:
        return found
    untold = [pk for pk, stamp in stamps.items() if stamp.first == _LONG_AGO]
    since = min((stamp.first for stamp in stamps.values() if stamp.first > _LONG_AGO), default=_LONG_AGO)
    events = Event.objects.filter(record_type=run.record_type, record_id__in=stamps)
    events = events.filter(Q(at__gte=since) | Q(record_id__in=untold))
    met: set[UUID] = set()
    for event in events.select_related("actor").order_by("at", "id"):
        assert event.record_id is not None
        stamp = stamps[event.record_id]
        is_own = event.at < stamp.now and event.at <= stamp.last + _LATER and event.record_id not in met
        if event.at >= stamp.first and (event.at <= stamp.last or is_own):
            met.add(event.record_id)
        elif event.at > stamp.last and event.data.get(IMPORT) != str(run.pk):
            change = Change(actor_name(event), event.at)
            found[event.record_id] = found.get(event.record_id, {}) | dict.fromkeys(event.changes, change)
    return found


def _older_of(
    run: Import, record_type: RecordType, rows: list[FileRow], changed: dict[UUID, dict[str, Change]], cells: Cells
) -> Iterator[Older]:
    own = run.mapping.index(OWN_ID)
    records = own_records(run.made_by, record_type, {row[own] for row in rows}, as_seen=True)
    specs = {place: record_type.spec(name) for place, name in enumerate(run.mapping) if name and record_type.has(name)}
    for place, spec in specs.items():
        if isinstance(spec.kind, kinds.Lookup):  # for all of them at once
            texts = {row[place] for row in rows if row[place] and not isinstance(row[place], Same)}
            cells.load_records(spec.kind.key, [text for text in texts if not is_unreadable(text)])
    for row in rows:
        if (record := records.get(row[own])) is None:
            continue
        for place, spec in specs.items():
            change = changed[record.pk].get(spec.name)
            if change is None or isinstance(row[place], Same) or not (row[place] or run.clear_empty):
                continue
            if _is_other(spec, record, row[place], cells):
                file = without_unreadable(row[place]) or _text(spec, None)
                now = _now(run.made_by, spec, record)
                yield Older(row.number, record.name, str(spec.label), change.person, now, file)


def _is_other(spec: FieldSpec, record: Any, text: str, cells: Cells) -> bool:
    """Whether the cell says something else than the record; what names nothing here does."""
    try:
        value = parsed(spec, text, cells) if text else None
    except ValidationError:
        return True
    return bool(identity(spec.kind.history(value)) != identity(spec.kind.history(spec.value(record))))


def _json(spec: FieldSpec, value: Any) -> Any:
    if isinstance(value, ToCreate):
        return value.name
    return value if isinstance(spec.kind, kinds.Lookup) and isinstance(value, str) else spec.kind.history(value)


def _now(actor: Membership, spec: FieldSpec, record: Any) -> str:
    """What the record says, as the importer may see it."""
    value = spec.value(record)
    if isinstance(spec.kind, kinds.Lookup) and value is not None and not can(actor, "view", value):
        return _("Hidden")
    return _text(spec, spec.kind.history(value))


def _text(spec: FieldSpec, kept: Any) -> str:
    return told(spec.name, kept, {spec.name: spec.kind})
