"""What somebody has typed or chosen in a field of a form, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.forms import BoundField
from django.utils.translation import gettext as _

from crm.events.selectors import name_of_deleted
from crm.ui.seen import moment_words


def words_of(bound: BoundField) -> str:
    """What was sent in ``bound``, in words; "" when that is nothing."""
    value, field = bound.data, bound.field
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value else ""
    chosen = value if isinstance(value, list | tuple) else [value]
    if hasattr(field, "choices"):
        choices = dict(_flat(field.choices))
        return ", ".join(choices.get(str(one)) or _gone(field, str(one)) for one in chosen if one)
    if isinstance(field.widget, forms.MultiWidget):
        if not (chosen and chosen[0]):
            return ""  # a currency beside no amount
        chosen = [one for one, part in zip(chosen, field.widget.widgets, strict=False) if not part.is_hidden]
    if isinstance(field.widget, forms.DateInput | forms.DateTimeInput):
        return " ".join(moment_words(field, str(one)) for one in chosen if one)
    # What is typed is no code, even where it looks like one: an id of another system, "on".
    return " ".join(str(one) for one in chosen if one and not (field.widget.is_hidden and is_code(str(one))))


def is_code(text: str) -> bool:
    """What stands in a form for a row or a tick."""
    if text == "on":
        return True
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _gone(field: Any, key: str) -> str:
    """What is called ``key``, and is no longer among the choices."""
    try:
        return str(field.find(UUID(key)))
    except ValueError:
        return key
    except (AttributeError, LookupError, ObjectDoesNotExist):
        return name_of_deleted(key) or _("an unknown choice")


def _flat(choices: Any) -> Iterator[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), str(label)
