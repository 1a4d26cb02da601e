"""What must stay true of a list when an admin changes it. A refusal is a ``ValidationError`` that says what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.ground.text import sort_key
from crm.picklists.lists import TONES, picklist_of
from crm.picklists.models import Choice, Stage
from crm.picklists.stages import STAGE_MEANINGS, STAGE_MEANINGS_GUARDED, STAGE_MEANINGS_NEEDED
from crm.picklists.usage import in_use

ListEntry = Choice | Stage


def meanings(entry: ListEntry) -> dict[str, Any]:
    """Return the meanings that an entry of this list may have, with their names."""
    return STAGE_MEANINGS if isinstance(entry, Stage) else picklist_of(entry.picklist).meanings


def guarded_meanings(entry: ListEntry) -> frozenset[str]:
    return STAGE_MEANINGS_GUARDED if isinstance(entry, Stage) else picklist_of(entry.picklist).guarded


def check_entry(entry: ListEntry, siblings: Sequence[ListEntry]) -> None:
    """The entry's own values: lengths, a label of its own, a meaning and a tone that exist."""
    entry.clean_fields(exclude={"tenant", "pipeline"})
    key = sort_key(entry.label)
    if any(other.pk != entry.pk and sort_key(other.label) == key for other in siblings):
        raise _error("label", _("“%(label)s” is already in this list. Choose another name."), label=entry.label)
    if entry.meaning not in (meanings(entry) or {"": ""}):
        raise _error("meaning", _("Choose what this means."))
    if isinstance(entry, Choice) and entry.tone not in TONES:
        raise _error("tone", _("Choose a colour from the list."))


def check_meaning_change(entry: ListEntry, before: str) -> None:
    """A used entry keeps its meaning: records got there by a rule, and history counts on it."""
    if entry.meaning != before and in_use(entry):
        raise _error(
            "meaning",
            _(
                "“%(label)s” is in use, so what it means cannot change: past and present records would change with it. "
                "Make a new entry with the other meaning and replace this one."
            ),
            label=entry.label,
        )


def check_list(entry: ListEntry, entries: Sequence[ListEntry]) -> None:
    """What the list of ``entry``, which would be ``entries``, must offer: every needed meaning, and its default."""
    picklist = picklist_of(entry.picklist) if isinstance(entry, Choice) else None
    active = [other for other in entries if other.is_active]
    present = {other.meaning for other in active}
    for meaning in sorted(picklist.needed if picklist else STAGE_MEANINGS_NEEDED):
        if meaning not in present:
            raise ValidationError(
                _("This is the last active entry that means “%(meaning)s”, and one is needed. Make another one first."),
                code="last_meaning",
                params={"meaning": meanings(entry)[meaning]},
            )
    if picklist:
        _check_default(active, bool(picklist.default_label), picklist.guarded)


def _check_default(active: Sequence[ListEntry], needed: bool, guarded: frozenset[str]) -> None:
    default = next((entry for entry in active if isinstance(entry, Choice) and entry.is_default), None)
    if default is None and needed:
        raise ValidationError(_("New records start with this one. Make another one the default first."), code="default")
    if default is not None and default.meaning in guarded:
        raise _error("is_default", _("New records cannot start as “%(label)s”: it is reached by an action."), default)


def check_replacement(entry: ListEntry, replacement: ListEntry | None) -> None:
    """An unused entry needs none; otherwise it must be another active entry of the list that keeps the meaning."""
    if replacement is None:
        if in_use(entry):
            raise _error("replacement", _("“%(label)s” is in use. Choose what replaces it."), entry)
        return
    if replacement.pk == entry.pk or _list_of(replacement) != _list_of(entry) or not replacement.is_active:
        raise _error("replacement", _("Choose another active entry of the same list."))
    guarded = guarded_meanings(entry)
    if replacement.meaning != entry.meaning and {replacement.meaning, entry.meaning} & guarded and in_use(entry):
        raise _error(
            "replacement",
            _("“%(label)s” means “%(meaning)s”. Only an entry that means the same can replace it."),
            label=entry.label,
            meaning=meanings(entry)[entry.meaning],
        )


def may_replace(entry: ListEntry, other: ListEntry) -> bool:
    """Return whether ``other`` can be offered as the replacement of ``entry``."""
    keeps = other.meaning == entry.meaning or not {other.meaning, entry.meaning} & guarded_meanings(entry)
    return other.pk != entry.pk and other.is_active and keeps


def _list_of(entry: ListEntry) -> Any:
    return entry.pipeline_id if isinstance(entry, Stage) else entry.picklist


def _error(field: str, message: Any, entry: ListEntry | None = None, **params: Any) -> ValidationError:
    if entry is not None:
        params["label"] = entry.label
    return ValidationError({field: ValidationError(message, code=field, params=params)})
