"""Columns for which there is no field here: left out and said so, put into the description, or made a field of."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from crm.imports.guessing import column_label, is_of_refusals
from crm.imports.mappable import Mappable
from crm.imports.models import NOTES, Import
from crm.imports.planned import NEW_FIELD
from crm.imports.survey import Survey
from crm.users.models import Membership


def ways_to_keep(can_be: Mappable, actor: Membership) -> dict[str, str]:
    """What can become of a column that has no field, with the words for it."""
    found = {NOTES: _("Add to the description")} if can_be.noted else {}
    return found | ({NEW_FIELD: _("Make a new field of it")} if actor.role.can_set_up else {})


def left_out(job: Import, survey: Survey) -> list[tuple[str, int]]:
    """What is left out although it is there, and of how many cells: columns, and parts of what cells say."""
    labels = [column_label(index, header) for index, header in enumerate(job.headers)]
    columns = [*zip(labels, survey.columns, strict=False)]
    timed = [(_("%(column)s: the time of day") % {"column": label}, one.timed) for label, one in columns if one.timed]
    groups = [
        (_("%(column)s: Google’s own groups") % {"column": label}, one.groups) for label, one in columns if one.groups
    ]
    unplaced = [(label, one.unplaced) for label, one in columns if one.unplaced]
    return [*timed, *groups, *unplaced] + [
        (labels[index], survey.columns[index].filled)
        for index, name in enumerate(job.mapping)
        if not name and survey.columns[index].filled and not is_of_refusals(job.headers[index])
    ]


def noted(lines: list[str], base: str) -> str:
    """``base`` with those of ``lines`` that it does not hold yet."""
    for line in lines:
        if f"\n{line}\n" not in f"\n{base}\n":
            base = f"{base}\n{line}" if base else line
    return base


def answered_as(name: str, index: int) -> str:
    """How ``Import.answers`` calls the column ``index``: by its field, of which the description has several columns."""
    return f"{name}{index}" if name == NOTES else name


def note_of(job: Import, index: int, text: Any) -> str:
    return f"{column_label(index, job.headers[index])}: {text}"
