"""The look of one of few, and the select for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
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
from crm.ground.ids import uuid_of
from crm.picklists import selectors as picklists
from crm.picklists.stages import ANY_STAGE, STAGE_TONES
from crm.users import selectors as users
from crm.users.models import Membership

NOTHING = "none"
GONE = gettext_lazy("What you chose is no longer there. Choose another.")


class OneOfLook(Look):
    kind: OneOf

    def form_field(self, actor: Membership) -> forms.Field:
        return RowField(
            rows=lambda: [row for row in self.kind.rows(actor) if self.kind.is_offered(row)],
            find=self.kind.row,
            pick=lambda row_id: self.kind.picked(row_id, actor),
            required=self.spec.required,
            label_of=self.kind.label,
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
        return RowField(
            rows=lambda: self.kind.rows(actor),
            find=self.kind.row,
            required=self.spec.required,
            options_of=picklists.stages_to_choose,
        )

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
    """A select that cleans to the row; the value a record already has stays allowed after it was deactivated.

    What it offers is looked up when it is drawn. ``pick`` returns one of that by its id, or None, where that is known
    without all the others. ``options_of``: the options of rows, where they are in groups; else each is called as
    ``label_of`` says.
    """

    def __init__(
        self,
        *,
        rows: Callable[[], Iterable[Any]],
        find: Callable[[UUID], Any],
        required: bool,
        pick: Callable[[UUID], Any] | None = None,
        label_of: Callable[[Any], str] = str,
        options_of: Callable[[Iterable[Any]], list[tuple[str, Any]]] | None = None,
    ) -> None:
        self.find = find
        self.label_of = label_of
        self._offers, self._pick, self._options_of = rows, pick, options_of or self._options
        self._kept: tuple[str, Any] = ("", None)  # the row's key, and the row once it was looked up
        self._first, self._last = ("", "—"), list[tuple[str, str]]()
        super().__init__(choices=self._all_options, required=required)

    @cached_property
    def rows(self) -> dict[str, Any]:
        """What is offered, by key."""
        return {str(row.pk): row for row in self._offers()}

    @property
    def kept(self) -> Any:
        """The row that a record has; None where there is none, or none any more."""
        key, row = self._kept
        if key and row is None:
            try:
                row = self.find(UUID(key))
            except (ValueError, LookupError, ObjectDoesNotExist):
                key = ""  # of an old address, or a form that was kept: nothing is chosen
            self._kept = (key, row)
        return row

    def ask(self, nothing: str = "") -> None:
        """Start as no answer, which is refused; ``nothing`` is the choice that means none of the rows."""
        self.required = True
        self._first = ("", _("Choose…"))
        self._last = [(NOTHING, nothing)] if nothing else []

    def keep(self, key: str | None, row: Any = None) -> None:
        """Let ``key`` (of ``row``, the record's present value) be chosen although it may no longer be offered."""
        self._kept = (key or "", row)

    def clean(self, value: Any) -> Any:
        key = self.to_python(value)
        if key == NOTHING and self._last:
            return None
        if not key:
            self.validate(key)
            return None
        row = self.kept if key == self._kept[0] else None
        if row is None and (row := self._picked(key)) is None:
            raise ValidationError(self._gone(key), code="invalid_choice")
        return row

    def _picked(self, key: str) -> Any:
        row_id = uuid_of(key)
        return self.rows.get(key) if self._pick is None or row_id is None else self._pick(row_id)

    def _options(self, rows: Iterable[Any]) -> list[tuple[str, Any]]:
        return [(str(row.pk), self.label_of(row)) for row in rows]

    def _all_options(self) -> list[tuple[str, Any]]:
        kept = [self.kept] if self._kept[0] not in self.rows and self.kept is not None else []
        return [self._first, *self._options_of(self.rows.values()), *self._options(kept), *self._last]

    def _gone(self, key: str) -> str:
        """Why ``key``, which was offered when the page was opened, is not."""
        try:
            name = self.label_of(self.find(UUID(key)))
        except (ValueError, LookupError, ObjectDoesNotExist):
            name = name_of_deleted(key)
            text = _("“%(name)s” was deleted meanwhile. Choose another.") if name else GONE
            return text % {"name": name}
        return _("“%(name)s” can no longer be chosen. Choose another.") % {"name": name}
