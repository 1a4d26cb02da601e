"""What several kinds share: the operators of filters, ids among their values, shapes of JSON."""

from __future__ import annotations

import math
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.fields.spec import refuse_broken

# Operators as they stand in URLs (``field__operator=…``; "is" is left out) and in the sentence of a chip.
OPERATORS: dict[str, Any] = {
    "is": gettext_lazy("is"),
    "within": gettext_lazy("is or is below"),
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


_SHAPES: dict[type, Any] = {
    type(None): gettext_lazy("null"),
    bool: gettext_lazy("true or false"),
    int: gettext_lazy("a number"),
    float: gettext_lazy("a number"),
    str: gettext_lazy("text"),
    list: gettext_lazy("a list"),
    dict: gettext_lazy("an object"),
}
# A row of the workspace, or a record, in JSON: its id counts, the label is for whoever reads it.
REFERENCE: dict[str, Any] = {
    "type": ["object", "null"],
    "properties": {"id": {"type": "string", "format": "uuid"}, "label": {"type": "string"}},
    "required": ["id"],
    "additionalProperties": False,
}


def refuse_shape(sent: Any, wanted: Any) -> NoReturn:
    """Raise ``ValidationError``: JSON of another shape was ``wanted``, in words."""
    words = {"wanted": wanted, "sent": _SHAPES.get(type(sent), type(sent).__name__)}
    raise ValidationError(_("Expected %(wanted)s, not %(sent)s.") % words, code="shape")


def text_in(sent: Any, wanted: Any = None) -> str:
    """The JSON ``sent`` as text that can be kept."""
    if not isinstance(sent, str):
        refuse_shape(sent, wanted or _("text"))
    refuse_broken([sent])
    return sent


def whole_in(sent: Any, wanted: Any) -> int:
    """The JSON ``sent`` as a whole number; JSON makes no difference between 5 and 5.0."""
    if isinstance(sent, bool) or not isinstance(sent, int | float):
        refuse_shape(sent, wanted)
    if isinstance(sent, float) and not (math.isfinite(sent) and sent.is_integer()):
        raise ValidationError(_("“%(text)s” is not a whole number.") % {"text": sent}, code="shape")
    return int(sent)


def id_in(sent: Any) -> UUID:
    """The id in the JSON ``sent``, of the shape ``REFERENCE``."""
    wanted = _("an object with an “id”, or null")
    if not isinstance(sent, dict) or "id" not in sent:
        refuse_shape(sent, wanted)
    if sent.keys() - {"id", "label"} or not isinstance(sent.get("label", ""), str):
        raise ValidationError(_("Expected %(wanted)s, and nothing but its “label” beside it.") % {"wanted": wanted})
    text = text_in(sent["id"])
    if len(text) != len(str(UUID(int=0))):  # UUID() reads braces and other odd writings too
        raise ValidationError(_("“%(text)s” is not an id.") % {"text": text[:100]})
    return read_uuids([text])[0]
