"""What a workspace's views know about a request, and how they refuse."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from crm.tenants.models import Tenant
from crm.users.models import Membership, User


class WorkspaceRequest(HttpRequest):
    """A request under ``/<slug>/``: signed in, inside its tenant, by an active member (see ``middleware.py``)."""

    tenant: Tenant
    actor: Membership
    htmx: HtmxDetails
    user: User


class AnsweredError(Exception):
    """What a view raises to be answered in another way than its own, the same for all views: by ``answer``, inside
    the workspace. Nothing that it has written stays."""

    def answer(self, request: WorkspaceRequest) -> HttpResponse:
        raise NotImplementedError


def require(condition: object) -> None:
    """Answer 404 unless ``condition`` holds: what one may not do looks like what does not exist."""
    if not condition:
        raise Http404


def workspace_path(slug: str) -> str:
    """Return where the workspace ``slug`` begins."""
    return f"/{slug}/"
