"""What somebody has been told, several of a kind folded into one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crm import catalogue
from crm.events.phrases import actor_name, phrase
from crm.notices.kinds import NoticeKind, kind_of
from crm.notices.models import Notification
from crm.records.hiding import hide_names, named_in, unseen, without
from crm.users.models import Membership

SHOWN = 200
TOGETHER = timedelta(hours=1)  # of one kind, by one person: told in one line


@dataclass(frozen=True)
class Told:
    """One line: what happened, when, and whether it is news."""

    rows: tuple[Notification, ...]  # the latest first
    kind: NoticeKind
    sentence: str

    @property
    def pk(self) -> UUID:
        return self.rows[0].pk

    @property
    def at(self) -> datetime:
        return self.rows[0].at

    @property
    def is_unread(self) -> bool:
        return any(row.read_at is None for row in self.rows)

    @property
    def ids(self) -> list[UUID]:
        return [row.pk for row in self.rows]


def told(actor: Membership) -> list[Told]:
    """Return what ``actor`` was told lately, the latest first."""
    rows = Notification.objects.filter(member=actor).select_related("event__actor").order_by("-at", "-id")
    found = list(rows[:SHOWN])
    _hide_names(actor, found)
    return fold(found)


def told_with(actor: Membership, notice_id: UUID) -> Told | None:
    """Return the line in which the notification stands; None when ``actor`` has no such notification."""
    found = next((one for one in told(actor) if notice_id in one.ids), None)
    if found is not None:
        return found
    old = Notification.objects.filter(member=actor, pk=notice_id).select_related("event__actor").first()
    if old is None:
        return None
    _hide_names(actor, [old])
    return _told([old])


def _hide_names(actor: Membership, rows: list[Notification]) -> None:
    """Let them not name what ``actor`` could see when it was told, and may not see by now."""
    hide_names(actor, [row.event for row in rows])
    hidden = unseen(actor, named_in([row.data for row in rows]))
    for row in rows if hidden else ():
        told_of, row.data = row.data, without(row.data, hidden)
        row.is_veiled = row.data != told_of


def fold(rows: Iterable[Notification]) -> list[Told]:
    """Put neighbours together that one sentence can tell."""
    groups: list[list[Notification]] = []
    for row in rows:
        if groups and _belongs(row, groups[-1][-1]):
            groups[-1].append(row)
        else:
            groups.append([row])
    return [line for group in groups if (line := _told(group)) is not None]


def _belongs(row: Notification, other: Notification) -> bool:
    kind = kind_of(row.kind)
    same = row.kind == other.kind and (row.record_type == other.record_type or bool(kind and kind.home))
    actors = row.event.actor_id == other.event.actor_id and (row.read_at is None) == (other.read_at is None)
    return bool(kind and kind.many and same and actors and other.at - row.at <= TOGETHER)


def _told(rows: list[Notification]) -> Told | None:
    kind = kind_of(rows[0].kind)
    return Told(tuple(rows), kind, _sentence(kind, rows)) if kind else None


def _sentence(kind: NoticeKind, rows: list[Notification]) -> str:
    first = rows[0]
    words: dict[str, Any] = {"actor": actor_name(first.event)}
    types = {one.key: one for one in catalogue.record_types()}
    type_ = types.get(first.record_type)
    if len(rows) > 1 and kind.many:
        nouns = type_.in_text_plural if type_ else ""
        return str(kind.many) % {**words, "count": len(rows), "nouns": nouns}
    said = {key: _in_words(value) for key, value in first.data.items()} if isinstance(first.data, dict) else {}
    try:
        sentence = kind.veiled if kind.veiled and first.is_veiled else kind.sentence
        return str(sentence) % {**said, **words, "noun": type_.in_text if type_ else ""}
    except (KeyError, TypeError, ValueError):  # written by code that kept less
        return phrase(first.event, type_.told_fields() if type_ else None)


def _in_words(value: Any) -> str:
    """A text, or what one record or several are called."""
    if isinstance(value, list):
        return ", ".join(map(_in_words, value))
    return str(value.get("label", "")) if isinstance(value, dict) else str(value)
