"""Columns for which there is no field here: left out and said so, put into the description, or made a field of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from crm import catalogue
from crm.imports.guessing import column_label, guess_mapping, is_of_refusals
from crm.imports.mappable import Mappable, mappable
from crm.imports.models import NOTES, Import
from crm.imports.planned import NEW_FIELD
from crm.imports.survey import Survey
from crm.users.models import Membership


def ways_to_keep(can_be: Mappable, actor: Membership) -> dict[str, str]:
    """What can become of a column that has no field, with the words for it."""
    found = {NOTES: _("Add to the description")} if can_be.noted else {}
    return found | ({NEW_FIELD: _("Make a new field of it")} if actor.role.can_set_up else {})


def left_out(run: Import, survey: Survey) -> list[tuple[Any, ...]]:
    """What is left out although it is there, and of how many cells: columns, and parts of what cells say. Of a column
    whose field the importer's role may not write, that field's label too."""
    labels = [column_label(index, header) for index, header in enumerate(run.headers)]
    columns = [*zip(labels, survey.columns, strict=False)]
    timed = [(_("%(column)s: the time of day") % {"column": label}, one.timed) for label, one in columns if one.timed]
    groups = [
        (_("%(column)s: Google’s own groups") % {"column": label}, one.groups) for label, one in columns if one.groups
    ]
    unplaced = [(label, one.unplaced) for label, one in columns if one.unplaced]
    withheld = _withheld(run)
    return [*timed, *groups, *unplaced] + [
        (labels[index], survey.columns[index].filled, *withheld.get(index, ()))
        for index, name in enumerate(run.mapping)
        if not name and survey.columns[index].filled and not is_of_refusals(run.headers[index])
    ]


def _withheld(run: Import) -> dict[int, tuple[str]]:
    """By their places, columns whose field the importer's role may not write, with its label. A hidden field of the
    workspace's own is none of them: the header of a file could be a guess at it."""
    whole, seen = catalogue.record_type(run.record_type), catalogue.seen_type(run.record_type, run.made_by)
    fields = {one.name: str(one.label) for one in whole.fields if one.name in seen.hidden}
    fields |= {one.name: str(one.label) for one in seen.specs_now() if one.name in seen.read_only}
    if not fields:
        return {}
    labels = {
        split.spec.name: str(split.spec.label) for split in whole.splits if not fields.keys().isdisjoint(split.fields)
    }
    labels |= {more: fields[of] for more, of in mappable(whole).completed.items() if of in fields} | fields
    guessed = enumerate(guess_mapping(whole, run.headers))
    return {index: (labels[name],) for index, name in guessed if name in labels}


def told_left_out(run: Import, left: Iterable[Sequence[Any]], viewer: Membership) -> dict[str, Any]:
    """What ``ui.left_out`` shows ``viewer`` of what ``left_out`` has found."""
    withheld = [one for one in left if len(one) > 2]
    words = {"fields": ", ".join(dict.fromkeys(label for _name, _cells, label in withheld)), "name": run.made_by.name}
    whose = (
        _("Your role may not change %(fields)s.")
        if viewer == run.made_by
        else _("The role of %(name)s may not change %(fields)s.")
    )
    return {
        "left_out": [one for one in left if one not in withheld],
        "withheld": [(name, cells) for name, cells, _label in withheld],
        "withheld_told": whose % words,
        "is_noted": mappable(catalogue.seen_type(run.record_type, run.made_by)).noted is not None,
    }


def noted(lines: list[str], base: str) -> str:
    """``base`` with those of ``lines`` that it does not hold yet."""
    for line in lines:
        if f"\n{line}\n" not in f"\n{base}\n":
            base = f"{base}\n{line}" if base else line
    return base


def answered_as(name: str, index: int) -> str:
    """How ``Import.answers`` calls the column ``index``: by its field, of which the description has several columns."""
    return f"{name}{index}" if name == NOTES else name


def note_of(run: Import, index: int, text: Any) -> str:
    return f"{column_label(index, run.headers[index])}: {text}"
