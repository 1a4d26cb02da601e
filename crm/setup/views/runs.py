"""What workflows did, and what they failed at."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.events import selectors
from crm.events.handlers import label_of
from crm.events.services import retry
from crm.pages.setup import setup_page, show
from crm.setup.runs import links_of, told
from crm.setup.tables import RunLog
from crm.ui.http import go
from crm.ui.paging import Ordering, page_by_key
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


@setup_page
def list_runs(request: WorkspaceRequest) -> HttpResponse:
    """Given up messages first, each with a retry; then every run, the latest first."""
    page = page_by_key(
        selectors.runs(), Ordering([("at", True)]), after=request.GET.get("after"), before=request.GET.get("before")
    )
    given_up = list(selectors.failed_messages()[:100])
    links = links_of([row.event for row in (*page.rows, *given_up)])
    runs = [
        {
            "run": run,
            "phrase": told(run.event),
            "record": links.get(run.event_id),
            "workflow": label_of(run.handler),
        }
        for run in page.rows
    ]
    failed = [
        {
            "message": message,
            "phrase": told(message.event),
            "record": links.get(message.event_id),
            "workflow": label_of(message.handler),
        }
        for message in given_up
    ]
    return show(request, "setup/runs.html", {"page": page, "table": RunLog(runs), "failed": failed})


@setup_page
@require_POST
def retry_message(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """Try a given up message again."""
    message = selectors.failed_messages().filter(pk=id).first()
    if message is None:
        raise Http404
    retry(message=message, actor=request.actor)
    say(request, _("It is being tried again. Look here in a moment."))
    return go(request, reverse("setup:runs"))
