"""The first page of the setup."""

from __future__ import annotations

from django.http import HttpResponse

from crm.pages.setup import setup_page, show
from crm.users.http import WorkspaceRequest


@setup_page
def index(request: WorkspaceRequest) -> HttpResponse:
    """A card for each thing that can be set up."""
    return show(request, "setup/index.html", {})
