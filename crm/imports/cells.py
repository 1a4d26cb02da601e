"""What a cell's text names in the workspace: choices, stages, people, teams, other records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.reading import Style, style_of
from crm.fields.reading.style import DAY_FIRST, MONTH_FIRST
from crm.fields.targets import model_of
from crm.picklists import selectors as picklists
from crm.picklists.lists import picklist_of
from crm.picklists.models import Choice, Stage
from crm.picklists.services import create_choice, create_stage
from crm.tenants.context import current_tenant
from crm.tenants.text import sort_key
from crm.users.access import visible
from crm.users.models import Membership, Team
from crm.users.selectors import member_by_name_or_email, members_called, teams
from crm.users.services import ensure_member

T = TypeVar("T")


class Cells:
    """Looks up what the cells of one run name, and remembers it; a ``fields.parsing.ParseContext``."""

    def __init__(
        self,
        actor: Membership,
        *,
        day_first: bool,
        make_choices: bool,
        make_people: bool,
        styles: Mapping[str, Style] | None = None,
    ) -> None:
        """``styles``: how columns are written, by field; others are as the actor writes, days by ``day_first``."""
        self.actor = actor
        self.day_first = day_first
        self.styles = dict(styles or {})
        self.make_choices = make_choices
        self.make_people = make_people
        self.currency = current_tenant().currency
        self._known: dict[tuple[str, ...], Any] = {}
        self._records: dict[tuple[str, str], list[Any]] = {}

    def style(self, name: str) -> Style:
        return self.styles.get(name) or self.usual

    @cached_property
    def usual(self) -> Style:
        person = self.actor.user
        style = style_of(person.language if person and person.language else current_tenant().language)
        return replace(style, days=DAY_FIRST if self.day_first else MONTH_FIRST)

    def choice(self, picklist: str, text: str) -> Choice:
        return self._once(("choice", picklist, sort_key(text)), lambda: self._choice(picklist, text))

    def stage(self, text: str) -> Stage:
        return self._once(("stage", sort_key(text)), lambda: self._stage(text))

    def person(self, text: str) -> Membership:
        return self._once(("person", sort_key(text)), lambda: self._person(text))

    def team(self, text: str) -> Team:
        key = sort_key(text)
        for team in teams():
            if sort_key(team.name) == key:
                return team
        raise ValidationError(_("There is no team “%(text)s”.") % {"text": text})

    def record(self, type_key: str, text: str) -> Any:
        """The record of that name or external id that the importer may see."""
        found = self._records.get((type_key, sort_key(text)))
        if found is None:
            self.load_records(type_key, [text])
            found = self._records[(type_key, sort_key(text))]
        if not found:
            raise ValidationError(_("Nothing is called “%(text)s”.") % {"text": text})
        if len(found) > 1:
            raise ValidationError(_("%(count)s are called “%(text)s”.") % {"count": len(found), "text": text})
        return found[0]

    def load_records(self, type_key: str, texts: list[str]) -> None:
        """Look up many names with two queries, before the rows that use them."""
        wanted = {sort_key(text): text for text in texts if (type_key, sort_key(text)) not in self._records}
        if not wanted:
            return
        rows = visible(self.actor, model_of(type_key).objects.all())
        for key in wanted:
            self._records[(type_key, key)] = []
        for record in rows.filter(external_id__in=list(wanted.values())).exclude(external_id=""):  # for the index
            self._records[(type_key, sort_key(record.external_id))].append(record)
        missing = [key for key in wanted if not self._records[(type_key, key)]]
        for record in rows.filter(sort_name__in=missing):
            self._records[(type_key, record.sort_name)].append(record)

    def add_record(self, type_key: str, record: Any) -> None:
        """Let the rows that follow find a record that a row before them has made."""
        self._records[(type_key, sort_key(record.name))] = [record]

    def _once(self, key: tuple[str, ...], find: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]

    def _choice(self, picklist: str, text: str) -> Choice:
        key = sort_key(text)
        for choice in picklists.choices(picklist, active_only=False):
            if key in (sort_key(choice.label), choice.meaning):
                return choice
        if not self.make_choices:
            raise ValidationError(_("“%(text)s” is not in the list.") % {"text": text})
        meaning = "other" if picklist_of(picklist).meanings else ""
        return create_choice(actor=self.actor, picklist=picklist, values={"label": text, "meaning": meaning})

    def _stage(self, text: str) -> Stage:
        if stage := picklists.stage_called(text):
            return stage
        for stage in picklists.stages(picklists.default_pipeline()):
            if sort_key(text) == stage.meaning:
                return stage
        if not self.make_choices:
            raise ValidationError(_("There is no stage “%(text)s”. Add it in Setup, then import.") % {"text": text})
        return create_stage(actor=self.actor, pipeline=picklists.default_pipeline(), values={"label": text})

    def _person(self, text: str) -> Membership:
        member = member_by_name_or_email(text)
        if member is not None:
            return member
        if len(same := members_called(text)) > 1:
            words = {"count": len(same), "text": text}
            raise ValidationError(_("%(count)s people here are called “%(text)s”.") % words)
        if not self.make_people:
            raise ValidationError(_("Nobody here is called “%(text)s”.") % {"text": text})
        return ensure_member(actor=self.actor, name=text)
