"""What a workspace's views know about a request, and how they refuse."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django_htmx.middleware import HtmxDetails

from crm.tenants.models import Tenant
from crm.users.models import Membership, User


class WorkspaceRequest(HttpRequest):
    """A request under ``/<slug>/``: signed in, inside its tenant, by an active member (see ``middleware.py``)."""

    tenant: Tenant
    actor: Membership
    htmx: HtmxDetails
    user: User


def require(condition: object) -> None:
    """Answer 404 unless ``condition`` holds: what one may not do looks like what does not exist."""
    if not condition:
        raise Http404


def workspace_path(slug: str) -> str:
    """Return where the workspace ``slug`` begins."""
    return f"/{slug}/"
