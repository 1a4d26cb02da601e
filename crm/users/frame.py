"""What the frame around a workspace's page shows of people: who one is, and the way to other workspaces."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from crm.ground.text import sort_key
from crm.tenants.urls import global_url
from crm.ui import nav
from crm.users.http import WorkspaceRequest, workspace_path


@dataclass(frozen=True)
class WorkspaceLink:
    name: str
    url: str


def other_workspaces(request: WorkspaceRequest) -> list[WorkspaceLink]:
    """Return the way to each other workspace that the person belongs to."""
    others = sorted(request.tenant.others, key=lambda other: sort_key(other["name"]))  # type: ignore[attr-defined]
    return [WorkspaceLink(other["name"], workspace_path(other["slug"])) for other in others]


def _all_workspaces(request: HttpRequest) -> str:
    return global_url("workspaces")


def _sign_out(request: HttpRequest) -> str:
    return global_url("account_logout")


nav.register_fact("workspaces", other_workspaces)  # type: ignore[arg-type]
nav.register_link("workspaces", _all_workspaces)
nav.register_link("sign_out", _sign_out)
nav.register_link("person", "users:profile")
