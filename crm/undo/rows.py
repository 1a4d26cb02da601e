"""The rows that many parts of an act wrote, read and held together; and what they were is written back together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import Model

from crm.events.services import gathered
from crm.ground.writes import constraints_last, together
from crm.tenants.models import TenantModel
from crm.undo.changes import Entry, exists


@contextmanager
def many_at_once() -> Iterator[None]:
    """Write what is taken back in the block, and the events that tell of it, in few statements at its end."""
    with constraints_last(), gathered(), together():
        yield


class Rows:
    """The rows of the entries of some parts, held until the end of the transaction; ``records`` are held already.

    What several parts wrote is read anew each time: it is another one by then.
    """

    def __init__(self, entries: Mapping[UUID, Sequence[Entry]] | None = None, records: Iterable[Any] = ()) -> None:
        self._known: dict[tuple[str, UUID], Any] = {}
        self._there: dict[tuple[type[Model], UUID], bool] = {}
        keys = Counter(one.key for part in (entries or {}).values() for one in part)
        self._shared = {key for key, count in keys.items() if count > 1}
        for record in records:
            self._keep((record._meta.label_lower, record.pk), record)
        wanted: dict[type[TenantModel], dict[UUID, tuple[str, UUID]]] = {}
        for one in (one for part in (entries or {}).values() for one in part):
            if one.key not in self._known and one.key not in self._shared:
                wanted.setdefault(one.model, {})[one.pk] = one.key
        for model in sorted(wanted, key=lambda one: one._meta.label_lower):
            rows = model._base_manager.filter(pk__in=wanted[model]).order_by("pk")
            found = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}
            for pk, key in wanted[model].items():
                self._keep(key, found.get(pk))

    def _keep(self, key: tuple[str, UUID], row: Any) -> None:
        if key not in self._shared:
            self._known[key] = row

    def row(self, entry: Entry, *, lock: bool = False) -> Any:
        """``entry.row()``, without asking for what nobody has written since."""
        if entry.key not in self._known:
            return entry.row(lock=lock)
        return self._known[entry.key]

    def is_shared(self, key: tuple[str, UUID]) -> bool:
        return key in self._shared

    def forget(self, entries: Iterable[Entry], but: UUID | None = None) -> None:
        """What was written since is read anew."""
        for one in entries:
            if one.pk != but:
                self._known.pop(one.key, None)

    def is_there(self, model: type[Model], pk: UUID) -> bool:
        place = model, pk
        if place not in self._there:
            self._there[place] = exists(model, pk)
        return self._there[place]
