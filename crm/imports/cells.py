"""What a cell's text names in the workspace: choices, stages, people, teams, other records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.catalogue import seen_type
from crm.fields.reading import Style, style_of
from crm.fields.tags import ensure_tags, new_tags
from crm.fields.targets import model_of
from crm.ground.text import sort_key
from crm.imports.coming import add_choice, add_stage, bring_along
from crm.imports.row import ToCreate
from crm.picklists import selectors as picklists
from crm.picklists.models import Choice, Stage
from crm.tenants.context import current_tenant
from crm.users.access import visible
from crm.users.models import Membership, Team
from crm.users.selectors import member_by_name_or_email, members_called, teams
from crm.users.services import create_team, ensure_member
from crm.users.settings import OWN_LANGUAGE

T = TypeVar("T")


class Cells:
    """Looks up what the cells of one run name, and remembers it; a ``fields.parsing.ParseContext``.

    Nothing comes into being, but inside of ``adding``, by ``bring_along``, and tags where it ``takes_rows``: then it is
    in ``added``, by what it is, and ``naming`` has for each the places (row, field) that name it; those that are
    ``idle`` add nothing.
    ``styles``: how columns are written, by field; others are as the actor writes.
    """

    def __init__(
        self,
        actor: Membership,
        styles: Mapping[str, Style] | None = None,
        *,
        takes_rows: bool = False,
        idle: Set[tuple[int, str]] = frozenset(),
    ) -> None:
        self.actor = actor
        self.takes_rows = takes_rows
        self.styles = dict(styles or {})
        self.currency = current_tenant().currency
        self.added: dict[str, list[str]] = {}
        self.naming: dict[tuple[str, ...], set[tuple[int, str]]] = {}
        self.row, self.field = 0, ""  # that is read
        self._idle = idle
        self._adds: str | None = None
        self._known: dict[tuple[str, ...], Any] = {}
        self._with_id: dict[tuple[str, str], list[Any]] = {}
        self._named: dict[tuple[str, str], list[Any]] = {}

    def style(self, name: str) -> Style:
        return self.styles.get(name) or self.usual

    @cached_property
    def usual(self) -> Style:
        return style_of(OWN_LANGUAGE.value(self.actor.user))

    @contextmanager
    def adding(self, meaning: str = "") -> Iterator[None]:
        """Make what is not there yet, of ``meaning`` where its list has some."""
        self._adds = meaning
        try:
            yield
        finally:
            self._adds = None

    def choice(self, picklist: str, text: str) -> Choice:
        return self._once(("choice", picklist, sort_key(text)), lambda: self._choice(picklist, text))

    def stage(self, text: str) -> Stage:
        return self._once(("stage", sort_key(text)), lambda: self._stage(text))

    def person(self, text: str) -> Membership:
        return self._once(("person", sort_key(text)), lambda: self._person(text))

    def team(self, text: str) -> Team:
        return self._once(("team", sort_key(text)), lambda: self._team(text))

    def tags(self, names: tuple[str, ...]) -> None:
        missing = new_tags(names)
        if missing and self.takes_rows and not self.is_idle:
            ensure_tags(names)
            self.added.setdefault("tags", []).extend(missing.values())
            self.naming |= {("tags", key): set() for key in missing}
        for name in names:
            self._note_named(("tags", sort_key(name)))

    @property
    def is_idle(self) -> bool:
        """Whether nothing will come of what the cell says that is read."""
        return (self.row, self.field) in self._idle

    def record(self, type_key: str, text: str) -> Any:
        """The record of that name or external id that the importer may see."""
        found = self.records_called(type_key, text)
        if not found:
            raise ValidationError(_("Nothing is called “%(text)s”.") % {"text": text})
        if len(found) > 1:
            raise ValidationError(_("%(count)s are called “%(text)s”.") % {"count": len(found), "text": text})
        return found[0]

    def records_called(self, type_key: str, text: str) -> list[Any]:
        """All of that name or external id."""
        if (type_key, text) not in self._with_id:
            self.load_records(type_key, [text])
        return self._with_id[(type_key, text)] or self._named[(type_key, sort_key(text))]

    def load_records(self, type_key: str, texts: list[str]) -> None:
        """Look up many names with two queries, before the rows that use them. Ids are two when their case differs."""
        ids = [text for text in dict.fromkeys(texts) if (type_key, text) not in self._with_id]
        if not ids:
            return
        rows = visible(self.actor, model_of(type_key).objects.all())
        self._with_id |= {(type_key, text): [] for text in ids}
        by_id = ids if seen_type(type_key, self.actor).has("external_id") else ()  # else ids could be guessed
        for record in rows.filter(external_id__in=by_id).exclude(external_id="") if by_id else ():  # for the index
            self._with_id[(type_key, record.external_id)].append(record)
        keys = {sort_key(text) for text in ids if not self._with_id[(type_key, text)]}
        names = [key for key in sorted(keys) if (type_key, key) not in self._named]
        self._named |= {(type_key, key): [] for key in names}
        for record in rows.filter(sort_name__in=names):
            self._named[(type_key, record.sort_name)].append(record)

    def add_record(self, type_key: str, record: Any) -> None:
        """Let the rows that follow find a record that a row before them has made."""
        for known, key in ((self._with_id, record.external_id), (self._named, sort_key(record.name))):
            if (type_key, key) in known:
                known[(type_key, key)].append(record)

    def made_already(self, value: Any) -> Any:
        """The record instead of a promise of it, when a row before this one has brought it."""
        found = self.records_called(value.key, value.name) if isinstance(value, ToCreate) else []
        return found[0] if found else value

    def bring_along(self, one: ToCreate) -> Any:
        """Make the record that a row brings along, for those that follow too."""
        record = bring_along(self.actor, one)
        self.add_record(one.key, record)
        self.note_added(one.key, one.name)
        return record

    def take_back(self, one: ToCreate) -> None:
        """What was brought along, and nothing else was called so, has been undone."""
        self._named[(one.key, sort_key(one.name))] = []
        self.added[one.key].remove(one.name)

    def note_added(self, what: str, name: str) -> None:
        self.added.setdefault(what, []).append(name)

    def _once(self, key: tuple[str, ...], find: Callable[[], T]) -> T:
        if key not in self._known:
            before = sum(map(len, self.added.values()))
            self._known[key] = find()
            if sum(map(len, self.added.values())) > before:
                self.naming[key] = set()
        self._note_named(key)
        return self._known[key]

    def _note_named(self, key: tuple[str, ...]) -> None:
        if key in self.naming:
            self.naming[key].add((self.row, self.field))

    def _choice(self, picklist: str, text: str) -> Choice:
        if choice := picklists.choice_called(picklist, text):
            return choice
        if self._adds is None:
            raise ValidationError(_("“%(text)s” is not in the list.") % {"text": text})
        made = add_choice(self.actor, picklist, text, self._adds)
        self.note_added(picklist, made.label)
        return made

    def _stage(self, text: str) -> Stage:
        found = picklists.stages_called(text)
        if len(found) > 1:
            words = {"text": text, "names": ", ".join(map(picklists.stage_name, found))}
            raise ValidationError(_("“%(text)s” can be several stages: %(names)s.") % words)
        if found:
            return found[0]
        if self._adds is None:
            raise ValidationError(_("There is no stage “%(text)s”.") % {"text": text})
        made = add_stage(self.actor, text)
        self.note_added("stage", made.label)
        return made

    def _person(self, text: str) -> Membership:
        member = member_by_name_or_email(text)
        if member is not None:
            return member
        if len(same := members_called(text)) > 1:
            words = {"count": len(same), "text": text}
            raise ValidationError(_("%(count)s people here are called “%(text)s”.") % words)
        if self._adds is None:
            raise ValidationError(_("Nobody here is called “%(text)s”.") % {"text": text})
        made = ensure_member(actor=self.actor, name=text)
        self.note_added("person", made.name)
        return made

    def _team(self, text: str) -> Team:
        key = sort_key(text)
        for team in teams():
            if sort_key(team.name) == key:
                return team
        if self._adds is None:
            raise ValidationError(_("There is no team “%(text)s”.") % {"text": text})
        made = create_team(actor=self.actor, name=text)
        self.note_added("team", made.name)
        return made
