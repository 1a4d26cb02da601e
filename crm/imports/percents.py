"""Per cents in a column of plain numbers: 10% is 10 there, or 0.1, which only the importer knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.fields import kinds
from crm.fields.reading import NUMBERS, Decision, Option, Sample, State, Style
from crm.fields.reading.numbers import plain, take_apart
from crm.fields.reading.style import POINTS, SHARE
from crm.fields.spec import FieldSpec
from crm.ui import format as formats

SAMPLES = 5
_LABELS: dict[str, Any] = {
    POINTS: _("The number before the sign: 10% is 10"),
    SHARE: _("A share of one: 10% is 0.1"),
}


def usual_style(spec: FieldSpec, style: Style) -> Style:
    """A field that is called “… %” holds what stands before the sign."""
    return style.chosen(NUMBERS, POINTS) if "%" in str(spec.label) else style


def with_percents(decision: Decision, spec: FieldSpec, texts: Iterable[str]) -> Decision:
    """``decision``, or the question what 10% is, once it is known how the number before the sign is written."""
    is_plain = isinstance(spec.kind, kinds.Number) and spec.kind.reads == NUMBERS and spec.kind.places > 0
    found = [text for text in texts if is_plain and _is_percent(text)][:SAMPLES]
    if not found or decision.must_choose or decision.style.percent:
        return decision
    options = tuple(_option(key, spec, found, decision.style.chosen(NUMBERS, key)) for key in _LABELS)
    return replace(decision, state=State.UNDECIDED, options=options)


def _is_percent(text: str) -> bool:
    try:
        return "%" in plain(text) and take_apart(text).percent
    except ValidationError:
        return False


def _option(key: str, spec: FieldSpec, texts: list[str], style: Style) -> Option:
    samples = []
    for text in texts:
        try:
            samples.append(Sample(text, formats.number_exact(spec.kind.number(text, style))))  # type: ignore[attr-defined]
        except ValidationError:
            continue
    return Option(key, _LABELS[key], tuple(samples))
