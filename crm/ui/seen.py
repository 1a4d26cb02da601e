"""Forms over what others may change while they are open.

Such a form carries a fingerprint of each value that it was drawn with (``seen_input``). When it comes back, a field
that nobody touched has the value of now, whoever has written that; a field that the person changed is theirs; and one
that somebody else has changed too is shown with both values, to choose. Nothing is written before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.ui import format as formats

SEEN = "seen"  # the fingerprints
UNRESOLVED = "unresolved"  # the fields that were shown with both values
KEEP = "keep-"  # followed by the field: "theirs" or "mine"
ASKED = "-asked"  # after that: the fingerprint of what "mine" was when it was asked


@dataclass(frozen=True)
class Change:
    """Who changed a value last, and when; nobody is a workflow. ``by_id`` is who did it by hand."""

    by: str
    at: datetime
    by_id: UUID | None = None


Who = Callable[[str], Change | None]


@dataclass(frozen=True)
class Conflict:
    """A field that two people have changed: what stands there now, and what this form brings."""

    html_name: str
    keep_name: str
    unresolved_name: str
    theirs: str
    mine: str
    names: str  # of the controls that it is typed into
    asked: str  # the fingerprint of ``mine``
    change: Change | None = None

    @property
    def asked_name(self) -> str:
        return f"{self.keep_name}{ASKED}"


class SeenForm(forms.Form):
    """A form whose ``initial`` are the values of now. ``who`` tells of a field who changed it last."""

    who: Who | None = None
    as_sent: frozenset[str] = frozenset()  # fields that follow nothing: what was shown counts, or is refused

    def full_clean(self) -> None:
        self.settle()
        super().full_clean()
        if self.is_bound:
            for name in self.conflicts:
                if name not in self.errors:
                    text = _("This was changed meanwhile. Choose which value counts.")
                    self.add_error(name, ValidationError(text, code="conflict"))

    @property
    def conflicts(self) -> dict[str, Conflict]:
        """The fields that have to be chosen, once the form was looked at."""
        return self.__dict__.setdefault("_conflicts", {})

    @property
    def untouched(self) -> frozenset[str]:
        """The fields in which the person has changed nothing: they have the value of now."""
        return frozenset(self.__dict__.get("_untouched", ()))

    @property
    def followed(self) -> list[str]:
        """Of the untouched fields those that somebody else has changed meanwhile."""
        return self.__dict__.setdefault("_followed", [])

    @property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name not in self.untouched]

    @property
    def seen_input(self) -> SafeString:
        """The hidden field that goes into the form."""
        prints = {name: _fingerprint(_drawn(self[name])) for name in self.fields if not self.fields[name].disabled}
        text = " ".join(f"{name}:{value}" for name, value in prints.items())
        return format_html('<input type="hidden" name="{}" value="{}">', self.add_prefix(SEEN), text)

    def conflict_of(self, field: BoundField) -> Conflict | None:
        """Return the conflict of ``field``, with who it is with."""
        conflict = self.conflicts.get(field.name)
        return replace(conflict, change=self.who(field.name)) if conflict and self.who else conflict

    def is_as_drawn(self, bound: BoundField) -> bool:
        """Whether ``bound``, which need not be a field of this form any more, was sent as it was drawn."""
        seen = _read(self.data.get(self.add_prefix(SEEN))) or {}
        return seen.get(bound.name) == _fingerprint(_sent(bound))

    def settle(self) -> None:
        """Put the values of now into the fields that nobody touched, and find those that have to be chosen; once."""
        if not self.is_bound or self.__dict__.get("_is_settled"):
            return
        self._is_settled = True
        seen = _read(self.data.get(self.add_prefix(SEEN)))
        if seen is None:
            return
        untouched = self.__dict__.setdefault("_untouched", set())
        open_fields = set(_list(self.data, self.add_prefix(UNRESOLVED)))
        data: Any = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        for name, field in self.fields.items():
            if field.disabled or name in self.as_sent or isinstance(field, forms.FileField):
                continue
            verdict = self._verdict(self[name], seen.get(name), name in open_fields)
            if verdict == "theirs":
                untouched.add(name)
                _fill(data, field.widget, self.add_prefix(name), _drawn(self[name]))
            elif verdict == "ask":
                self.conflicts[name] = self._conflict(self[name])
        self.data = data

    def _verdict(self, bound: BoundField, was: str | None, is_open: bool) -> Literal["theirs", "mine", "ask"]:
        """Whose value counts: that of now, that of this form, or is it to be asked."""
        now = _fingerprint(_drawn(bound))
        moved = now != was
        if was is None:  # the field is newer than the form
            return "theirs"
        if _fingerprint(_sent(bound)) == now:
            return "theirs"
        if is_open:
            choice = self.data.get(self.add_prefix(f"{KEEP}{bound.name}"))
            if moved or choice not in ("theirs", "mine") or self._is_typed_anew(bound):
                return "ask"
            return "theirs" if choice == "theirs" else "mine"
        if _fingerprint(_sent(bound)) == was:
            if moved:
                self.followed.append(bound.name)
            return "theirs"
        return "ask" if moved and bound.field.has_changed(bound.initial, bound.data) else "mine"

    def _is_typed_anew(self, bound: BoundField) -> bool:
        """Whether it holds what neither of the two choices showed; conflict.js takes the mark away where one does."""
        asked = self.data.get(self.add_prefix(f"{KEEP}{bound.name}{ASKED}"))
        return asked is not None and asked != _fingerprint(_sent(bound))

    def _conflict(self, bound: BoundField) -> Conflict:
        return Conflict(
            bound.html_name,
            self.add_prefix(f"{KEEP}{bound.name}"),
            self.add_prefix(UNRESOLVED),
            _words(bound.field, bound.field.widget, _drawn(bound)),
            _words(bound.field, bound.field.widget, _sent(bound)),
            " ".join(_names(bound.field.widget, bound.html_name)),
            _fingerprint(_sent(bound)),
        )


def _drawn(bound: BoundField) -> Any:
    """What the browser sends for the value of now when nobody touches it."""
    return _as_sent(bound.field.widget, bound.field.prepare_value(bound.initial))


def _as_sent(widget: forms.Widget, value: Any) -> Any:
    if isinstance(widget, forms.MultiWidget):
        parts: Any = value if isinstance(value, list | tuple) else widget.decompress(value)
        return [_as_sent(one, part) for one, part in zip(widget.widgets, parts, strict=False)]
    if isinstance(widget, forms.CheckboxInput):
        return bool(widget.check_test(value))
    formatted: Any = widget.format_value(value)
    if isinstance(formatted, list | tuple) and not getattr(widget, "allow_multiple_selected", False):  # a select
        formatted = next(iter(formatted), None)
    return _normal(widget, formatted)


def _sent(bound: BoundField) -> Any:
    """What the browser did send."""
    return _normal(bound.field.widget, bound.data)


def _normal(widget: Any, value: Any) -> Any:
    """Text as browsers send it: no spaces around, line ends of one kind, and none in a single line."""
    if isinstance(widget, forms.MultiWidget):
        return [_normal(one, part) for one, part in zip(widget.widgets, value or (), strict=False)]
    if isinstance(value, bool):
        return value
    if getattr(widget, "allow_multiple_selected", False):
        return sorted(map(str, value or ()))
    text = "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    return text if isinstance(widget, forms.Textarea) else text.replace("\n", "")


def _fingerprint(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=9).hexdigest()


def _read(text: str | None) -> dict[str, str] | None:
    """The fingerprints by field; None where the form carries none."""
    if text is None:
        return None
    pairs = (part.rpartition(":") for part in text.split())
    return {name: value for name, _colon, value in pairs}


def _list(data: Any, name: str) -> list[str]:
    return data.getlist(name) if isinstance(data, QueryDict) else list(data.get(name, ()))


def _fill(data: Any, widget: forms.Widget, name: str, value: Any) -> None:
    """Put ``value``, as it is sent, into ``data``."""
    if isinstance(widget, forms.MultiWidget):
        names: Any = widget.widgets_names  # type: ignore[attr-defined]
        for suffix, one, part in zip(names, widget.widgets, value, strict=False):
            _fill(data, one, f"{name}{suffix}", part)
    elif isinstance(widget, forms.CheckboxInput):
        data.pop(name, None)
        if value:
            data[name] = "on"
    elif isinstance(value, list) and isinstance(data, QueryDict):
        data.setlist(name, value)
    else:
        data[name] = value


def _names(widget: forms.Widget, name: str) -> Iterator[str]:
    """Those of its controls."""
    if not isinstance(widget, forms.MultiWidget):
        yield name
        return
    names: Any = widget.widgets_names  # type: ignore[attr-defined]
    for suffix, one in zip(names, widget.widgets, strict=False):
        yield from _names(one, f"{name}{suffix}")


def _words(field: forms.Field, widget: forms.Widget, value: Any) -> str:
    """``value``, as it is sent, for people to read."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(widget, forms.MultiWidget):
        shown = [part for one, part in zip(widget.widgets, value, strict=False) if not one.is_hidden]
        return " ".join(filter(None, shown)) if shown and shown[0] else _("empty")
    if isinstance(widget, forms.widgets.ChoiceWidget):
        labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(one, _("an unknown choice")) for one in chosen if one) or _("empty")
    if isinstance(widget, forms.DateTimeInput | forms.DateInput):
        return moment_words(field, value) or _("empty")
    return value or _("empty")


def moment_words(field: forms.Field, text: str) -> str:
    """A day or moment as people write it; what is none stays as it was typed."""
    try:
        value = field.to_python(text)
    except ValidationError:
        return text
    return formats.moment(value) if isinstance(value, datetime) else formats.date(value) if value else ""
