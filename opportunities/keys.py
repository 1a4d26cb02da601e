"""Which opportunity a row of a file is about, and what old files leave out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.records.natural import contradicts, name_of
from crm.records.types import Gap, NaturalKey
from opportunities.services.stages import NO_REASON_GIVEN


def _name_with_buyer(values: Mapping[str, Any]) -> str:
    return name_of(values) if values.get("account") or values.get("contact") else ""


def _same_sale(values: Mapping[str, Any], opportunity: Any) -> bool | None:
    """One sale to a buyer may be called like the next: other days speak for another one."""
    for field in ("account", "contact"):
        if values.get(field) is not None and getattr(values[field], "pk", None) != getattr(opportunity, f"{field}_id"):
            return False
    days = ((values.get(day), getattr(opportunity, day)) for day in ("opened_on", "closed_on"))
    return None if any(contradicts(given, known) for given, known in days) else True


OPPORTUNITY_KEYS = (
    NaturalKey(
        _("name and account"),
        "sort_name",
        _name_with_buyer,
        _same_sale,
        within=("account", "contact", "opened_on", "closed_on"),
    ),
)
OPPORTUNITY_GAPS = (
    Gap(
        "loss_reason",
        by="stage",
        needed=lambda stage: stage.meaning == "lost",
        question=_("Why were these opportunities lost? Rows that do not say: %(count)s."),
        unknown=NO_REASON_GIVEN,
        unknown_label=_("No reason given"),
    ),
)
