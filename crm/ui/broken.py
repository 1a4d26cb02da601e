"""The answer to what nobody has caught: our own fault, or the database being away."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from crm.ui.http import is_fragment

RETRY_SECONDS = 10


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 while the database does not answer: a commit may have gone through that we have not heard of."""
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        return HttpResponse(render_to_string("500.html"), status=500)
    headers = {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
    if is_fragment(request):
        text = _("The database does not answer. We do not know whether it was saved: try again in a moment.")
        return HttpResponse(text, status=503, headers=headers, content_type="text/plain; charset=utf-8")
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
