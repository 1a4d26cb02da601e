"""The page of any record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.html import conditional_escape

from crm import catalogue
from crm.catalogue.types import RecordType, Section
from crm.fields.look import look_of
from crm.fields.spec import FieldSpec
from crm.pages.recent import remember
from crm.records.access import get_record
from crm.ui.http import go, respond
from crm.users.access import can, why
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership


@dataclass(frozen=True)
class Shown:
    """A field on the page: its label, its HTML, and whether it can be edited in place."""

    spec: FieldSpec
    html: str
    editable: bool


@dataclass(frozen=True)
class ShownSection:
    label: Any
    fields: list[Shown]


def detail_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``GET /<type>/<id>/``."""
    try:
        related, facts = record_type.related(record_type.fields), catalogue.page_facts(record_type)
        record = get_record(request.actor, record_type, record_id, related=related, facts=facts)
    except Http404:
        if (other := catalogue.forwarded(record_type, request.actor, record_id)) is None:
            raise
        return go(request, catalogue.url(other))
    remember(request, record_type, record)
    editable = can(request.actor, "edit", record) and not record_type.locked(record)
    context = {
        "type": record_type,
        "record": record,
        "badges": record_type.badges(record),
        "headline": [shown(record, spec, False) for spec in record_type.specs(record_type.headline)],
        "sections": [_section(record_type, record, section, editable) for section in record_type.sections_now()],
        "system": [shown(record, record_type.spec(name), False) for name in ("created_at", "created_by", "updated_at")],
        "actions": catalogue.actions(record_type, request.actor, record),
        "head_panels": panels_of(request, record_type, record, "head"),
        "middle_panels": panels_of(request, record_type, record, "middle"),
        "side_panels": panels_of(request, record_type, record, "side"),
        "locked": record_type.locked(record),
        "may_edit": editable,
        "may_delete": can(request.actor, "delete", record) and not record_type.locked(record),
    }
    return respond(request, "pages/record.html", context)


def access_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``GET /<type>/<id>/access/``: why the person may see, change and delete it, or may not."""
    record = get_record(request.actor, record_type, record_id)
    nouns = record_type.in_text_plural
    reasons = [(verb, can(request.actor, verb, record), why(request.actor, verb, record, nouns)) for verb in VERBS]
    context = {"type": record_type, "record": record, "reasons": reasons, "url": catalogue.url(record)}
    return respond(request, "pages/access.html", context, partial="dialog")


VERBS = ("view", "edit", "delete")


def shown(record: Any, spec: FieldSpec, editable: bool) -> Shown:
    return Shown(spec, conditional_escape(look_of(spec).html(record)), editable and takes(spec, record))


def takes(spec: FieldSpec, record: Any) -> bool:
    """Whether a form over ``record`` offers the field: it has a value, or the record is in a state that asks for it."""
    if not spec.on_edit or spec.asked_by is None:
        return spec.on_edit
    name, choices = spec.asked_by
    asking = catalogue.type_of(record).spec(name)
    return getattr(record, f"{asking.column}_id") in choices() or spec.value(record) not in (None, "")


def shown_fields(actor: Membership, record: Any, names: Iterable[str]) -> list[Shown]:
    """Those of the fields ``names`` that stand on the record's page, for ``actor``, who may edit it."""
    record_type = catalogue.seen(catalogue.type_of(record), actor)
    standing = {name for section in record_type.sections_now() for name in section.fields}
    return [shown(record, spec, True) for spec in record_type.specs(tuple(name for name in names if name in standing))]


def _section(record_type: RecordType, record: Any, section: Section, editable: bool) -> ShownSection:
    return ShownSection(section.label, [shown(record, spec, editable) for spec in record_type.specs(section.fields)])


def panels_of(request: WorkspaceRequest, record_type: RecordType, record: Any, place: str) -> list[dict[str, Any]]:
    """The panels of ``place`` that have something to show, with what their templates need."""
    found = []
    for panel in catalogue.panels(record_type, place):
        context = panel.load(request.actor, record)
        if context is not None and panel.named and request.GET:
            context |= panel.named(request.actor, record, request.GET)
        if context is not None:
            found.append({"key": panel.key, "template": panel.template, "context": context})
    return found
