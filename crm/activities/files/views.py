"""Handing files out, and taking them away."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

import structlog
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.activities.files import services
from crm.activities.files.selectors import get_file
from crm.activities.files.trash import bring_back
from crm.activities.models import StoredFile
from crm.activities.views import home_of
from crm.ui.http import back_to, go, method_of, respond
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest

logger = structlog.get_logger(__name__)


@require_safe
def download(request: WorkspaceRequest, file_id: UUID) -> HttpResponseBase:
    """The file as an attachment, in pieces. It never runs as a page of ours, whatever it holds."""
    file = get_file(request.actor, file_id)
    try:
        content = _bytes_of(file)
    except FileNotFoundError:
        logger.error("file_missing", key=file.key)
        context = {"file": file, "back": home_of(request, file.activity)}
        return respond(request, "activities/file_lost.html", context, status=410)
    response = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.content_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # As it lies there: compressing it on the way would lose its length, and most files are compressed already.
    response.headers["Content-Encoding"] = "identity"
    return response


def _bytes_of(file: StoredFile) -> File:
    """What is not there, or only half, may be on its way out of the trash."""
    with suppress(FileNotFoundError):
        if default_storage.size(file.key) == file.size:
            return default_storage.open(file.key)
    if not bring_back(file.pk):
        raise FileNotFoundError(file.key)
    return default_storage.open(file.key)


@require_POST
def deletion(request: WorkspaceRequest, file_id: UUID) -> HttpResponse:
    """POST puts the file away, DELETE brings it back."""
    restores = method_of(request) == "DELETE"
    file = get_file(request.actor, file_id, verb="edit", lock=True, deleted=restores)
    home = back_to(request, home_of(request, file.activity))
    if restores:
        services.restore_file(file=file, actor=request.actor)
        say(request, _("“%(name)s” is back.") % {"name": file})
    else:
        services.delete_file(file=file, actor=request.actor)
        say(request, _("“%(name)s” was deleted.") % {"name": file}, undo_url=request.path)
    return go(request, home)
