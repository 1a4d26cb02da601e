"""Making and changing any record: the form page, and one field in place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BoundField
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import Objection, RecordType
from crm.fields.kinds import Lookup, Money
from crm.fields.look import look_of
from crm.fields.look.forms import RecordForm
from crm.fields.models import NAME_PREFIX
from crm.fields.spec import FieldSpec
from crm.ground.ids import uuid_of
from crm.pages.detail import shown, takes
from crm.pages.idempotency import already_made, new_key, remember_made
from crm.pages.locked import refuse_locked
from crm.records.access import get_record, visible_records
from crm.tenants.locks import wait_for_turn
from crm.ui.http import go, respond
from crm.ui.toasts import say
from crm.users.access import can
from crm.users.http import WorkspaceRequest, require

SHOWN_ELSEWHERE = "record-changed, activities-changed"  # the record's head and its timeline look again


def new_page(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``GET /<type>/new/?field=value`` shows the form prefilled; ``POST`` makes the record."""
    specs = tuple(spec for spec in _form_specs(record_type) if spec.on_create)
    if request.method != "POST":
        form = RecordForm(specs, actor=request.actor, initial=_prefill(request, record_type, specs))
        next(iter(form.fields.values())).widget.attrs["autofocus"] = True
        return _form_page(request, record_type, form)
    if made := already_made(request):
        return go(request, made)
    withheld = catalogue.withheld(record_type.key, request.actor)
    form = RecordForm(specs, actor=request.actor, data=request.POST, type_key=record_type.key, withheld=withheld)
    if form.is_valid() and (objection := objection_to(request, record_type, form.values())):
        return _form_page(request, record_type, form, status=422, objection=objection)
    record = _write(form, lambda values: record_type.create(actor=request.actor, values=values))
    if record is None:
        return _form_page(request, record_type, form, status=422)
    remember_made(request, catalogue.url(record))
    say(request, _("%(name)s was created.") % {"name": record.name})
    if "again" in request.POST:
        return go(request, request.get_full_path())
    return _leave(request, record_type, record)


def edit_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``GET /<type>/<id>/edit/`` shows the form; ``POST`` writes the fields that the person changed."""
    lock = request.method == "POST"
    record = get_record(request.actor, record_type, record_id, verb="edit", lock=lock)
    refuse_locked(record)
    specs = tuple(spec for spec in _form_specs(record_type) if _stands_on(request, spec, record))
    if not lock:
        return _form_page(request, record_type, RecordForm(specs, actor=request.actor, record=record))
    withheld = catalogue.withheld(record_type.key, request.actor)
    form = RecordForm(
        specs, actor=request.actor, record=record, data=request.POST, type_key=record_type.key, withheld=withheld
    )
    asks = form.is_valid() and "anyway" not in request.POST
    if asks and (objection := record_type.objection_to_change(request.actor, record, form.values())):
        return _form_page(request, record_type, form, status=422, objection=objection)
    written = _write(form, lambda values: _update(request, record_type, record, values))
    if written is None:
        return _form_page(request, record_type, form, status=422)
    say(request, " ".join([_("%(name)s was saved.") % {"name": record.name}, *_meanwhile(form)]))
    return _leave(request, record_type, record)


def _leave(request: WorkspaceRequest, record_type: RecordType, record: Any) -> HttpResponse:
    """Go to ``record``, or to the list when it was given to others and out of the person's sight.

    Who may no longer see or change it is told so.
    """
    if can(request.actor, "view", record):
        if not can(request.actor, "edit", record):
            text = _("You can still see %(name)s, but no longer change it.") % {"name": record.name}
            say(request, text, tone="warning")
        return go(request, catalogue.url(record))
    others = _("%(name)s belongs to others now, so you no longer see it.") % {"name": record.name}
    say(request, others, tone="warning")
    return go(request, reverse(f"{record_type.key}:list"))


def _meanwhile(form: RecordForm) -> list[str]:
    """What others have changed while the form was open, and the person has now got too."""
    labels = [str(form[name].label) for name in form.followed]
    return [_("Changed by others meanwhile: %(fields)s.") % {"fields": ", ".join(labels)}] if labels else []


def field_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID, name: str) -> HttpResponse:
    """``/<type>/<id>/fields/<name>/``: one field in place. GET: the form (``?view`` the value); POST: writes it.

    Of a field that is withheld from the person by now the page, in which it stays as typed, says so; but not whether
    there is an own field that they do not see."""
    own = (one for one in record_type.hidden if one.startswith(NAME_PREFIX))
    withheld = {one.name: one.label for one in catalogue.withheld(record_type.key, request.actor)}
    if name in withheld.keys() - set(own) and request.method == "POST" and request.htmx:
        text = _("Not saved: your role may not change “%(field)s”.") % {"field": withheld[name]}
        return HttpResponse(text, status=404, content_type="text/plain; charset=utf-8")
    require(record_type.has(name) and record_type.spec(name).on_edit)
    spec = record_type.spec(name)
    lock = request.method == "POST"
    related = record_type.related((spec,))
    record = get_record(request.actor, record_type, record_id, verb="edit", lock=lock, related=related)
    refuse_locked(record)
    context: dict[str, Any] = {"type": record_type, "record": record, "url": catalogue.url(record)}
    if "view" in request.GET:
        return respond(request, "pages/field.html", context | {"field": shown(record, spec, True)}, partial="value")
    sent = request.POST if lock else None
    form = RecordForm((spec,), actor=request.actor, record=record, data=sent, type_key=record_type.key)
    if not lock:
        return respond(request, "pages/field.html", context | {"form": form}, partial="form")
    objection = record_type.objection_to_change(request.actor, record, form.values()) if form.is_valid() else None
    if _write(form, lambda values: _update(request, record_type, record, values)) is None:
        return respond(request, "pages/field.html", context | {"form": form}, partial="form", status=422)
    if objection:
        say(request, objection.text, tone="warning")
    if not request.htmx or not can(request.actor, "edit", record):
        return _leave(request, record_type, record)
    response = respond(request, "pages/field.html", context | {"field": shown(record, spec, True)}, partial="value")
    response.headers["HX-Trigger"] = SHOWN_ELSEWHERE
    return response


def _update(request: WorkspaceRequest, record_type: RecordType, record: Any, values: dict[str, Any]) -> Any:
    record_type.update(record, actor=request.actor, values=values)
    return record


def _write(form: RecordForm, write: Any) -> Any:
    """Run ``write(values)`` if the form is valid; return what it gave, or None with the errors in the form."""
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            return write(form.values())
    except ValidationError as error:
        form.add_service_errors(error)
        return None


def _form_specs(record_type: RecordType) -> tuple[FieldSpec, ...]:
    return record_type.specs(tuple(name for section in record_type.sections_now() for name in section.fields))


def _stands_on(request: WorkspaceRequest, spec: FieldSpec, record: Any) -> bool:
    """Whether the field is one of the edit form, or was, when that was drawn: the record's state may be another now."""
    if request.method == "POST" and spec.on_edit and spec.asked_by is not None:
        return spec.name in request.POST
    return takes(spec, record)


def _prefill(request: WorkspaceRequest, record_type: RecordType, specs: tuple[FieldSpec, ...]) -> dict[str, Any]:
    """What a new record starts with: the fields' defaults, the actor as owner, then what the URL says."""
    blank = record_type.model()
    values: dict[str, Any] = {}
    for spec in specs:
        if spec.default is not None:
            spec.kind.assign(spec, blank, spec.default())
            values[spec.name] = look_of(spec).initial(blank)
    if record_type.has("owner"):
        values["owner"] = str(request.actor.pk)
    for spec in specs:
        given = request.GET.get(spec.name, "")
        if given and isinstance(spec.kind, Lookup):
            target = catalogue.seen_type(spec.kind.key, request.actor)
            values[spec.name] = visible_records(request.actor, target).filter(pk=uuid_of(given)).first()
        elif given and isinstance(spec.kind, Money):
            values[spec.name] = _money(request, spec)
        elif given:
            values[spec.name] = given
    return values


def _money(request: WorkspaceRequest, spec: FieldSpec) -> Any:
    """What the amount's two fields would say, if that can be read."""
    field = look_of(spec).form_field(request.actor)
    try:
        return field.clean(field.widget.value_from_datadict(request.GET, {}, spec.name))
    except ValidationError:
        return None


def objection_to(request: WorkspaceRequest, record_type: RecordType, values: dict[str, Any]) -> Objection | None:
    """What speaks against making a record of ``values``, unless the person has read it and goes on (``anyway``).

    Two who make the same at once come one after the other, so that the second one is asked.
    """
    wait_for_turn("new records")
    objection = catalogue.objection(record_type, request.actor, values)
    return None if objection and "anyway" in request.POST and not objection.is_final else objection


def _form_page(
    request: WorkspaceRequest,
    record_type: RecordType,
    form: RecordForm,
    status: int = 200,
    objection: Objection | None = None,
) -> HttpResponse:
    record = form.record
    sections = [
        {"label": section.label, "fields": [form[name] for name in section.fields if name in form.fields]}
        for section in record_type.sections_now()
    ]
    context = {
        "type": record_type,
        "record": record,
        "form": form,
        "objection": objection,
        "offered": catalogue.offered(objection) if objection else [],
        "sections": [section | {"asked": _asked(form, section["fields"])} for section in sections if section["fields"]],
        "back": catalogue.url(record) if record else f"{request.META['SCRIPT_NAME']}/{record_type.key}/",
        "idempotency_key": "" if record else request.POST.get("idempotency_key") or new_key(),
    }
    return respond(request, "pages/form.html", context, partial="form", status=status)


def _asked(form: RecordForm, fields: list[BoundField]) -> tuple[str, str] | None:
    """The field of the form, and its choices, which alone ask for all of ``fields``."""
    names = {field.name for field in fields}
    asking = {spec.asked_by for spec in form.specs if spec.name in names}
    first = next(iter(asking))
    if len(asking) > 1 or first is None or first[0] not in form.fields:
        return None
    return first[0], " ".join(str(one) for one in first[1]())
