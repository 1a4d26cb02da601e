"""One of few: picklist choices, stages, people, teams, fixed words, yes or no."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.events.selectors import name_of_deleted
from crm.fields.kinds.base import Kind, read_uuids
from crm.fields.markup import marked_again
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec
from crm.picklists import selectors as picklists
from crm.users import selectors as users
from crm.users.access import may_own, of_teams, without_team
from crm.users.models import Membership

MEANING_PREFIX = "meaning:"
NOTHING = "none"
GONE = gettext_lazy("What you chose is no longer there. Choose another.")


class OneOf(Kind):
    """A foreign key to one of a tenant's few rows, which are known without a query (crm/tenants/memo.py)."""

    operators = ("is", "not", "empty", "filled")

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[Any]:
        """What can be picked."""
        raise NotImplementedError

    def row(self, row_id: UUID) -> Any:
        raise NotImplementedError

    def label(self, row: Any) -> str:
        """What a row is called where one chooses among them."""
        return str(row)

    def is_offered(self, row: Any) -> bool:
        """Whether forms offer a row that can be picked; a record that has it keeps it."""
        return True

    def value(self, spec: FieldSpec, record: Any) -> Any:
        row_id = getattr(record, f"{spec.column}_id")
        return None if row_id is None else self.row(row_id)

    def form_field(self, spec: FieldSpec, actor: Membership) -> forms.Field:
        rows = {str(row.pk): row for row in self.rows(actor) if self.is_offered(row)}
        choices = [(key, self.label(row)) for key, row in rows.items()]
        return RowField(rows=rows, find=self.row, choices=choices, required=spec.required, label_of=self.label)

    def initial(self, spec: FieldSpec, record: Any) -> Any:
        row_id = getattr(record, f"{spec.column}_id")
        return None if row_id is None else str(row_id)

    def json(self, value: Any) -> Any:
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

    def describe(self, spec: FieldSpec, values: list[str], actor: Membership) -> str:
        options = dict(self.options(spec, actor))
        return ", ".join(options.get(value) or self.label_of(value) for value in values)

    def label_of(self, value: str) -> str:
        try:
            return self.label(self.row(UUID(value)))
        except (ValueError, LookupError, ObjectDoesNotExist):
            return _("an unknown choice")

    def options(self, spec: FieldSpec, actor: Membership) -> list[tuple[str, str]]:
        return [(str(row.pk), self.label(row)) for row in self.rows(actor)]


class RowField(forms.ChoiceField):
    """A select that cleans to the row; the value a record already has stays allowed after it was deactivated."""

    def __init__(
        self,
        *,
        rows: dict[str, Any],
        find: Any,
        choices: list[tuple[str, str]],
        required: bool,
        label_of: Callable[[Any], str] = str,
    ) -> None:
        self.rows = rows
        self.find = find
        self.label_of = label_of
        super().__init__(choices=[("", "—"), *choices], required=required)

    def ask(self, nothing: str = "") -> None:
        """Start as no answer, which is refused; ``nothing`` is the choice that means none of the rows."""
        self.required = True
        offered = [*list(self.choices)[1:], *([(NOTHING, nothing)] if nothing else [])]
        self.choices = [("", _("Choose…")), *offered]

    def keep(self, key: str | None) -> None:
        """Let ``key`` (the record's present value) be chosen although it is no longer offered."""
        if key and key not in self.rows:
            try:
                row = self.find(UUID(key))
            except (ValueError, LookupError, ObjectDoesNotExist):
                return  # of an old address, or a form that was kept: nothing is chosen
            self.rows[key] = row
            self.choices: Any = [*list(self.choices), (key, self.label_of(row))]

    def clean(self, value: Any) -> Any:
        key = self.to_python(value)
        if key == NOTHING and self.valid_value(key):
            return None
        if key and key not in self.rows:
            raise ValidationError(self._gone(key), code="invalid_choice")
        self.validate(key)
        return self.rows[key] if key else None

    def _gone(self, key: str) -> str:
        """Why ``key``, which was offered when the page was opened, is not."""
        try:
            name = self.label_of(self.find(UUID(key)))
        except (ValueError, LookupError, ObjectDoesNotExist):
            name = name_of_deleted(key)
            text = _("“%(name)s” was deleted meanwhile. Choose another.") if name else GONE
            return text % {"name": name}
        return _("“%(name)s” can no longer be chosen. Choose another.") % {"name": name}


class ChoiceOf(OneOf):
    """A choice of the picklist ``picklist``. Filters also take ``meaning:won``."""

    def __init__(self, picklist: str, *, style: str = "status") -> None:
        self.picklist = picklist
        self.style = style  # "status" (dot and word) or "badge", where a choice has a tone

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[Any]:
        return picklists.choices(self.picklist, active_only=active_only)

    def row(self, row_id: UUID) -> Any:
        return picklists.choice(row_id)

    def html(self, spec: FieldSpec, record: Any) -> str:
        choice = self.value(spec, record)
        if choice is None:
            return ""
        if not choice.tone:
            return marked_again("{}", choice.label)
        return marked_again('<span class="{} tone-{}">{}</span>', self.style, choice.tone, choice.label)

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        return context.choice(self.picklist, text)

    def read(self, values: list[str], actor: Membership) -> list[UUID]:
        meanings = [value.removeprefix(MEANING_PREFIX) for value in values if value.startswith(MEANING_PREFIX)]
        plain = [value for value in values if not value.startswith(MEANING_PREFIX)]
        return [*read_uuids(plain), *(picklists.ids_meaning(self.picklist, *meanings) if meanings else [])]

    def label_of(self, value: str) -> str:
        if value.startswith(MEANING_PREFIX):
            ids = self.read([value], None)  # type: ignore[arg-type]
            return ", ".join(str(picklists.choice(row_id)) for row_id in ids)
        return super().label_of(value)


class StageOf(OneOf):
    """A stage of a pipeline. Filters also take ``meaning:open``."""

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[Any]:
        return [stage for stage in picklists.stages() if stage.is_active or not active_only]

    def row(self, row_id: UUID) -> Any:
        return picklists.stage(row_id)

    def form_field(self, spec: FieldSpec, actor: Membership) -> forms.Field:
        rows = {str(row.pk): row for row in self.rows(actor)}
        choices = picklists.stages_to_choose(rows.values())
        return RowField(rows=rows, find=self.row, choices=choices, required=spec.required)

    def text(self, spec: FieldSpec, record: Any) -> str:
        stage = self.value(spec, record)
        return "" if stage is None else picklists.stage_name(stage)

    def label_of(self, value: str) -> str:
        try:
            return picklists.stage_name(self.row(UUID(value)))
        except (ValueError, ObjectDoesNotExist):
            return super().label_of(value)

    def html(self, spec: FieldSpec, record: Any) -> str:
        stage = self.value(spec, record)
        if stage is None:
            return ""
        tone = {"won": "success", "lost": "danger"}.get(stage.meaning, "info")
        return marked_again('<span class="status tone-{}">{}</span>', tone, stage.label)

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

    def options(self, spec: FieldSpec, actor: Membership) -> list[tuple[str, str]]:
        words = {"open": _("any open stage"), "won": _("any won stage"), "lost": _("any lost stage")}
        named = [(str(row.pk), picklists.stage_name(row)) for row in self.rows(actor)]
        return [*named, *((f"{MEANING_PREFIX}{key}", label) for key, label in words.items())]


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

    def row(self, row_id: UUID) -> Any:
        member = users.member(row_id)
        if member is None:
            raise LookupError(row_id)
        return member

    def value(self, spec: FieldSpec, record: Any) -> Any:
        return getattr(record, spec.column)

    def html(self, spec: FieldSpec, record: Any) -> str:
        member = self.value(spec, record)
        if member is None:
            return ""
        return marked_again(
            '<span class="who"><span class="avatar" aria-hidden="true">{}</span>{}</span>',
            member.initials,
            users.told_apart(member),
        )

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

    def options(self, spec: FieldSpec, actor: Membership) -> list[tuple[str, str]]:
        """Those who have left come last: their records are still to be found."""
        left = [one for one in users.members(active_only=False) if not one.is_active]
        return [
            *((word, str(label)) for word, label in self.WORDS.items()),
            *super().options(spec, actor),
            *((str(one.pk), _("%(name)s (inactive)") % {"name": self.label(one)}) for one in left),
        ]


class TeamOf(OneOf):
    """A team. A filter counts a record for its own one, or else for its owner's, as access does."""

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[Any]:
        return users.teams()

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
        same = of_teams(self.read(values, actor))
        return without_team() | ~same if operator == "not" else same


class Fixed(Kind):
    """One of the product's own words: what each value is called."""

    operators = ("is", "not")

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.words = words

    def form_field(self, spec: FieldSpec, actor: Membership) -> forms.Field:
        return forms.ChoiceField(choices=list(self.words.items()), required=spec.required)

    def text(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return str(self.words[value]) if value else ""

    def told(self, kept: Any) -> str:
        return str(self.words[kept])

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> str:
        for value, label in self.words.items():
            if text.casefold() in (value, str(label).casefold()):
                return value
        raise ValidationError(_("“%(text)s” is not a choice.") % {"text": text})

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        same = Q(**{f"{spec.column}__in": values})
        return ~same if operator == "not" else same

    def describe(self, spec: FieldSpec, values: list[str], actor: Membership) -> str:
        return ", ".join(str(self.words.get(value, value)) for value in values)

    def options(self, spec: FieldSpec, actor: Membership) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in self.words.items()]


class Flag(Kind):
    """Yes or no."""

    operators = ("is",)
    # As people and programs write them in English, German, French and Spanish.
    TRUE = frozenset(
        {"yes", "y", "true", "t", "1", "x", "on", "ja", "wahr", "oui", "vrai", "sí", "si", "sì", "verdadero"}
    )
    FALSE = frozenset({"no", "n", "false", "f", "0", "off", "nein", "falsch", "non", "faux", "falso"})

    def form_field(self, spec: FieldSpec, actor: Membership) -> forms.Field:
        return forms.BooleanField(required=False)

    def text(self, spec: FieldSpec, record: Any) -> str:
        return _("Yes") if self.value(spec, record) else _("No")

    def assign(self, spec: FieldSpec, record: Any, value: Any) -> None:
        setattr(record, spec.column, bool(value))

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> bool:
        word = text.casefold()
        if word not in self.TRUE | self.FALSE:
            raise ValidationError(_("“%(text)s” is neither yes nor no.") % {"text": text})
        return word in self.TRUE

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        return Q(**{f"{spec.column}__in": [value.casefold() in self.TRUE for value in values]})

    def describe(self, spec: FieldSpec, values: list[str], actor: Membership) -> str:
        return ", ".join(_("Yes") if value.casefold() in self.TRUE else _("No") for value in values)

    def options(self, spec: FieldSpec, actor: Membership) -> list[tuple[str, str]]:
        return [("yes", _("Yes")), ("no", _("No"))]
