"""What changes are called, and their values in words; at the end, what several kinds of rows of the setup share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.ui import format as formats

UNREADABLE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
ISO_DAY_LENGTH = len("2026-11-21")


@dataclass(frozen=True)
class Called:
    """What a change is called, and what ``words`` its values stand for. A ``FieldSpec`` is like one.

    ``words`` may be made when asked for; None: the values are not for reading. ``verbs`` tell the change to no or yes
    in words of its own: "deactivated it".
    """

    label: Any
    words: Mapping[Any, Any] | Callable[[], Mapping[Any, Any]] | None = field(default_factory=dict)
    verbs: Mapping[bool, Any] = field(default_factory=dict)

    def told(self, kept: Any) -> str:
        if self.words is None:
            return ""
        words = self.words() if callable(self.words) else self.words
        return str(words[kept]) if kept in words else shown(kept)


def shown(value: Any) -> str:
    """Return a value of an event's ``changes`` or ``data`` as plain text."""
    if isinstance(value, dict):
        return _shown_dict(value)
    if isinstance(value, list):
        return ", ".join(shown(part) for part in value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return gettext("empty") if value in (None, "") else _day(str(value))


def _shown_dict(value: dict[str, Any]) -> str:
    try:
        return formats.money(value["minor"], value["currency"])
    except UNREADABLE:
        return str(value.get("label", ""))


def _day(text: str) -> str:
    """A day or a moment as events keep it, in the person's language; any other text as it is."""
    try:
        if len(text) == ISO_DAY_LENGTH:
            return formats.date(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return formats.moment(moment) if moment.tzinfo else text


NAME = Called(_("name"))
ORDER = Called(_("order"))
IS_DEFAULT = Called(_("default"))
IS_ACTIVE = Called(_("active"), verbs={False: _("deactivated it"), True: _("activated it again")})
