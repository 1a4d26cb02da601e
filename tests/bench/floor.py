"""The floor: for each page one minimal Django view, with a hand-written query and template over the same rows.

No session, no middleware, no person: what is left when everything is left out that a product adds. Row-level security
binds it as it binds the product (same role, same ``SET LOCAL``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from tests.bench import queries

ENGINE = Engine(dirs=[str(Path(__file__).with_name("templates"))], debug=False)


class FloorHandler(WSGIHandler):
    """Django without middleware, for the URLs below."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []

        def respond(request: HttpRequest) -> HttpResponse:
            request.urlconf = __name__  # type: ignore[attr-defined]
            return self._get_response(request)

        self._middleware_chain = convert_exception_to_response(respond)


def _rows(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def page(template: str, *named: tuple[str, str]) -> Callable[[HttpRequest], HttpResponse]:
    """A view that runs the queries (name in the template, SQL) and renders ``template``."""

    def view(request: HttpRequest) -> HttpResponse:
        values = json.loads(request.GET["values"])
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL app.tenant = '{UUID(values['tenant'])}'")
            context = {name: _rows(sql, values) for name, sql in named}
        return HttpResponse(ENGINE.get_template(template).render(Context(context)))

    return view


urlpatterns = [
    path("floor/open_leads/", page("list.html", ("rows", queries.OPEN_LEADS))),
    path("floor/filtered_leads/", page("list.html", ("rows", queries.FILTERED_LEADS))),
    path("floor/deep_leads/", page("list.html", ("rows", queries.DEEP_LEADS))),
    path("floor/lead/", page("lead.html", ("rows", queries.LEAD))),
    path("floor/account/", page("account.html", ("rows", queries.ACCOUNT))),
    path("floor/board/", page("board.html", ("columns", queries.BOARD_TOTALS), ("cards", queries.BOARD_CARDS))),
    path(
        "floor/home/",
        page(
            "home.html",
            ("tasks", queries.HOME_TASKS),
            ("meetings", queries.HOME_MEETINGS),
            ("waiting", queries.HOME_WAITING),
            ("leads", queries.HOME_LEADS),
            ("week", queries.HOME_WEEK),
        ),
    ),
    path("floor/pipeline/", page("pipeline.html", ("rows", queries.PIPELINE))),
]
