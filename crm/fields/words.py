"""What somebody has typed or chosen in a field of a form, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.forms import BoundField
from django.utils.translation import gettext as _


def words_of(bound: BoundField) -> str:
    """What was sent in ``bound``, in words; "" when that is nothing."""
    value, field = bound.data, bound.field
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value else ""
    chosen = value if isinstance(value, list | tuple) else [value]
    if isinstance(field.widget, forms.MultiWidget) and not (chosen and chosen[0]):
        return ""  # a currency beside no amount
    if choices := dict(_flat(getattr(field, "choices", ()))):
        return ", ".join(choices.get(str(one)) or _gone(field, str(one)) for one in chosen if one)
    return " ".join(str(one) for one in chosen if one and not is_code(str(one)))


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
        return _("a choice that is gone")


def _flat(choices: Any) -> Iterator[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), str(label)
