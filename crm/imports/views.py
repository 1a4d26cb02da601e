"""Bringing a file in, once it is there: columns with a preview, dry run or import, progress, refused rows."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.imports import selectors, services
from crm.imports.afterwards import afterwards
from crm.imports.forms import COLUMN, ColumnsForm
from crm.imports.guessing import REFUSED_BECAUSE, REFUSED_ROW, column_label, is_of_refusals
from crm.imports.models import Import, ImportState
from crm.imports.storing import is_kept
from crm.imports.upload_views import reading_context
from crm.records import registry
from crm.records.types import RecordType
from crm.tenants.turns import is_waiting
from crm.ui.http import go, method, respond, respond_polled
from crm.ui.spreadsheets import defuse
from crm.ui.toasts import say
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require

SAMPLES = 3  # of what stands in a column


def index(request: WorkspaceRequest) -> HttpResponse:
    """Imports so far, and where to start one."""
    require(request.actor.role.can_import)
    types = [one for one in registry.record_types() if may(request.actor, "create", one.key)]
    jobs = [(one, registry.record_type(one.record_type)) for one in selectors.imports_of(request.actor)]
    return respond(request, "imports/index.html", {"types": types, "jobs": jobs})


def columns(request: WorkspaceRequest, job_id: UUID) -> HttpResponse:
    """GET shows the columns with the first rows; POST keeps the mapping and starts a dry run or the import."""
    job, record_type = _job(request, job_id)
    if job.state != ImportState.UPLOADED:
        return go(request, reverse("imports:job", args=[job.pk]))
    form = ColumnsForm(job, record_type, request.actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                services.set_columns(
                    job=job,
                    record_type=record_type,
                    mapping=form.mapping(),
                    fixed=form.fixed(),
                    options=form.options(),
                )
                services.start_import(job=job, actor=request.actor, dry_run="dry_run" in request.POST)
            return go(request, reverse("imports:job", args=[job.pk]))
        except ValidationError as error:
            form.add_error(None, error)
    rows = selectors.preview(job)
    context = {
        "job": job,
        "type": record_type,
        "form": form,
        "columns": [
            (
                column_label(index, header),
                form[f"{COLUMN}{index}"],
                [row[index] for row in rows if row[index]][:SAMPLES],
            )
            for index, header in enumerate(job.headers)
        ],
        "fixed": [form[name] for name in form.offered_first],
        "more_fixed": [form[name] for name in form.offered_then],
        "more_is_used": any(form[name].value() for name in form.offered_then),
        "options": [form[name] for name in form.base_fields],
        "rows": rows,
        "reading": reading_context(job, request.actor),
    }
    return respond(request, "imports/columns.html", context, status=422 if form.errors else 200)


def job(request: WorkspaceRequest, job_id: UUID) -> HttpResponse:
    """How far the import is, and what came of it; a part of the page polls while it runs."""
    found, record_type = _job(request, job_id)
    if found.state == ImportState.UPLOADED:
        return go(request, reverse("imports:columns", args=[found.pk]))
    running = found.state in services.OPEN_STATES
    context = {
        "job": found,
        "type": record_type,
        "running": running,
        "is_gone": not running and not is_kept(found),
        "waits": running and is_waiting(found.pk),
        "reasons": [] if running else selectors.common_reasons(found),
        "afterwards": [] if running or found.is_dry_run else afterwards(found.record_type, request.actor),
        "has_remarks": not running and bool(selectors.refused_rows(found, came_in=True, limit=1)),
    }
    return respond_polled(request, "imports/job.html", context, running=running, element="import-progress")


def run(request: WorkspaceRequest, job_id: UUID) -> HttpResponse:
    """POST starts the import after a dry run (``columns``: goes back to them); DELETE cancels a running one."""
    require(method(request) in ("POST", "DELETE"))
    found, _record_type = _job(request, job_id)
    try:
        with transaction.atomic():
            if method(request) == "DELETE":
                services.cancel_import(job=found, actor=request.actor)
            elif "columns" in request.POST:
                services.reopen_columns(job=found)
            else:
                services.start_import(job=found, actor=request.actor, dry_run=False)
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="warning")
    return go(request, reverse("imports:job", args=[found.pk]))


def refused(request: WorkspaceRequest, job_id: UUID) -> HttpResponse:
    """The refused rows as a file: their cells as they stood, and why; mended, it can be imported as it is.

    ``?remarks=1``: the rows that came in and have remarks, which are not to be imported again.
    """
    found, _record_type = _job(request, job_id)
    came_in = "remarks" in request.GET
    kept = [index for index, header in enumerate(found.headers) if not is_of_refusals(header)]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*(defuse(found.headers[index]) for index in kept), REFUSED_ROW, REFUSED_BECAUSE])
    for row in selectors.refused_rows(found, came_in=came_in):
        writer.writerow([*(defuse(row.cells[index]) for index in kept), row.number, defuse("; ".join(row.reasons))])
    response = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="{_("remarks") if "remarks" in request.GET else _("refused")}-{found.pk}.csv"'
    )
    return response


def _job(request: WorkspaceRequest, job_id: UUID) -> tuple[Import, RecordType]:
    require(request.actor.role.can_import)
    found = selectors.get_import(request.actor, job_id)
    return found, registry.record_type(found.record_type)
