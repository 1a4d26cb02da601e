"""Undo of a change of a record, behind the toast that tells of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.events.selectors import events_of
from crm.pages.board import back_to_card
from crm.records.access import get_record
from crm.records.taking_back import take_back, what_stays
from crm.ui.http import go, method_of
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


def undo_url(record: Any, event: Event | None, back: str) -> str:
    """The address that takes ``event`` back, for ``say(…, undo_url=…)``; "" when nothing was done."""
    if event is None:
        return ""
    url = reverse(f"{record.type_key}:change", kwargs={"record_id": record.pk, "event_id": event.pk})
    return f"{url}?{urlencode({'back': back})}"


def change_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID, event_id: UUID) -> HttpResponse:
    """``/<type>/<id>/changes/<event>/``: DELETE takes the change back; a link leads to the history."""
    method = method_of(request)
    record = get_record(request.actor, record_type, record_id, verb="edit", lock=method == "DELETE")
    event = events_of(record).filter(pk=event_id).first()
    if event is None:
        raise Http404
    if method != "DELETE":
        return go(request, reverse(f"{record_type.key}:history", kwargs={"record_id": record.pk}))
    try:
        with transaction.atomic():
            take_back(record, event, actor=request.actor)
    except ValidationError as error:
        text = _("Not undone. %(why)s") % {"why": " ".join(error.messages)}
        say(request, text, tone="warning")
    else:
        text = _("Undone: %(name)s is as it was.") % {"name": record.name}
        say(request, " ".join((text, *what_stays(events=events_of(record).filter(pk=event.pk)))))
    return go(request, back_to_card(request, record))
