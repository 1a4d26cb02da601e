"""What filters of several kinds share: their operators, and ids among their values."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Operators as they stand in URLs (``field__operator=…``; "is" is left out) and in the sentence of a chip.
OPERATORS: dict[str, Any] = {
    "is": gettext_lazy("is"),
    "not": gettext_lazy("is not"),
    "starts": gettext_lazy("starts with"),
    "from": gettext_lazy("from"),
    "to": gettext_lazy("up to"),
    "before": gettext_lazy("before"),
    "after": gettext_lazy("after"),
    "empty": gettext_lazy("is empty"),
    "filled": gettext_lazy("is filled"),
}


def read_uuids(values: list[str]) -> list[UUID]:
    try:
        return [UUID(value) for value in values]
    except ValueError as error:
        raise ValidationError(_("“%(text)s” is not a choice.") % {"text": ", ".join(values)}) from error
