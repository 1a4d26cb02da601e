"""What every view answers whose record may not be written now: why not, and what was typed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from crm import catalogue
from crm.pages.detail import panels_of
from crm.pages.kept import body_of
from crm.pages.typed import typed_words
from crm.ui.http import is_fragment, respond
from crm.users.http import AnsweredError, WorkspaceRequest

DIALOG = "dialog"  # the target of what is asked for in there (dialogs.js)


class LockedPageError(AnsweredError):
    """What was asked cannot be done to ``record`` now, and why (mostly ``RecordType.locked``). What was typed is given
    back.

    A part of a page keeps what was typed where it stands, and shows the ``reason`` as a word.
    """

    def __init__(self, record: Any, reason: str) -> None:
        self.record, self.reason = record, reason
        super().__init__(reason)

    def answer(self, request: WorkspaceRequest) -> HttpResponse:
        if is_fragment(request) and request.htmx.target != DIALOG:
            return HttpResponse(self.reason, status=409, content_type="text/plain; charset=utf-8")
        posted = request.method == "POST"
        record_type = catalogue.seen(catalogue.type_of(self.record), request.actor)
        context = {
            "type": record_type,
            "record": self.record,
            "reason": self.reason,
            "url": catalogue.url(self.record),
            "panels": panels_of(request, record_type, self.record, "locked"),
            "typed": typed_words(request.path_info, dict(body_of(request)), request.actor) if posted else [],
        }
        return respond(request, "pages/locked.html", context, partial="dialog", status=409)


def refuse_locked(record: Any) -> None:
    """Answer by that page if ``record`` may not be written now."""
    if reason := catalogue.type_of(record).locked(record):
        raise LockedPageError(record, reason)
