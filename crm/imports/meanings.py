"""What words of other systems and languages probably mean here: proposed, never taken without being shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.ground.text import sort_key
from crm.imports.misspelt import most_alike
from crm.imports.people_alike import person_meant
from crm.picklists.lists import picklist_of
from crm.picklists.stages import STAGE_SYNONYMS


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
        words = STAGE_SYNONYMS
    elif isinstance(spec.kind, kinds.ChoiceOf):
        words = picklist_of(spec.kind.picklist).synonyms
    plain = _plain(key)
    return next((meaning for meaning, known in words.items() if plain in map(_plain, known.split(", "))), "")


def _plain(key: str) -> str:
    """Without what is between the words."""
    return " ".join(re.sub(r"[^\w]+|_", " ", key).split())
