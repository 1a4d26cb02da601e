"""Steps of an import after the upload: columns, start (or dry run), cancel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.catalogue.types import RecordType
from crm.events.types import EventType
from crm.imports.answers import Answers
from crm.imports.events import CANCELLED, STARTED
from crm.imports.kind import IMPORT
from crm.imports.layout import layout_of
from crm.imports.left_out import left_out
from crm.imports.mappable import mappable
from crm.imports.meanwhile import refuse_lost_columns
from crm.imports.models import NOTES, UPLOADED, Import, ImportRow, RefusedRow
from crm.imports.planned import NEW_FIELD, make_fields, plan_fields, planned_labels, settle_kinds
from crm.imports.storing import is_kept
from crm.imports.survey import survey_of
from crm.runs.models import RunState
from crm.runs.services import cancel, hand_over, refuse_many_waiting
from crm.runs.steps import make_new
from crm.users.models import Membership


def take_to_be_set(job: Import) -> Import:
    """Return the import as it is now, held until the end of the transaction; raise when its columns are settled."""
    job = Import.objects.select_for_update().get(pk=job.pk)
    if job.state != UPLOADED:
        raise ValidationError(_("This import has already been started."))
    return job


@transaction.atomic
def set_columns(
    *,
    job: Import,
    record_type: RecordType,
    mapping: list[str],
    fixed: dict[str, str],
    answers: Answers,
    options: dict[str, Any],
    kinds: Mapping[int, str] | None = None,
) -> None:
    """Say what each column is and what its words mean; ``options`` are ``existing`` and ``clear_empty``, ``kinds``
    those of the fields that are to be made of columns, by their place."""
    take_to_be_set(job)
    can_be = mappable(record_type, job.made_by)
    kept = {NOTES, NEW_FIELD}
    chosen = [name for name in mapping if name]
    if (
        len(mapping) != len(job.headers)
        or not set(chosen) <= (can_be.names - job.planned.keys()) | {NEW_FIELD}
        or not set(fixed) <= can_be.fields.keys() - job.planned.keys()
    ):
        raise ValidationError(_("Choose a field, or “leave out”, for every column."))
    labels = {name: str(spec.label) for name, (_link, spec) in can_be.brought.items()} | can_be.more
    labels |= record_type.labels()
    twice = sorted({str(labels[name]) for name in set(chosen) - kept if chosen.count(name) > 1})
    if twice:
        raise ValidationError(_("Two columns cannot be the same field: %(fields)s.") % {"fields": ", ".join(twice)})
    completed = can_be.completed
    alone = [name for name in chosen if completed.get(name, name) not in chosen]
    if alone:
        words = {"column": labels[alone[0]], "field": labels[completed[alone[0]]]}
        raise ValidationError(_("“%(column)s” needs a column for “%(field)s” too.") % words)
    if not chosen:
        raise ValidationError(_("Every column is left out: there is nothing to import."))
    job.fixed, job.answers = fixed, answers
    job.mapping = plan_fields(job, mapping, kinds or {})
    for name, value in options.items():
        setattr(job, name, value)
    job.save(update_fields=["mapping", "fixed", "answers", "planned", *options])
    if job.planned:
        settle_kinds(job, survey_of(job))


@transaction.atomic
def set_styles(*, job: Import, styles: dict[str, Any]) -> None:
    """Say how numbers and dates are written, by field: see ``styles.py``."""
    take_to_be_set(job)
    job.styles = styles
    job.save(update_fields=["styles"])


@transaction.atomic
def start_import(*, job: Import, actor: Membership, dry_run: bool, tried: str = "") -> None:
    """Queue the import; a dry run that is over may be followed by the real one.

    ``tried`` (``str(Import.tried_at)``) tells which dry run was looked at: after another one it is refused. What the
    import says is left out, and the fields that it makes, are those of the columns as they are then.
    """
    job = Import.objects.select_for_update().get(pk=job.pk)
    after_dry_run = job.is_dry_run and job.state in (RunState.DONE, RunState.CANCELLED)
    if job.state != UPLOADED and not after_dry_run:
        raise ValidationError(_("This import has already been started."))
    if not is_kept(job):
        raise ValidationError(_("The file of this import was deleted. Choose it again."))
    if not job.total:
        raise ValidationError(_("The file has no rows below its headers: there is nothing to import."))
    if after_dry_run and job.tried_at is None:
        raise ValidationError(_("Make the dry run again first: “Change the columns” takes you there."))
    if after_dry_run and tried != str(job.tried_at):
        raise ValidationError(_("The columns were changed since, and tried again. Look at what would be done now."))
    refuse_many_waiting(job.made_by, actor)
    refuse_lost_columns(layout_of(job))
    RefusedRow.objects.filter(job=job).delete()
    ImportRow.objects.filter(job=job).delete()
    if not after_dry_run:
        job.tried_at = None
    make_new(IMPORT, job)
    job.is_dry_run = dry_run
    job.left_out = left_out(job, survey_of(job))
    fields = planned_labels(job)
    job.added = {"field": fields} if fields else {}
    if not dry_run:
        make_fields(job, actor)
    if not dry_run:
        _tell(job, actor, STARTED)
    hand_over(IMPORT, job)


@transaction.atomic
def reopen_columns(*, job: Import) -> None:
    """After a dry run: back to the columns."""
    job = Import.objects.select_for_update().get(pk=job.pk)
    if not (job.is_dry_run and not job.is_open):
        raise ValidationError(_("Only a dry run can be taken back."))
    job.state, job.is_dry_run = UPLOADED, False
    job.save(update_fields=["state", "is_dry_run"])


@transaction.atomic
def cancel_import(*, job: Import, actor: Membership) -> None:
    """Stop after the batch that is under way; what came in stays and is said."""
    if cancel(IMPORT, job):
        _tell(job, actor, CANCELLED)


def _tell(job: Import, actor: Membership, event_type: EventType) -> None:
    data: dict[str, Any] = {"file": job.file_name, "type": job.record_type, "rows": job.total}
    events.record(event_type, record=None, actor=actor, data=data)
