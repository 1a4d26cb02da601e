"""Sending a row of the permission table, and reading the URLconfs that it must cover."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver

from crm.tenants.urls import workspace_url
from tests.permissions.samples import CSV, Sample
from tests.permissions.table import Row


def path_of(row: Row, sample: Sample, *, slug: str = "", **others: str) -> str:
    """The address of ``row`` in the workspace ``slug`` (default: the sample's own); ``others`` replace arguments."""
    arguments = {name: sample.value(text) for name, text in row.arguments.items()} | others
    return workspace_url(slug or sample.firm.tenant.slug, row.name, **arguments)


def send(client: Client, row: Row, path: str, sample: Sample) -> HttpResponse:
    """Ask as a browser would: a form has no other method than POST, and says DELETE in a field."""
    if row.method == "GET":
        return client.get(path)
    data: dict[str, Any] = {name: sample.value(text) for name, text in row.data.items()}
    if data.get("file") == "@csv":
        data["file"] = SimpleUploadedFile("some.csv", CSV)
    if row.method != "POST":
        data["_method"] = row.method
    return client.post(path, data)


def url_names(urlconf: str) -> Iterator[str]:
    """The names of all URLs, with their namespaces; an unnamed one gives its pattern, which no table has."""
    yield from _names(import_module(urlconf).urlpatterns, "")


def _names(patterns: list[URLPattern | URLResolver], namespace: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}" if pattern.name else f"unnamed: {pattern.pattern}"
