"""Settings: what people choose about the workspace and about themselves.

Each is declared as a value in the ``settings.py`` of the app that reads it (``declared.all_settings`` lists them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from crm import events
from crm.events.events import WORKSPACE_CHANGED
from crm.ground.writes import service
from crm.preferences.pages import SetupPage
from crm.tenants.stored import BROKEN, Kind, Stored, keep_all

T = TypeVar("T")


@dataclass(frozen=True, eq=False, kw_only=True)
class Setting(Stored[T]):
    """A choice of the workspace, which people of a role with the right ``who`` make on the page ``page``.

    ``label`` stands at its field, ``called`` in the sentences of the change log: "Ada changed … from 12 to 3".
    """

    label: Any
    called: Any
    page: SetupPage
    who: str = "can_set_up"
    through: str = ""  # the service that changes it, where there is more to check and to tell

    def change(self, value: T, *, actor: Any) -> None:
        """Let ``actor`` choose ``value``; ``ValidationError`` where it cannot be. What was so already tells nobody."""
        self.check(value)
        change_settings({self: value}, actor=actor)

    def check(self, value: T) -> None:
        """Raise ``ValidationError`` where ``value`` cannot be chosen."""
        self.kind.check(value)
        try:
            is_read = self.kind.load(self.kind.dump(value)) == value
        except BROKEN:
            is_read = False
        if not is_read:
            raise ValidationError(_("Choose one of the values that are possible."))

    def require(self, actor: Any) -> None:
        """Answer 404 to who may not choose."""
        if not getattr(actor.role, self.who):
            raise Http404(f"{self.key} is not theirs to choose.")


@dataclass(frozen=True, eq=False, kw_only=True)
class PersonSetting(Generic[T]):
    """A choice of a person about themselves, in the column ``key`` of their account: the same in all their workspaces.

    Who chose nothing has what each workspace has. They choose on the page with the URL name ``page``.
    """

    key: str
    kind: Kind[T]
    label: Any
    page: str
    workspace: Setting[T]

    def own(self, person: Any) -> T | None:
        """Return what ``person`` chose; None where that is nothing, or nobody has an account."""
        kept = getattr(person, self.key) if person is not None else ""
        try:
            return self.kind.load(kept) if kept != "" else None
        except BROKEN:
            return None

    def value(self, person: Any) -> T:
        """Return what holds for ``person`` in the current workspace."""
        own = self.own(person)
        return self.workspace.value() if own is None else own

    def assign(self, person: Any, value: T | None) -> None:
        """Give ``person`` this value, which the caller saves; ``ValidationError`` where it cannot be."""
        if value is not None:
            self.kind.check(value)
        setattr(person, self.key, "" if value is None else self.kind.dump(value))


@service
def change_settings(values: Mapping[Setting[Any], Any], *, actor: Any) -> None:
    """Let ``actor`` choose several at once: one event tells of all that differ. ``ValidationError`` has their keys.

    What is chosen stays chosen, even where it was the default, which may be another one some day.
    """
    _refuse(values, actor)
    before = {one: one.value() for one in values}
    told = {one: one.kind.history(before[one]) for one in values}
    chosen = {one: value for one, value in values.items() if value != before[one] or not one.is_kept()}
    if not chosen:
        return
    keep_all(chosen)
    changes = {
        one.key: [told[one], new] for one, value in chosen.items() if (new := one.kind.history(value)) != told[one]
    }
    if changes:
        events.record(WORKSPACE_CHANGED, record=None, actor=actor, changes=changes)


def _refuse(values: Mapping[Setting[Any], Any], actor: Any) -> None:
    errors = {}
    for setting, value in values.items():
        if setting.through:
            raise TypeError(f"{setting.key} is changed by {setting.through}.")
        setting.require(actor)
        try:
            setting.check(value)
        except ValidationError as error:
            errors[setting.key] = error
    if errors:
        raise ValidationError(errors)
