"""The workspace's own fields: one page for each type of record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm import catalogue
from crm.catalogue.types import MORE_FIELDS, RecordType
from crm.fields.custom import selectors, services
from crm.fields.models import CustomField, FieldKind
from crm.pages.setup import MORE_VIEWS, add_error, ask_first, moved_position, setup_page, show, told_of_views
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.setup.field_forms import KIND_HELP, KIND_ICONS, ConfirmationForm, FieldForm, NewFieldForm
from crm.setup.usage import UsedInViews, used_in_views
from crm.ui.http import go, method_of
from crm.ui.once import once
from crm.ui.toasts import say
from crm.users.access import may
from crm.users.http import WorkspaceRequest


@setup_page
def list_fields(request: WorkspaceRequest, type: str) -> HttpResponse:
    """The workspace's own fields in their order, and what every workspace has."""
    record_type = _type(type)
    rows = [
        {"field": field, "kind": FieldKind(field.kind).label, "section": _section(record_type, field)}
        for field in selectors.custom_fields(type, active_only=False)
    ]
    return show(request, "setup/fields.html", {"type": record_type, "rows": rows, "built_in": record_type.fields})


@setup_page
@once
def new_field(request: WorkspaceRequest, type: str) -> HttpResponse:
    """First the kind, which never changes; ``?kind=…`` then asks for the rest."""
    record_type = _type(type)
    kind = request.POST.get("kind", request.GET.get("kind", ""))
    context: dict[str, Any] = {"type": record_type}
    if kind not in FieldKind.values:
        kinds = [(one.value, one.label, KIND_HELP[one], KIND_ICONS[one]) for one in FieldKind]
        return show(request, "setup/field_kinds.html", context | {"kinds": kinds})
    form = NewFieldForm(record_type, kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            field = services.create_field(actor=request.actor, record_type=type, kind=kind, **form.values())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(label)s” was added.") % {"label": field.label})
            return go(request, _url_of(type))
    return show(request, "setup/new_field.html", context | {"kind": FieldKind(kind)}, form=form, is_new=True)


@setup_page
def edit_field(request: WorkspaceRequest, type: str, id: UUID) -> HttpResponse:
    record_type, field = _field(type, id)
    initial = FieldForm.initial_of(field, record_type)
    form = FieldForm(record_type, field.kind, request.POST if request.method == "POST" else None, initial=initial)
    posted = request.method == "POST" and form.is_valid()
    losing = _views_that_lose(request, record_type, field, form) if posted else None
    if posted and losing is None:
        try:
            services.update_field(field=field, actor=request.actor, values=form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(label)s” was saved.") % {"label": form.cleaned_data["label"]})
            return go(request, _url_of(type))
    used = selectors.records_with(field)
    query = _filled(record_type, field) if may(request.actor, "view", type) else None  # the workspace may do without it
    listed = query.rows(request.actor).count() if query else 0
    context = {
        "type": record_type,
        "field": field,
        "kind": FieldKind(field.kind).label,
        "used": used,
        "listed": listed,
        "list_url": query.url() if query else "",
        "unlisted": used - listed,
        "losing": losing,
        "views": used_in_views(request.actor, record_type, field.name),
    }
    return show(request, "setup/field.html", context, form=form, about=field)


def _views_that_lose(
    request: WorkspaceRequest, record_type: RecordType, field: CustomField, form: FieldForm
) -> UsedInViews | None:
    """The saved views that filter or sort by a field of which lists shall no longer do that: asked about once."""
    if not field.is_filterable or form.cleaned_data.get("is_filterable", False):
        return None
    views = used_in_views(request.actor, record_type, field.name, only=("filters", "sort"))
    if views.total <= told_of_views(request):
        return None
    form.add_error(
        "is_filterable", _("Saved views filter or sort by it, as this page lists them. Save once more to go on.")
    )
    return views


@setup_page
@require_POST
def move_field(request: WorkspaceRequest, type: str, id: UUID) -> HttpResponse:
    _record_type, field = _field(type, id)
    index = selectors.custom_fields(type, active_only=False).index(field)
    services.move_field(field=field, position=moved_position(request, index), actor=request.actor)
    return go(request, f"{_url_of(type)}#field-{field.pk}")


@setup_page
def deactivate_field(request: WorkspaceRequest, type: str, id: UUID) -> HttpResponse:
    """POST takes the field off all pages, DELETE puts it back; GET says which saved views lose it."""
    record_type, field = _field(type, id)
    active = method_of(request) == "DELETE"
    views = used_in_views(request.actor, record_type, field.name)
    if request.method != "POST" or (not active and views.total > told_of_views(request)):
        return ask_first(
            request,
            title=_("Deactivate “%(label)s”") % {"label": field.label},
            text=_(
                "It disappears from forms, pages, lists, filters and files. Its values are kept, and come back with it."
            ),
            button=_("Deactivate"),
            back=reverse("setup:field", kwargs={"type": type, "id": id}),
            for_good=False,
            views=views,
        )
    services.set_field_active(field=field, is_active=active, actor=request.actor)
    text = _("“%(label)s” is active again.") if active else _("“%(label)s” was deactivated. Its values are kept.")
    say(request, text % {"label": field.label}, undo_url="" if active else request.path)
    return go(request, _url_of(type))


@setup_page
def delete_field(request: WorkspaceRequest, type: str, id: UUID) -> HttpResponse:
    """Say how many records lose a value and which saved views use it, then delete the field for good."""
    record_type, field = _field(type, id)
    used = selectors.records_with(field)
    views = used_in_views(request.actor, record_type, field.name)
    form = ConfirmationForm(field.label, request.POST if request.method == "POST" else None, asked=bool(used))
    if request.method == "POST" and form.is_valid():
        try:
            if views.total > told_of_views(request):
                raise ValidationError(MORE_VIEWS)
            records = services.delete_field(field=field, actor=request.actor)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _deleted_text(field, records))
            return go(request, _url_of(type))
    context = {"type": record_type, "field": field, "used": used, "views": views}
    return show(request, "setup/field_deletion.html", context, form=form)


def _deleted_text(field: CustomField, records: int) -> str:
    text = ngettext(
        "“%(label)s” was deleted, with its value on %(count)s record.",
        "“%(label)s” was deleted, with its values on %(count)s records.",
        records,
    )
    return (text if records else _("“%(label)s” was deleted.")) % {"label": field.label, "count": records}


def _type(key: str) -> RecordType:
    try:
        return catalogue.record_type(key)
    except KeyError:
        raise Http404 from None


def _field(key: str, field_id: UUID) -> tuple[RecordType, CustomField]:
    field = selectors.field_by_id(field_id)
    if field is None or field.record_type != key:
        raise Http404
    return _type(key), field


def _section(record_type: RecordType, field: CustomField) -> Any:
    return next((one.label for one in record_type.sections if field.section in one.fields), MORE_FIELDS)


def _filled(record_type: RecordType, field: CustomField) -> Query | None:
    """Ask for the records that have a value, where lists can filter by it."""
    operators = record_type.spec(field.name).kind.operators if record_type.has(field.name) else ()
    wanted = Condition(field.name, "filled") if "filled" in operators else Condition(field.name, "is", ("yes",))
    return Query(record_type, (wanted,)) if operators else None


def _url_of(type_key: str) -> str:
    return reverse("setup:fields", kwargs={"type": type_key})
