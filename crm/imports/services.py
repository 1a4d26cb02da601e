"""Steps of an import after the upload: columns, start (or dry run), cancel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
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


def take_to_be_set(run: Import) -> Import:
    """Return the import as it is now, held until the end of the transaction; raise when its columns are settled."""
    run = Import.objects.select_for_update().get(pk=run.pk)
    if run.state != UPLOADED:
        raise ValidationError(_("This import has already been started."))
    return run


@transaction.atomic
def set_columns(
    *,
    run: Import,
    record_type: RecordType,
    mapping: list[str],
    fixed: dict[str, str],
    answers: Answers,
    options: dict[str, Any],
    kinds: Mapping[int, str] | None = None,
) -> None:
    """Say what each column is and what its words mean; ``options`` are ``existing`` and ``clear_empty``, ``kinds``
    those of the fields that are to be made of columns, by their place."""
    take_to_be_set(run)
    can_be = mappable(record_type, run.made_by)
    kept = {NOTES, NEW_FIELD}
    chosen = [name for name in mapping if name]
    if (
        len(mapping) != len(run.headers)
        or not set(chosen) <= (can_be.names - run.planned.keys()) | {NEW_FIELD}
        or not set(fixed) <= can_be.fields.keys() - run.planned.keys()
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
    run.fixed, run.answers = fixed, answers
    run.mapping = plan_fields(run, mapping, kinds or {})
    for name, value in options.items():
        setattr(run, name, value)
    run.save(update_fields=["mapping", "fixed", "answers", "planned", *options])
    if run.planned:
        settle_kinds(run, survey_of(run))


@transaction.atomic
def set_styles(*, run: Import, styles: dict[str, Any]) -> None:
    """Say how numbers and dates are written, by field: see ``styles.py``."""
    take_to_be_set(run)
    run.styles = styles
    run.save(update_fields=["styles"])


@transaction.atomic
def start_import(*, run: Import, actor: Membership, dry_run: bool, tried: str = "") -> None:
    """Queue the import; a dry run that is over may be followed by the real one.

    ``tried`` (``str(Import.tried_at)``) tells which dry run was looked at: after another one it is refused. What the
    import says is left out, and the fields that it makes, are those of the columns as they are then.
    """
    run = Import.objects.select_for_update().get(pk=run.pk)
    after_dry_run = run.is_dry_run and run.state in (RunState.DONE, RunState.CANCELLED)
    if run.state != UPLOADED and not after_dry_run:
        raise ValidationError(_("This import has already been started."))
    if not is_kept(run):
        raise ValidationError(_("The file of this import was deleted. Choose it again."))
    if not run.total:
        raise ValidationError(_("The file has no rows below its headers: there is nothing to import."))
    if after_dry_run and run.tried_at is None:
        raise ValidationError(_("Make the dry run again first: “Change the columns” takes you there."))
    if after_dry_run and tried != str(run.tried_at):
        raise ValidationError(_("The columns were changed since, and tried again. Look at what would be done now."))
    refuse_many_waiting(run.made_by, actor)
    refuse_lost_columns(layout_of(run))
    RefusedRow.objects.filter(run=run).delete()
    ImportRow.objects.filter(run=run).delete()
    if not after_dry_run:
        run.tried_at = None
    make_new(IMPORT, run)
    run.is_dry_run = dry_run
    run.left_out = left_out(run, survey_of(run))
    fields = planned_labels(run)
    run.added = {"field": fields} if fields else {}
    if not dry_run:
        make_fields(run, actor)
    if not dry_run:
        _tell(run, actor, STARTED)
    run.seen_at = timezone.now()
    run.save()
    hand_over(IMPORT, run)


@transaction.atomic
def reopen_columns(*, run: Import) -> None:
    """After a dry run: back to the columns."""
    run = Import.objects.select_for_update().get(pk=run.pk)
    if not (run.is_dry_run and not run.is_open):
        raise ValidationError(_("Only a dry run can be taken back."))
    run.state, run.is_dry_run = UPLOADED, False
    run.save(update_fields=["state", "is_dry_run"])


@transaction.atomic
def cancel_import(*, run: Import, actor: Membership) -> None:
    """Stop after the batch that is under way; what came in stays and is said."""
    if cancel(IMPORT, run):
        _tell(run, actor, CANCELLED)


def _tell(run: Import, actor: Membership, event_type: EventType) -> None:
    data: dict[str, Any] = {"file": run.file_name, "type": run.record_type, "rows": run.total}
    events.record(event_type, record=None, actor=actor, data=data)
