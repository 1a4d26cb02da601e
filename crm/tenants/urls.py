"""Addresses outside the workspace, from inside one (and the other way round)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import get_script_prefix, reverse, set_script_prefix


def _reverse_under(prefix: str, urlconf: str, name: str, /, **arguments: Any) -> str:
    outer = get_script_prefix()
    set_script_prefix(prefix)
    try:
        return reverse(name, urlconf=urlconf, kwargs=arguments or None)
    finally:
        set_script_prefix(outer)


def global_url(name: str, /, **arguments: Any) -> str:
    """Return the path of a page that belongs to no workspace, e.g. ``account_login``."""
    return _reverse_under("/", settings.ROOT_URLCONF, name, **arguments)


def whole_url(path: str) -> str:
    """Return ``path`` with the address that the installation is configured to have: for mails, and links to hand over.

    Never the address of the request: whoever sends that may name any port, or host, of their own.
    """
    return f"{settings.BASE_URL.rstrip('/')}{path}"


def workspace_url(slug: str, name: str, /, **arguments: Any) -> str:
    """Return the path of a page in the workspace ``slug``."""
    return _reverse_under(f"/{slug}/", settings.WORKSPACE_URLCONF, name, **arguments)
