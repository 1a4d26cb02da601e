"""Bringing a file in, once its columns are set: dry run or import, progress, refused rows."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from crm import catalogue
from crm.imports import selectors, services
from crm.imports.afterwards import Afterwards, afterwards, told_before
from crm.imports.http import import_of
from crm.imports.layout import layout_of
from crm.imports.left_out import told_left_out
from crm.imports.meanwhile import lost_columns
from crm.imports.models import UPLOADED, Import
from crm.imports.planned import planning
from crm.imports.refused_file import refused_file
from crm.imports.results import result_of, row_page
from crm.imports.storing import is_kept
from crm.runs.files import download
from crm.runs.progress import respond_run
from crm.ui.http import go, method_of, respond
from crm.ui.toasts import say
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require


def index(request: WorkspaceRequest) -> HttpResponse:
    """Imports so far, and where to start one."""
    require(request.actor.role.can_import)
    types = [one for one in catalogue.record_types() if may(request.actor, "create", one.key)]
    runs = [(one, catalogue.seen_type(one.record_type, request.actor)) for one in selectors.imports_of(request.actor)]
    return respond(request, "imports/index.html", {"types": types, "runs": runs})


def page(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """How far the import is, and what came of it; a part of the page polls while it runs.

    After a dry run its rows are listed: ``?outcome=`` those of one outcome, ``page`` some of them.
    """
    found, record_type = import_of(request, run_id)
    if found.state == UPLOADED:
        return go(request, reverse("imports:columns", args=[found.pk]))
    running = found.is_open
    context = {
        **told_left_out(found, found.left_out, request.actor),
        "type": record_type,
        "tried": str(found.tried_at or ""),
        "is_gone": not running and not is_kept(found),
        "reasons": None if running else _reasons(request, found),
        "afterwards": [] if running else _follows(request, found),
        "has_remarks": not running and bool(selectors.refused_rows(found, came_in=True, limit=1)),
        "rows": row_page(found, request.GET) if found.is_dry_run and not running else None,
    }
    with planning(found):  # what a dry run tells of them
        result = context["result"] = result_of(found, record_type)
        context["lost"] = lost_columns(layout_of(found, record_type)) if found.is_dry_run and not running else ""
    context |= {"state": result.state, "tone": result.tone, "notes": result.notes}
    return respond_run(request, found, "imports/run.html", counts=result.counts, context=context)


def _follows(request: WorkspaceRequest, run: Import) -> list[Afterwards]:
    return told_before(run) if run.is_dry_run else afterwards(run.record_type, request.actor)


def _reasons(request: WorkspaceRequest, run: Import) -> selectors.Reasons:
    """``?reasons=all`` lists more of them."""
    return selectors.common_reasons(run, selectors.ALL_REASONS if "reasons" in request.GET else selectors.REASONS_SHOWN)


def run(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """POST starts the ``import`` after a dry run, or goes back to the ``columns``; DELETE cancels a running one."""
    require(method_of(request) in ("POST", "DELETE"))
    found, _record_type = import_of(request, run_id)
    try:
        with transaction.atomic():
            if method_of(request) == "DELETE":
                services.cancel_import(run=found, actor=request.actor)
            elif "columns" in request.POST:
                services.reopen_columns(run=found)
            elif "import" in request.POST:
                services.start_import(
                    run=found, actor=request.actor, dry_run=False, tried=request.POST.get("tried", "")
                )
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="warning")
    return go(request, reverse("imports:page", args=[found.pk]))


def refused(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The refused rows as a file: their cells as they stood, and why; mended, it can be imported as it is.

    ``?remarks=1``: the rows that came in and have remarks, which are not to be imported again.
    """
    found, _record_type = import_of(request, run_id)
    return download(refused_file(found, came_in="remarks" in request.GET))
