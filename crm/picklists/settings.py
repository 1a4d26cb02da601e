"""What admins change of lists, pipelines and stages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.events.phrases import Called
from crm.picklists.lists import FORECAST_CATEGORIES, PICKLISTS, STAGE_MEANINGS, TONES
from crm.preferences.pages import SetupGroup
from crm.preferences.rows import IS_ACTIVE, IS_DEFAULT, NAME, ORDER, SetupRow
from crm.ui import format as formats

SELLING = SetupGroup(_("Selling"), 40)
LISTS = SetupGroup(_("Lists"), 60)


class _Percents(Called):
    def told(self, kept: Any) -> str:
        return formats.points(kept)


CHOICE = SetupRow(
    "picklist",
    {
        "label": NAME,
        "meaning": Called(
            _("meaning"), {key: label for one in PICKLISTS.values() for key, label in one.meanings.items()}
        ),
        "tone": Called(_("colour"), TONES),
        "is_default": IS_DEFAULT,
        "is_active": IS_ACTIVE,
        "order": ORDER,
    },
)
STAGE = SetupRow(
    "stage",
    {
        "label": NAME,
        "meaning": Called(_("meaning"), STAGE_MEANINGS),
        "probability": _Percents(_("probability")),
        "forecast_category": Called(_("forecast category"), FORECAST_CATEGORIES),
        "guidance": Called(_("guidance")),
        "is_active": IS_ACTIVE,
        "order": ORDER,
    },
)
PIPELINE = SetupRow("pipeline", {"name": NAME, "is_default": IS_DEFAULT, "is_active": IS_ACTIVE, "order": ORDER})
