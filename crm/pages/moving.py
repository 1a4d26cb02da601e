"""Moving a record of any type to another column of its board."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.ground.ids import uuid_of
from crm.pages import board
from crm.pages.locked import refuse_locked
from crm.pages.meanwhile import ask_to_move, unseen_move
from crm.pages.taking_back import undo_url
from crm.records.access import get_record
from crm.ui.http import back_to, go, respond
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


def move_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/<type>/<id>/column/``: GET asks where to, POST moves. The column stands under the name of
    the field that the board goes by, as the board sends it.

    A card that was dropped on the board gets what has changed on it; every other form leaves for ``back``.
    """
    assert record_type.board is not None
    posted = request.method == "POST"
    record = get_record(request.actor, record_type, record_id, verb="edit", lock=posted)
    refuse_locked(record)
    column = record_type.spec(record_type.board.column)
    columns = [one for one in record_type.board.columns() if one.is_active]
    chosen = _chosen(request, column.name, columns)
    if not posted or chosen is None:
        now = getattr(record, f"{column.column}_id")
        context = {"type": record_type, "record": record, "columns": columns, "now": now}
        context["back"] = back_to(request, catalogue.url(record))
        return respond(request, "pages/move.html", context, partial="form", status=422 if posted else 200)
    if sentence := unseen_move(request, record_type, record, column.name, chosen):
        return ask_to_move(request, record_type, record, column.name, chosen, sentence=sentence)
    before = getattr(record, f"{column.column}_id")
    try:
        event = record_type.update(record, actor=request.actor, values={column.name: chosen})
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="warning")
        return go(request, board.back_to_card(request, record))
    words = {"name": record.name, "column": chosen}
    undo = undo_url(record, event, back_to(request, catalogue.url(record)))
    say(request, _("%(name)s is now: %(column)s.") % words, undo_url=undo)
    if board.from_board(request):
        return board.moved(request, record_type, record, before)
    return go(request, board.back_to_card(request, record))


def _chosen(request: WorkspaceRequest, name: str, columns: list[Any]) -> Any:
    """The column that was named; None when none was."""
    text = request.POST.get(name) or request.GET.get(name, "")
    found = next((one for one in columns if one.pk == uuid_of(text)), None)
    if text and found is None:
        raise Http404
    return found
