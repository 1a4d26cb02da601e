"""What a record names is there when that is written: it is held until then, and a deletion waits, or is seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.fields.kinds import Lookup
from crm.ground.writes import are_collected

_IS_HELD = "_is_held_to_delete"


def gone_among(records: Iterable[Any]) -> list[Any]:
    """Keep ``records`` from being deleted until the transaction ends; return those that have been by now.

    Takes the lock of a foreign key: it waits for a deletion, and for nobody who only writes them.
    """
    by_model: dict[type[Model], dict[UUID, Any]] = {}
    for record in records:
        if not record._state.adding:  # else it is made here, and kept back
            by_model.setdefault(type(record), {})[record.pk] = record
    gone: list[Any] = []
    for model in sorted(by_model, key=lambda one: one._meta.label):
        there = _held(model, by_model[model])
        gone += [record for pk, record in by_model[model].items() if pk not in there]
    return gone


def _held(model: Any, ids: Iterable[UUID]) -> set[UUID]:
    rows = model.objects.filter(pk__in=sorted(ids)).order_by("pk").values_list("pk")
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} FOR KEY SHARE", params)
        return {pk for (pk,) in cursor.fetchall()}


def wait_to_delete(record: Any) -> None:
    """Wait for those who are writing something that names ``record``; who comes later sees that it is gone."""
    if not record.__dict__.get(_IS_HELD):
        rows = type(record).all_objects.select_for_update(of=("self",))
        list(rows.filter(pk=record.pk).values_list("pk"))


def note_held(records: Iterable[Any]) -> None:
    """Note of ``records`` that they were read with that lock, all in one statement, in the transaction that deletes."""
    for record in records:
        record.__dict__[_IS_HELD] = True


def refuse_gone(records: Iterable[Any]) -> None:
    """Raise ``ValidationError`` where one of ``records``, on which something is to stand, was deleted meanwhile.

    Who collects inserts has seen to that for all of them at once.
    """
    gone = [] if are_collected() else gone_among(records)
    if gone:
        raise ValidationError([_gone_words(record) for record in gone])


def refuse_gone_links(record_type: RecordType, links: dict[str, Any]) -> None:
    """The same of what the fields of a record are to name, keyed by field."""
    if are_collected() or not links:
        return
    gone = gone_among(links.values())
    if gone:
        raise ValidationError({name: gone_link(one) for name, one in links.items() if one in gone})


def gone_link(record: Any) -> str:
    """Say of a record that was chosen that it is gone."""
    words = {"name": record.shown_name, "person": _deleter(record)}
    return _("“%(name)s” was deleted by %(person)s. Bring it back from the recycle bin, or pick another.") % words


def _gone_words(record: Any) -> str:
    words = {"name": record.shown_name, "person": _deleter(record)}
    return _("“%(name)s” was deleted by %(person)s meanwhile.") % words


def _deleter(record: Any) -> str:
    row = type(record).all_objects.select_related("deleted_by").filter(pk=record.pk).first()
    return str(row.deleted_by) if row is not None and row.deleted_by else _("a workflow")


def links_among(record_type: RecordType, values: dict[str, Any], record: Any = None) -> dict[str, Any]:
    """Return what ``values`` let a record point at anew, by field."""
    found = {}
    for name, value in values.items():
        if value is not None and isinstance(record_type.spec(name).kind, Lookup):
            column = f"{record_type.spec(name).column}_id"
            if record is None or getattr(record, column) != value.pk:
                found[name] = value
    return found
