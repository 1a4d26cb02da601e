"""Columns for which there is no field here: left out and said so, put into the description, or made a field of."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.custom.services import create_field
from crm.fields.models import FieldKind
from crm.imports.guessing import column_label, is_of_refusals
from crm.imports.models import Import
from crm.imports.survey import Survey
from crm.users.models import Membership

NOTES, NEW_FIELD = "+notes", "+field"  # as a column of any number of columns
NOTED_IN = "description"
_ONE_LINE = 200  # characters; what is longer is a long text


def ways_to_keep(actor: Membership) -> dict[str, str]:
    """What can become of a column that has no field, with the words for it."""
    found = {NOTES: _("Add to the description")}
    return found | ({NEW_FIELD: _("Make a new field of it (text)")} if actor.role.can_set_up else {})


def left_out(job: Import, survey: Survey) -> list[tuple[str, int]]:
    """The columns that are left out although they hold something, and how many of their cells do."""
    return [
        (column_label(index, job.headers[index]), survey.columns[index].filled)
        for index, name in enumerate(job.mapping)
        if not name and survey.columns[index].filled and not is_of_refusals(job.headers[index])
    ]


def new_fields(job: Import) -> dict[int, str]:
    """What the fields are to be called that are made of columns."""
    return {
        index: column_label(index, job.headers[index]) for index, name in enumerate(job.mapping) if name == NEW_FIELD
    }


def make_fields(job: Import, actor: Membership, survey: Survey) -> None:
    """Make the fields that were asked for; the columns are those fields then."""
    mapping = list(job.mapping)
    for index, label in new_fields(job).items():
        if not job.made_by.role.can_set_up:
            raise ValidationError(_("Only an admin may make a field of “%(column)s”.") % {"column": label})
        column = survey.columns[index]
        is_long = column.has_lines or column.longest > _ONE_LINE
        kind = FieldKind.LONG_TEXT if is_long else FieldKind.TEXT
        try:
            field = create_field(actor=actor, record_type=job.record_type, kind=kind, label=label)
        except ValidationError as error:
            words_of = {"column": label, "problem": " ".join(error.messages)}
            raise ValidationError(_("No field can be made of “%(column)s”: %(problem)s") % words_of) from error
        mapping[index] = field.name
    job.mapping = mapping


def noted(lines: list[str], base: str) -> str:
    """``base`` with those of ``lines`` that it does not hold yet."""
    for line in lines:
        if f"\n{line}\n" not in f"\n{base}\n":
            base = f"{base}\n{line}" if base else line
    return base


def note_of(job: Import, index: int, text: Any) -> str:
    return f"{column_label(index, job.headers[index])}: {text}"
