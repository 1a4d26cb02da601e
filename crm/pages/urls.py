"""The URLs of a record type."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from django.urls import URLPattern, URLResolver, include, path

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.pages import (
    board,
    columns,
    deletion,
    detail,
    editing,
    export,
    history,
    listing,
    moving,
    preview,
    taking_back,
)
from crm.pages.filter_answers import with_filters
from crm.users.access import may
from crm.users.http import require


def type_urls() -> list[URLResolver]:
    """The pages of all record types, each below its key."""
    types = catalogue.record_types()
    return [path(f"{one.key}/", include((one.urls or record_urls(one), one.key))) for one in types]


def record_urls(record_type: RecordType) -> list[URLPattern]:
    """The pages that every record type has; an app's ``urls.py`` adds its own after them, each by ``page_of``."""

    view = partial(page_of, record_type)
    patterns = [
        path("", view(with_filters(listing.list_page), "view"), name="list"),
        path("new/", view(editing.new_page, "create"), name="new"),
        path("columns/", view(columns.columns_page, "view"), name="columns"),
        path("export/", view(export.export_page, "view"), name="export"),
        path("export.xlsx", view(export.export_workbook, "view"), name="export_xlsx"),
        path("bin/", view(deletion.bin_page, "view"), name="bin"),
        path("<uuid:record_id>/", view(detail.detail_page), name="record"),
        path("<uuid:record_id>/edit/", view(editing.edit_page), name="edit"),
        path("<uuid:record_id>/fields/<slug:name>/", view(editing.field_page), name="field"),
        path("<uuid:record_id>/preview/", view(preview.preview_page), name="preview"),
        path("<uuid:record_id>/history/", view(history.history_page), name="history"),
        path("<uuid:record_id>/access/", view(detail.access_page), name="access"),
        path("<uuid:record_id>/deletion/", view(deletion.deletion_page), name="deletion"),
    ]
    if record_type.board:  # what is moved by one press is moved back by one
        patterns += [
            path("board/", view(with_filters(board.board_page), "view"), name="board"),
            path("<uuid:record_id>/changes/<uuid:event_id>/", view(taking_back.change_page), name="change"),
        ]
        if not record_type.board.move_url:
            patterns.append(path("<uuid:record_id>/column/", view(moving.move_page), name="move"))
    return patterns


def page_of(record_type: RecordType, page: Callable[..., Any], verb: str = "") -> Callable[..., Any]:
    """The view that calls ``page`` with the request and the type as the person who asks sees it (``catalogue.seen``).

    No page takes the whole type: what is hidden from somebody would be on it. It is for who may do ``verb`` to some
    records of the type; a page about one record asks for that itself.
    """
    return update_wrapper(partial(_call, page, record_type, verb), page)


def _call(page: Callable[..., Any], record_type: RecordType, verb: str, request: Any, **arguments: Any) -> Any:
    require(not verb or may(request.actor, verb, record_type.key))
    return page(request, catalogue.seen(record_type, request.actor), **arguments)
