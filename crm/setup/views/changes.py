"""Who changed the setup."""

from __future__ import annotations

from django.http import HttpResponse

from crm.pages.setup import setup_page, show
from crm.setup.changes import setup_events, told
from crm.setup.tables import ChangeLog
from crm.ui.paging import Ordering, page_by_key
from crm.users.http import WorkspaceRequest


@setup_page
def list_changes(request: WorkspaceRequest) -> HttpResponse:
    """Changes of people, lists and settings, the latest first."""
    page = page_by_key(
        setup_events(), Ordering([("at", True)]), after=request.GET.get("after"), before=request.GET.get("before")
    )
    return show(request, "setup/changes.html", {"page": page, "table": ChangeLog(told(page.rows))})
