"""What one has been told."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm import catalogue
from crm.notices.selectors import Told, told, told_with
from crm.notices.services import mark_read
from crm.records.access import visible_records
from crm.ui.http import go, respond
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership


@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """``GET /notifications/``: the latest first."""
    lines = told(request.actor)
    context = {"lines": lines, "unread": sum(one.is_unread for one in lines)}
    return respond(request, "notices/index.html", context)


@require_GET
def notice(request: WorkspaceRequest, notice_id: UUID) -> HttpResponse:
    """``GET /notifications/<id>/``: leads to what it is about; with that it is read."""
    line = told_with(request.actor, notice_id)
    if line is None:
        raise Http404
    mark_read(actor=request.actor, ids=line.ids)
    return go(request, _target(request.actor, line))


@require_POST
def reading(request: WorkspaceRequest) -> HttpResponse:
    """``POST /notifications/reading/``: all of them are read."""
    if mark_read(actor=request.actor):
        say(request, _("All notifications are marked as read."))
    return go(request, reverse("notices:index"))


def _target(actor: Membership, line: Told) -> str:
    """The record, or the page of several of the kind: by default the list of what one owns."""
    row = line.rows[0]
    if len(line.rows) == 1 and line.kind.leads_to is not None:
        return line.kind.leads_to(actor, row.event)
    types = {one.key: one for one in catalogue.record_types()}
    if len(line.rows) == 1 and row.record_type in types:
        record = visible_records(actor, types[row.record_type]).filter(pk=row.record_id).first()
        if record is not None:
            return catalogue.url(record)
    if line.kind.home:
        return reverse(line.kind.home)
    return f"{reverse(f'{row.record_type}:list')}?owner=me" if row.record_type in types else reverse("notices:index")
