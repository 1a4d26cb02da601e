"""What words of other systems and languages probably mean here: proposed, never taken without being shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.imports.misspelt import most_alike
from crm.imports.people_alike import person_meant
from crm.tenants.text import sort_key

# By meaning of a stage, a status or a type: words as other systems ship them, and as people write them, as sort keys.
STAGES = {
    "won": (
        "closed won, won, gewonnen, auftrag gewonnen, gewonnener auftrag, ganado, ganada, cerrada ganada, cerrado "
        "ganado, gagne, gagnee, fermee gagnee, conclu, vinto, chiusa vinta, ganho, ganha, fechado ganho, gewonnen "
        "- geschlossen, geschlossen und gewonnen, signed, closedwon, deal won, success"
    ),
    "lost": (
        "closed lost, lost, verloren, auftrag verloren, perdido, perdida, cerrada perdida, cerrado perdido, perdu, "
        "perdue, fermee perdue, perso, persa, chiusa persa, fechado perdido, geschlossen und verloren, closedlost, "
        "deal lost, abandoned, dead"
    ),
}
STATUSES = {
    "new": (
        "new, open, open - not contacted, not contacted, untouched, neu, offen, nuevo, nueva, abierto, nouveau, "
        "nouvelle, ouvert, to be contacted"
    ),
    "working": (
        "working, working - contacted, contacted, in progress, attempted to contact, attempting, connected, in "
        "bearbeitung, kontaktiert, en curso, contactado, contacte, en cours, contact in future, engaged"
    ),
    "qualified": (
        "qualified, sales qualified, sql, pre-qualified, open deal, qualifiziert, calificado, cualificado, qualifie"
    ),
    "converted": ("converted, closed - converted, konvertiert, convertido, converti"),
    "unqualified": (
        "unqualified, not qualified, disqualified, closed - not converted, junk lead, junk, lost lead, lost, bad "
        "timing, unqualifiziert, disqualifiziert, nicht qualifiziert, no calificado, descartado, non qualifie"
    ),
}
TYPES = {
    "customer": ("customer, client, kunde, cliente, customer - direct, customer - channel, active customer"),
    "past_customer": ("former customer, ehemaliger kunde, ex-client, churned, lost customer, past client"),
    "prospect": ("prospect, interessent, lead, target, prospecto, opportunity"),
}


def proposed(spec: FieldSpec, text: str, rows: Sequence[Any]) -> Any:
    """The one of ``rows`` that ``text`` probably means, or None."""
    key = sort_key(text)
    meaning = _meaning(spec, key)
    if meaning:
        found = [row for row in rows if row.meaning == meaning]
        pipelines = {getattr(row, "pipeline_id", None) for row in found}
        return found[0] if len(pipelines) == 1 else None  # each of several pipelines has one
    if isinstance(spec.kind, kinds.Person):
        return person_meant(key, rows)
    return most_alike(key, [(row, sort_key(str(row))) for row in rows])


def _meaning(spec: FieldSpec, key: str) -> str:
    words: dict[str, str] = {}
    if isinstance(spec.kind, kinds.StageOf):
        words = STAGES
    elif isinstance(spec.kind, kinds.ChoiceOf):
        words = {"lead_status": STATUSES, "account_type": TYPES}.get(spec.kind.picklist, {})
    plain = _plain(key)
    return next((meaning for meaning, known in words.items() if plain in map(_plain, known.split(", "))), "")


def _plain(key: str) -> str:
    """Without what is between the words."""
    return " ".join(re.sub(r"[^\w]+|_", " ", key).split())
