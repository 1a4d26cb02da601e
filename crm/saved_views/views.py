"""Saving, sharing, pinning and deleting views of a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.saved_views import services
from crm.saved_views.chips import chips
from crm.saved_views.models import Audience, SavedView
from crm.saved_views.selectors import get_view, may_change, pins_of, reach_of, views_of
from crm.saved_views.state import ViewState, read_state, state_of_view
from crm.ui.bidi import filled
from crm.ui.http import go, method_of, respond
from crm.ui.once import once
from crm.ui.seen import SeenForm
from crm.ui.toasts import say
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require
from crm.users.models import Membership


class ViewForm(SeenForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    audience = forms.ChoiceField(label=gettext_lazy("Who sees it"), choices=Audience.choices, initial=Audience.OWN)


def index(request: WorkspaceRequest, key: str) -> HttpResponse:
    """All views of a type that the person has, to rename, share, pin, put away or delete."""
    record_type = _type(request, key)
    pins = pins_of(request.actor)
    rows = [
        {
            "view": one,
            "pin": pins.get(one.pk),
            "chips": chips(state_of_view(record_type, one), request.actor),
            "lost": state_of_view(record_type, one).query.lost,
            "may_change": may_change(request.actor, one),
        }
        for one in services.opened_views(request.actor, record_type).all
    ]
    return respond(request, "saved_views/index.html", {"type": record_type, "rows": rows})


@once
def new(request: WorkspaceRequest, key: str) -> HttpResponse:
    """``?<the list's query>``: GET asks for a name, POST keeps the state under it.

    The form sends all of the state that it shows, without the view it is based on: whatever becomes of that meanwhile,
    what was shown is saved. One that asks for what there is not comes back over what there is.
    """
    record_type = _type(request, key)
    shown, problems = _state(request, record_type)
    state = replace(shown, view=None)
    form = ViewForm(request.POST or None, initial={"name": request.GET.get("_name", "")[:100]})
    if request.method == "POST" and form.is_valid() and not problems:
        made = _try(form, lambda: services.save_view(actor=request.actor, query=state.query, **form.cleaned_data))
        if made is not None:
            say(request, _("The view %(name)s was saved.") % {"name": made.name})
            return go(request, _list_url(record_type, made))
    context = {
        "type": record_type,
        "form": form,
        "problems": problems,
        "told": _told(state, request.actor),
        "query": state.address(),
        "back": f"{_list_url(record_type)}{shown.address()}",
    }
    return respond(request, "saved_views/new.html", context, partial="form", status=_status(request))


def view(request: WorkspaceRequest, key: str, view_id: UUID) -> HttpResponse:
    """GET: rename and share; POST writes that."""
    record_type, saved = _own_view(request, key, view_id)
    posted = request.method == "POST"
    form = ViewForm(request.POST or None, initial={"name": saved.name, "audience": saved.audience})
    if posted and form.is_valid():
        done = _try(form, lambda: services.update_view(actor=request.actor, view=saved, **form.cleaned_data) or True)
        if done:
            say(request, _("The view %(name)s was saved.") % {"name": saved.name})
            return go(request, reverse("saved_views:index", args=[key]))
    context = {"type": record_type, "form": form, "view": saved, "back": reverse("saved_views:index", args=[key])}
    return respond(request, "saved_views/edit.html", context, partial="form", status=422 if form.errors else 200)


def state(request: WorkspaceRequest, key: str, view_id: UUID) -> HttpResponse:
    """``?<the list's query>``: GET asks whether the view shall be that from now on, POST does it, DELETE undoes it."""
    record_type, saved = _own_view(request, key, view_id)
    if method_of(request) == "DELETE":
        try:
            services.undo_state(actor=request.actor, view=saved, written=request.GET.get("_written", ""))
            say(request, _("The view %(name)s is as it was.") % {"name": saved.name})
        except ValidationError as error:
            say(request, " ".join(error.messages), tone="warning")
        return go(request, _list_url(record_type, saved))
    new_state, problems = _state(request, record_type)
    is_stale = False
    if request.method == "POST" and not problems:
        try:
            seen = request.POST.get("seen", "")
            services.update_view(actor=request.actor, view=saved, query=new_state.query, seen=seen)
        except services.StaleViewError:
            is_stale = True
        else:
            undo = f"{request.path}?_written={services.mark_of(saved)}"
            say(request, _("The view %(name)s was saved.") % {"name": saved.name}, undo_url=undo)
            return go(request, _list_url(record_type, saved))
    present = state_of_view(record_type, saved)
    context = {
        "type": record_type,
        "view": saved,
        "people": reach_of(saved),
        "is_shared": saved.audience != Audience.OWN,
        "is_stale": is_stale,
        "problems": problems,
        "seen": services.mark_of(saved),
        "before": _told(present, request.actor),
        "after": _told(new_state, request.actor),
        "query": new_state.address(),
        "own_name": filled(_("%(name)s (mine)"), {"name": saved.name}),  # becomes its name
        "back": f"{_list_url(record_type)}{new_state.address()}",
    }
    return respond(request, "saved_views/state.html", context, partial="form", status=_status(request))


def _told(shown: ViewState, actor: Membership) -> dict[str, Any]:
    """What a list shows, in words."""
    query = shown.query
    columns = ", ".join(str(spec.label) for spec in query.specs)
    order = {"sort": query.sort_spec.label, "down": query.descending}
    return {"chips": chips(shown, actor), "columns": columns, **order, "lost": query.lost}


def deletion(request: WorkspaceRequest, key: str, view_id: UUID) -> HttpResponse:
    """POST deletes the view for everybody, DELETE brings it back."""
    method = method_of(request)
    require(method in ("POST", "DELETE"))
    _record_type, saved = _own_view(request, key, view_id, deleted=method == "DELETE")
    try:
        if method == "DELETE":
            services.restore_view(actor=request.actor, view=saved)
            say(request, _("%(name)s is back.") % {"name": saved.name})
        else:
            services.delete_view(actor=request.actor, view=saved)
            say(request, _("The view %(name)s was deleted.") % {"name": saved.name}, undo_url=request.path)
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="danger")
    return go(request, reverse("saved_views:index", args=[key]))


def pin(request: WorkspaceRequest, key: str, view_id: UUID) -> HttpResponse:
    """POST keeps the view among the person's tabs (``hidden``: puts it away); DELETE takes that back."""
    require(method_of(request) in ("POST", "DELETE"))
    _record_type, saved = _view(request, key, view_id)
    if method_of(request) == "DELETE":
        services.unpin_view(actor=request.actor, view=saved)
    else:
        services.pin_view(
            actor=request.actor, view=saved, is_default="opens" in request.POST, hidden="hidden" in request.POST
        )
    return go(request, reverse("saved_views:index", args=[key]))


def default(request: WorkspaceRequest, key: str, view_id: UUID) -> HttpResponse:
    """POST lets the list open on the view for everybody; for who sets up the workspace."""
    require(method_of(request) == "POST" and request.actor.role.can_set_up)
    _record_type, saved = _view(request, key, view_id)
    try:
        services.set_default_view(actor=request.actor, view=saved)
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="danger")
    return go(request, reverse("saved_views:index", args=[key]))


def _type(request: WorkspaceRequest, key: str) -> RecordType:
    require(may(request.actor, "view", key))
    try:
        return catalogue.seen_type(key, request.actor)
    except KeyError as error:
        raise Http404 from error


def _view(request: WorkspaceRequest, key: str, view_id: UUID, *, deleted: bool = False) -> tuple[RecordType, SavedView]:
    record_type = _type(request, key)
    saved = get_view(request.actor, record_type, view_id, deleted=deleted, lock=request.method == "POST")
    if saved is None:
        raise Http404
    return record_type, saved


def _own_view(
    request: WorkspaceRequest, key: str, view_id: UUID, *, deleted: bool = False
) -> tuple[RecordType, SavedView]:
    record_type, saved = _view(request, key, view_id, deleted=deleted)
    require(may_change(request.actor, saved))
    return record_type, saved


def _state(request: WorkspaceRequest, record_type: RecordType) -> tuple[ViewState, list[str]]:
    """What the list's query stands for; and why that is not all that it asks for.

    Of a view that was deleted meanwhile it is what the person has seen in it.
    """
    views = views_of(request.actor, record_type, request.GET.get("view", ""))
    state, problems = read_state(record_type, request.GET, views.asked or views.deleted)
    query, never = state.query.that_can_be_kept()
    gone = [views.gone] if views.gone else []
    query = replace(query, sort=query.sort or state.base.sort)
    return ViewState(query, views.asked), [*gone, *problems, *never]


def _status(request: WorkspaceRequest) -> int:
    """Of a form that is shown: one that was sent comes back only where it was not taken."""
    return 422 if request.method == "POST" else 200


def _try(form: forms.Form, write: Any) -> Any:
    try:
        with transaction.atomic():
            return write()
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _list_url(record_type: RecordType, saved: SavedView | None = None) -> str:
    address = reverse(f"{record_type.key}:list")
    return f"{address}?view={saved.pk}" if saved else address
