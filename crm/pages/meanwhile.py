"""Moves of a record that somebody else has moved since the page was drawn."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.pages.board import from_board
from crm.records.versions import ConflictError, refuse_unseen
from crm.ui.http import back_to, respond
from crm.users.http import WorkspaceRequest

ALL_THE_SAME = gettext_lazy("Press the button again to do it anyway.")  # the form has seen it by then
MOVED_FROM = "moved_from"  # in a form that moves, or a link to one: the value that it had when the page was drawn


def unseen_move(request: WorkspaceRequest, record_type: RecordType, record: Any, field: str, target: Any) -> str:
    """Return who has moved the record elsewhere since the page was drawn; "" when nobody has."""
    if not (seen := request.POST.get(MOVED_FROM) or request.GET.get(MOVED_FROM, "")):
        return ""
    try:
        refuse_unseen(record_type, record, {field: target}, {field: seen})
    except ConflictError as error:
        return " ".join(error.messages)
    return ""


def ask_to_move(
    request: WorkspaceRequest, record_type: RecordType, record: Any, field: str, target: Any, *, sentence: str
) -> HttpResponse:
    """Ask whether the record shall go to ``target`` all the same."""
    spec = record_type.spec(field)
    context = {
        "type": record_type,
        "record": record,
        "field": field,
        "now": spec.value(record),
        "target": target,
        "sentence": sentence,
        "action": reverse(record_type.move_name, kwargs={"record_id": record.pk}),
        "back": back_to(request, catalogue.url(record)),
    }
    response = respond(request, "pages/moved_meanwhile.html", context, partial="dialog", status=409)
    if from_board(request):
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    return response
