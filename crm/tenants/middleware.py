"""``/acme/leads/``: the first segment of a path is the workspace, and becomes the script name.

So ``reverse("leads:list")`` gives ``/acme/leads/`` inside a workspace, and no URL pattern, view or template
ever passes the workspace on.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, set_script_prefix

from crm.tenants.tenant import RESERVED_SLUGS, is_slug


class WorkspacePath:
    """Moves the workspace's slug from the path to SCRIPT_NAME and picks the workspace's URLs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        slug, separator, rest = request.path_info.lstrip("/").partition("/")
        request.workspace_slug = None  # type: ignore[attr-defined]
        if not slug or slug in RESERVED_SLUGS:
            return self.get_response(request)
        if not separator:
            return self._with_slash(request, slug)
        outer = get_script_prefix()
        request.workspace_slug = slug  # type: ignore[attr-defined]
        request.path_info = f"/{rest}"
        request.META["SCRIPT_NAME"] = f"{outer.rstrip('/')}/{slug}"
        request.urlconf = settings.WORKSPACE_URLCONF
        set_script_prefix(f"{request.META['SCRIPT_NAME']}/")
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(outer)

    def _with_slash(self, request: HttpRequest, slug: str) -> HttpResponse:
        """``/acme`` leads to ``/acme/``, whether or not there is such a workspace: strangers learn nothing from it."""
        if request.method not in ("GET", "HEAD") or not is_slug(slug):
            return self.get_response(request)
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{get_script_prefix()}{slug}/{'?' if query else ''}{query}")
