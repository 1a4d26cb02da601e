"""The look of one of few, and the select for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.events.selectors import name_of_deleted
from crm.fields import kinds
from crm.fields.kinds.choice import MEANING_PREFIX, OneOf
from crm.fields.look.base import Look
from crm.fields.look.markup import marked_again
from crm.picklists import selectors as picklists
from crm.picklists.stages import ANY_STAGE, STAGE_TONES
from crm.users import selectors as users
from crm.users.models import Membership

NOTHING = "none"
GONE = gettext_lazy("What you chose is no longer there. Choose another.")


class OneOfLook(Look):
    kind: OneOf

    def form_field(self, actor: Membership) -> forms.Field:
        rows = {str(row.pk): row for row in self.kind.rows(actor) if self.kind.is_offered(row)}
        choices = [(key, self.kind.label(row)) for key, row in rows.items()]
        return RowField(
            rows=rows, find=self.kind.row, choices=choices, required=self.spec.required, label_of=self.kind.label
        )

    def initial(self, record: Any) -> Any:
        row_id = self.kind.row_id(self.spec, record)
        return None if row_id is None else str(row_id)

    def describe(self, values: list[str], actor: Membership) -> str:
        options = dict(self.options(actor))
        return ", ".join(options.get(value) or self.label_of(value) for value in values)

    def label_of(self, value: str) -> str:
        """What a value of a filter that is not offered is called."""
        try:
            return self.kind.label(self.kind.row(UUID(value)))
        except (ValueError, LookupError, ObjectDoesNotExist):
            return _("an unknown choice")

    def options(self, actor: Membership) -> list[tuple[str, str]]:
        return [(str(row.pk), self.kind.label(row)) for row in self.kind.rows(actor)]


class ChoiceLook(OneOfLook):
    """A dot and a word where the choice has a tone."""

    kind: kinds.ChoiceOf

    def html(self, record: Any) -> str:
        choice = self.value(record)
        if choice is None:
            return ""
        if not choice.tone:
            return marked_again("{}", choice.label)
        return marked_again('<span class="status tone-{}">{}</span>', choice.tone, choice.label)

    def label_of(self, value: str) -> str:
        if value.startswith(MEANING_PREFIX):
            ids = self.kind.read([value], None)  # type: ignore[arg-type]
            return ", ".join(str(picklists.choice(row_id)) for row_id in ids)
        return super().label_of(value)


class StageLook(OneOfLook):
    kind: kinds.StageOf

    def form_field(self, actor: Membership) -> forms.Field:
        rows = {str(row.pk): row for row in self.kind.rows(actor)}
        choices = picklists.stages_to_choose(rows.values())
        return RowField(rows=rows, find=self.kind.row, choices=choices, required=self.spec.required)

    def html(self, record: Any) -> str:
        stage = self.value(record)
        if stage is None:
            return ""
        tone = STAGE_TONES[stage.meaning]
        return marked_again('<span class="status tone-{}">{}</span>', tone, stage.label)

    def label_of(self, value: str) -> str:
        try:
            return picklists.stage_name(self.kind.row(UUID(value)))
        except (ValueError, ObjectDoesNotExist):
            return super().label_of(value)

    def options(self, actor: Membership) -> list[tuple[str, str]]:
        named = [(str(row.pk), picklists.stage_name(row)) for row in self.kind.rows(actor)]
        return [*named, *((f"{MEANING_PREFIX}{key}", str(label)) for key, label in ANY_STAGE.items())]


class PersonLook(OneOfLook):
    kind: kinds.Person

    def html(self, record: Any) -> str:
        member = self.value(record)
        if member is None:
            return ""
        return marked_again(
            '<span class="who"><span class="avatar" aria-hidden="true">{}</span>{}</span>',
            member.initials,
            users.told_apart(member),
        )

    def options(self, actor: Membership) -> list[tuple[str, str]]:
        """Those who have left come last: their records are still to be found."""
        left = [one for one in users.members(active_only=False) if not one.is_active]
        return [
            *((word, str(label)) for word, label in self.kind.WORDS.items()),
            *super().options(actor),
            *((str(one.pk), _("%(name)s (inactive)") % {"name": self.kind.label(one)}) for one in left),
        ]


class FixedLook(Look):
    kind: kinds.Fixed

    def form_field(self, actor: Membership) -> forms.Field:
        return forms.ChoiceField(choices=list(self.kind.labels.items()), required=self.spec.required)

    def describe(self, values: list[str], actor: Membership) -> str:
        return ", ".join(str(self.kind.labels.get(value, value)) for value in values)

    def options(self, actor: Membership) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in self.kind.labels.items()]


class FlagLook(Look):
    kind: kinds.Flag

    def form_field(self, actor: Membership) -> forms.Field:
        return forms.BooleanField(required=False)

    def describe(self, values: list[str], actor: Membership) -> str:
        return ", ".join(_("Yes") if self.kind.read(value) else _("No") for value in values)

    def options(self, actor: Membership) -> list[tuple[str, str]]:
        return [("yes", _("Yes")), ("no", _("No"))]


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
