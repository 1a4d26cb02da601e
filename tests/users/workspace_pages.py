"""A workspace's pages as small as they get, to look at what the middleware does around them."""

from __future__ import annotations

import json

import structlog
from django.db import connection, transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone, translation

from crm.tenants.context import current_tenant
from crm.users.http import WorkspaceRequest
from crm.users.models import Team


def facts(request: WorkspaceRequest) -> HttpResponse:
    return JsonResponse(
        {
            "tenant": current_tenant().slug,
            "actor": request.actor.name,
            "role": request.actor.role.key,
            "team": str(request.actor.team),
            "zone": timezone.get_current_timezone_name(),
            "language": translation.get_language(),
            "log": {key: str(value) for key, value in structlog.contextvars.get_contextvars().items()},
            "in_transaction": connection.in_atomic_block,
        }
    )


def lazy(request: WorkspaceRequest) -> HttpResponse:
    template = engines["jinja"].from_string("{{ teams.count() }} teams")
    return TemplateResponse(request, template, {"teams": Team.objects.all()})  # type: ignore[arg-type]


def write(request: WorkspaceRequest) -> HttpResponse:
    Team.objects.create(name="North")
    then = request.GET.get("then")
    if then == "crash":
        raise RuntimeError("after the write")
    if then == "404":
        raise Http404
    transaction.on_commit(lambda: None)
    return HttpResponse(json.dumps("written"))


urlpatterns = [
    path("facts/", facts, name="facts"),
    path("lazy/", lazy, name="lazy"),
    path("write/", write, name="write"),
]
