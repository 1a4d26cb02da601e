"""What stages can mean, and what a new pipeline's are."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.picklists.models import ForecastCategory, Meaning
from crm.preferences.declared import declared

STAGE_MEANINGS: dict[str, Any] = {Meaning.OPEN: _("Open"), Meaning.WON: _("Won"), Meaning.LOST: _("Lost")}
ANY_STAGE: dict[str, Any] = {
    Meaning.OPEN: _("any open stage"),
    Meaning.WON: _("any won stage"),
    Meaning.LOST: _("any lost stage"),
}
STAGE_TONES: dict[str, str] = {Meaning.OPEN: "info", Meaning.WON: "success", Meaning.LOST: "danger"}
STAGE_MEANINGS_NEEDED = frozenset(Meaning)
STAGE_MEANINGS_GUARDED = frozenset({Meaning.WON, Meaning.LOST})
# Words of other systems and languages, as sort keys.
STAGE_SYNONYMS: dict[str, str] = {
    Meaning.WON: (
        "closed won, won, gewonnen, auftrag gewonnen, gewonnener auftrag, ganado, ganada, cerrada ganada, cerrado "
        "ganado, gagne, gagnee, fermee gagnee, conclu, vinto, chiusa vinta, ganho, ganha, fechado ganho, gewonnen "
        "- geschlossen, geschlossen und gewonnen, signed, closedwon, deal won, success"
    ),
    Meaning.LOST: (
        "closed lost, lost, verloren, auftrag verloren, perdido, perdida, cerrada perdida, cerrado perdido, perdu, "
        "perdue, fermee perdue, perso, persa, chiusa persa, fechado perdido, geschlossen und verloren, closedlost, "
        "deal lost, abandoned, dead"
    ),
}
FORECAST_CATEGORIES: dict[str, Any] = {
    ForecastCategory.PIPELINE: _("Pipeline"),
    ForecastCategory.BEST_CASE: _("Best case"),
    ForecastCategory.COMMIT: _("Commit"),
    ForecastCategory.CLOSED: _("Closed"),
    ForecastCategory.OMITTED: _("Omitted"),
}


class FirstStages(tuple[tuple[Any, str, int, str, Any], ...]):
    """What a new pipeline begins with: (label, meaning, probability in per cent, forecast category, guidance) each."""


def first_stages() -> FirstStages:
    """Those that the shipped apps declare in a ``picklists.py``."""
    return next(iter(declared(FirstStages, "picklists")))
