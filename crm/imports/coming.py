"""What an import may bring into being beside its records, each only once it was accepted."""

from __future__ import annotations

from typing import Any

from crm import catalogue
from crm.imports.row import ToCreate
from crm.picklists import selectors as picklists
from crm.picklists.lists import picklist_of
from crm.picklists.models import Choice, Meaning, Stage
from crm.picklists.services import create_choice, create_stage, reorder
from crm.users.models import Membership


def meanings_to_add(picklist: str) -> dict[str, str]:
    """The meanings that a new word of the list may have; none where its words have no meaning.

    What a record gets by an action only (converted, customer) is no meaning for a word that a file brings.
    """
    declared = picklist_of(picklist)
    return {key: str(label) for key, label in declared.meanings.items() if key not in declared.guarded}


def add_choice(actor: Membership, picklist: str, label: str, meaning: str) -> Choice:
    """Add ``label`` at the end of the list."""
    meanings = meanings_to_add(picklist)
    values = {"label": label, "meaning": meaning if meaning in meanings else ("other" if "other" in meanings else "")}
    return create_choice(actor=actor, picklist=picklist, values=values)


def add_stage(actor: Membership, label: str) -> Stage:
    """Add an open stage to the pipeline of new opportunities, before the first that is won or lost."""
    pipeline = picklists.default_pipeline()
    made = create_stage(actor=actor, pipeline=pipeline, values={"label": label})
    stages = picklists.stages(pipeline, active_only=False)
    place = next((index for index, stage in enumerate(stages) if stage.meaning != Meaning.OPEN), len(stages))
    reorder(entry=made, position=place, actor=actor)
    return picklists.stage(made.pk)


def bring_along(actor: Membership, one: ToCreate) -> Any:
    """Make the record that a row names, of what its cells tell of it."""
    record_type = catalogue.record_type(one.key)
    values = {**dict.fromkeys(record_type.unknown_in_files), "name": one.name, "owner": actor, **one.values}
    return record_type.create(actor=actor, values=values)
