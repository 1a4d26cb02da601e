"""What the product answers, told by the server itself: the browser would tell of every style sheet, and slowly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tests.database import leave_other_databases


@dataclass(frozen=True)
class Answer:
    verb: str  # DELETE where a form says so
    path: str
    status: int
    is_page: bool  # and not a part of one


listeners: list[Callable[[Answer], None]] = []


class TellingHandler(WSGIHandler):
    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        leave_other_databases()  # the walk goes on in a fresh copy
        response = super().get_response(request)
        if listeners:
            verb = str(request.method)
            if verb == "POST" and response.status_code != 400:  # what cannot be read has no fields
                verb = request.POST.get("_method", verb)
            is_page = request.headers.get("Sec-Fetch-Mode") == "navigate"
            answer = Answer(verb, request.get_full_path(), response.status_code, is_page)
            for listener in listeners:
                listener(answer)
        return response
