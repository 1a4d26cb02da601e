"""The criteria that every workspace starts with: budget, authority, need, timeline."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

# (key, label, question)
SHIPPED: tuple[tuple[str, Any, Any], ...] = (
    ("budget", _("Budget"), _("Is there money for it, and how much?")),
    ("authority", _("Authority"), _("Who decides, and do we talk to them?")),
    ("need", _("Need"), _("Which problem has to be solved?")),
    ("timeline", _("Timeline"), _("By when do they want to decide?")),
)


def shipped_criteria(language: str) -> list[dict[str, Any]]:
    """Return the columns of the shipped criteria, worded in ``language``."""
    with translation.override(language):
        return [
            {"key": key, "label": str(label), "question": str(question), "order": order}
            for order, (key, label, question) in enumerate(SHIPPED, start=1)
        ]
