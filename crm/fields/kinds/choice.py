"""One of few: picklist choices, stages, people, teams, fixed words, yes or no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.fields.kinds.base import REFERENCE, id_in, read_uuids, refuse_shape, text_in
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec, Kind, Predicate
from crm.picklists import selectors as picklists
from crm.users import selectors as users
from crm.users.access import may_own, of_teams, team_of, without_team
from crm.users.models import Membership

MEANING_PREFIX = "meaning:"


class OneOf(Kind):
    """A foreign key to one of a tenant's few rows, which are known without a query (crm/tenants/memo.py)."""

    grouping: Any = "{}_id"

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[Any]:
        """What can be picked."""
        raise NotImplementedError

    def row(self, row_id: UUID) -> Any:
        raise NotImplementedError

    def picked(self, row_id: UUID, actor: Membership) -> Any:
        """The row with that id; None where it cannot be picked."""
        return next((row for row in self.rows(actor) if row.pk == row_id and self.is_offered(row)), None)

    def label(self, row: Any) -> str:
        """What a row is called where one chooses among them."""
        return str(row)

    def is_offered(self, row: Any) -> bool:
        """Whether forms offer a row that can be picked; a record that has it keeps it."""
        return True

    def row_id(self, spec: FieldSpec, record: Any) -> UUID | None:
        found: UUID | None = getattr(record, f"{spec.column}_id")
        return found

    def value(self, spec: FieldSpec, record: Any) -> Any:
        row_id = self.row_id(spec, record)
        return None if row_id is None else self.row(row_id)

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> Any:
        """Any row, those that are no longer offered too: a record keeps the one that it has."""
        if sent is None:
            return None
        row_id = id_in(sent)
        row = next((row for row in self.rows(actor, active_only=False) if row.pk == row_id), None)
        if row is None:
            raise ValidationError(_("“%(text)s” is not a choice.") % {"text": row_id})
        return row

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return REFERENCE

    def history(self, value: Any) -> Any:
        return None if value is None else {"id": str(value.pk), "label": str(value)}

    def restored(self, kept: Any) -> Any:
        if kept is None:
            return None
        try:
            return self.row(UUID(kept["id"]))
        except (ValueError, LookupError, TypeError, ObjectDoesNotExist) as error:
            raise ValidationError(_("What it was before is gone by now.")) from error

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        return (f"{spec.column}_id",)

    def read(self, values: list[str], actor: Membership) -> list[UUID]:
        return read_uuids(values)

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        same = Q(**{f"{spec.column}_id__in": self.read(values, actor)})
        return Q(**{f"{spec.column}_id__isnull": True}) | ~same if operator == "not" else same

    def is_empty(self, spec: FieldSpec, record: Any) -> bool:
        return self.row_id(spec, record) is None

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        wanted = set(self.read(values, actor))
        return lambda record: (self.row_id(spec, record) in wanted) != (operator == "not")


class ChoiceOf(OneOf):
    """A choice of the picklist ``picklist``. Filters also take ``meaning:won``."""

    def __init__(self, picklist: str) -> None:
        self.picklist = picklist

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[Any]:
        return picklists.choices(self.picklist, active_only=active_only)

    def row(self, row_id: UUID) -> Any:
        return picklists.choice(row_id)

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        return context.choice(self.picklist, text)

    def read(self, values: list[str], actor: Membership) -> list[UUID]:
        meanings = [value.removeprefix(MEANING_PREFIX) for value in values if value.startswith(MEANING_PREFIX)]
        plain = [value for value in values if not value.startswith(MEANING_PREFIX)]
        return [*read_uuids(plain), *(picklists.ids_meaning(self.picklist, *meanings) if meanings else [])]


class StageOf(OneOf):
    """A stage of a pipeline. Filters also take ``meaning:open``."""

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[Any]:
        return [stage for stage in picklists.stages() if stage.is_active or not active_only]

    def row(self, row_id: UUID) -> Any:
        return picklists.stage(row_id)

    def text(self, spec: FieldSpec, record: Any) -> str:
        stage = self.value(spec, record)
        return "" if stage is None else picklists.stage_name(stage)

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        return context.stage(text)

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        return (f"{spec.column}__order",)

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        return (spec.column,)

    def read(self, values: list[str], actor: Membership) -> list[UUID]:
        meanings = [value.removeprefix(MEANING_PREFIX) for value in values if value.startswith(MEANING_PREFIX)]
        plain = [value for value in values if not value.startswith(MEANING_PREFIX)]
        return [*read_uuids(plain), *(picklists.stage_ids_meaning(*meanings) if meanings else [])]


class Person(OneOf):
    """A member of the workspace. Filters also take ``me`` and ``my_team``."""

    WORDS = {"me": gettext_lazy("me"), "my_team": gettext_lazy("my team")}

    def __init__(self, *, owns: bool = False) -> None:
        self.owns = owns  # forms then offer those who may change records; whoever has one already keeps it

    def label(self, row: Any) -> str:
        return users.shown_name(row)

    def is_offered(self, row: Any) -> bool:
        return not self.owns or may_own(row)

    def text(self, spec: FieldSpec, record: Any) -> str:
        member = self.value(spec, record)
        return "" if member is None else users.shown_name(member)

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[Any]:
        return users.members(active_only=active_only)

    def picked(self, row_id: UUID, actor: Membership) -> Any:
        person = users.member(row_id)  # without asking for all of them
        return person if person is not None and person.is_active and self.is_offered(person) else None

    def row(self, row_id: UUID) -> Any:
        member = users.member(row_id)
        if member is None:
            raise LookupError(row_id)
        return member

    def value(self, spec: FieldSpec, record: Any) -> Any:
        return getattr(record, spec.column)

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        return (spec.column,)

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        return (f"{spec.column}__name_key",)

    def exported(self, spec: FieldSpec, record: Any) -> tuple[Any, ...]:
        """By name; of two people with one name by e-mail address."""
        member = self.value(spec, record)
        if member is None:
            return ("",)
        return (member.name if len(users.members_called(member.name)) < 2 else member.email or member.name,)

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        return context.person(text)

    def read(self, values: list[str], actor: Membership) -> list[UUID]:
        ids = [actor.pk] if "me" in values else []
        if "my_team" in values and actor.team:
            ids += users.teammate_ids(actor.team)
        return [*ids, *read_uuids([value for value in values if value not in self.WORDS])]


class TeamOf(OneOf):
    """A team. A filter counts a record for its own one, or else for its owner's, as access does.

    ``within`` asks for a team and those below it, whichever these are when it is asked.
    """

    operators = ("is", "within", "not", "empty", "filled")
    grouping = Coalesce("team_id", "owner__team_id")

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[Any]:
        return users.teams()

    def value(self, spec: FieldSpec, record: Any) -> Any:
        if self.row_id(spec, record) and record._meta.get_field(spec.column).is_cached(record):
            return getattr(record, spec.column)  # the others need not be known for it
        return super().value(spec, record)

    def row(self, row_id: UUID) -> Any:
        team = next((team for team in users.teams() if team.pk == row_id), None)
        if team is None:
            raise LookupError(row_id)
        return team

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        return context.team(text)

    def empty(self, spec: FieldSpec) -> Q:
        return without_team()

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        same = of_teams(self._wanted(operator, values, actor))
        return without_team() | ~same if operator == "not" else same

    def is_empty(self, spec: FieldSpec, record: Any) -> bool:
        return team_of(record) is None

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        wanted = self._wanted(operator, values, actor)
        return lambda record: (team_of(record) in wanted) != (operator == "not")

    def _wanted(self, operator: str, values: list[str], actor: Membership) -> set[UUID]:
        named = set(self.read(values, actor))
        if operator != "within":
            return named
        return named.union(*(users.team_tree_ids(team) for team in users.teams() if team.pk in named))


class Fixed(Kind):
    """One of the product's own words: what each value is called."""

    operators: tuple[str, ...] = ("is", "not")

    def __init__(self, labels: Mapping[str, Any]) -> None:
        self.labels = labels

    def text(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return str(self.labels[value]) if value else ""

    def told(self, kept: Any) -> str:
        return str(self.labels[kept])

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> str:
        value = text_in(sent)
        return self.read([value])[0] if value else ""

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {"enum": ["", *self.labels]}

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> str:
        for value, label in self.labels.items():
            if text.casefold() in (value, str(label).casefold()):
                return value
        raise ValidationError(_("“%(text)s” is not a choice.") % {"text": text})

    def read(self, values: list[str]) -> list[str]:
        for value in values:
            if value not in self.labels:
                raise ValidationError(_("“%(text)s” is not a choice.") % {"text": value[:100]})
        return values

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        same = Q(**{f"{spec.column}__in": self.read(values)})
        return ~same if operator == "not" else same

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        wanted = self.read(values)
        return lambda record: (self.value(spec, record) in wanted) != (operator == "not")


class Flag(Kind):
    """Yes or no."""

    operators = ("is",)
    # As people and programs write them in English, German, French and Spanish.
    TRUE = frozenset(
        {"yes", "y", "true", "t", "1", "x", "on", "ja", "wahr", "oui", "vrai", "sí", "si", "sì", "verdadero"}
    )
    FALSE = frozenset({"no", "n", "false", "f", "0", "off", "nein", "falsch", "non", "faux", "falso"})

    def text(self, spec: FieldSpec, record: Any) -> str:
        return _("Yes") if self.value(spec, record) else _("No")

    def assign(self, spec: FieldSpec, record: Any, value: Any) -> None:
        setattr(record, spec.column, bool(value))

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> bool:
        if not isinstance(sent, bool):
            refuse_shape(sent, _("true or false"))
        return sent

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {"type": "boolean"}

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> bool:
        return self.read(text)

    def read(self, text: str) -> bool:
        word = text.casefold()
        if word not in self.TRUE | self.FALSE:
            raise ValidationError(_("“%(text)s” is neither yes nor no.") % {"text": text[:100]})
        return word in self.TRUE

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """What holds for "yes", its contrary, or for both everything."""
        wanted = set(map(self.read, values))
        if len(wanted) > 1:
            return Q()
        return self.yes(spec) if wanted == {True} else ~self.yes(spec)

    def yes(self, spec: FieldSpec) -> Q:
        return Q(**{spec.column: True})

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        wanted = set(map(self.read, values))
        return lambda record: self.value(spec, record) in wanted
