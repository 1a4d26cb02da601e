"""Picklists and stages: one set of pages for every list."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.pages.setup import MORE_VIEWS, add_error, moved_position, setup_page, show, tell_refusal, told_of_views
from crm.picklists import services
from crm.picklists.rules import meanings
from crm.picklists.stages import FORECAST_CATEGORIES
from crm.picklists.usage import in_use, usages
from crm.setup.forms import DeletionForm
from crm.setup.picklists import EditedList, Entry, edited_list
from crm.setup.usage import filtered_by, used_by
from crm.ui.http import go, method_of
from crm.ui.once import once
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


@setup_page
def list_entries(request: WorkspaceRequest, key: str) -> HttpResponse:
    """The entries in their order, what each means and how much depends on it."""
    edited = edited_list(key)
    entries = edited.entries
    counted = usages(entries)
    rows = [
        {
            "entry": entry,
            "meaning": meanings(entry).get(entry.meaning, ""),
            "forecast_category": FORECAST_CATEGORIES.get(getattr(entry, "forecast_category", "")),
            "used": used_by(entry, counted[entry.pk]),
        }
        for entry in entries
    ]
    return show(request, "setup/list.html", {"list": edited, "rows": rows})


@setup_page
@once
def new_entry(request: WorkspaceRequest, key: str) -> HttpResponse:
    edited = edited_list(key)
    form = edited.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            entry = edited.create(request.actor, form.values())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(label)s” was added.") % {"label": entry.label})
            return go(request, _url_of(edited))
    return show(request, "setup/new_entry.html", {"list": edited}, form=form, is_new=True)


@setup_page
def edit_entry(request: WorkspaceRequest, key: str, id: UUID) -> HttpResponse:
    """Change an entry, after reading what the change does."""
    edited = edited_list(key)
    entry = edited.entry(id)
    initial = {name: getattr(entry, name) for name in edited.form().fields}
    form = edited.form(request.POST if request.method == "POST" else None, initial=initial)
    used = used_by(entry, usages([entry])[entry.pk])
    if in_use(entry):
        form.lock_meaning(_("In use, so this cannot change: make another entry, and replace this one by it."))
    if request.method == "POST" and form.is_valid():
        try:
            entry = edited.update(entry, request.actor, form.values())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(label)s” was saved.") % {"label": entry.label})
            return go(request, _url_of(edited))
    context = {"list": edited, "entry": entry, "used": used, "needed_because": edited.needed_because(entry)}
    return show(request, "setup/entry.html", context, form=form, about=entry)


@setup_page
@require_POST
def move_entry(request: WorkspaceRequest, key: str, id: UUID) -> HttpResponse:
    """Put an entry elsewhere in its list."""
    edited = edited_list(key)
    entry = edited.entry(id)
    index = next(index for index, other in enumerate(edited.entries) if other.pk == entry.pk)
    services.reorder(entry=entry, position=moved_position(request, index), actor=request.actor)
    return go(request, f"{_url_of(edited)}#entry-{entry.pk}")


@setup_page
@require_POST
def deactivate_entry(request: WorkspaceRequest, key: str, id: UUID) -> HttpResponse:
    """POST stops offering an entry, DELETE offers it again."""
    edited = edited_list(key)
    entry = edited.entry(id)
    try:
        if method_of(request) == "DELETE":
            services.reactivate(entry=entry, actor=request.actor)
            say(request, _("“%(label)s” can be chosen again.") % {"label": entry.label})
        else:
            services.deactivate(entry=entry, actor=request.actor)
            text = _("“%(label)s” can no longer be chosen.") % {"label": entry.label}
            say(request, text, undo_url=request.path)
    except ValidationError as error:
        tell_refusal(request, error)
        return go(request, _url_of(edited, entry))
    return go(request, _url_of(edited))


@setup_page
def delete_entry(request: WorkspaceRequest, key: str, id: UUID) -> HttpResponse:
    """Say what depends on an entry, ask what replaces it, then delete it for good."""
    edited = edited_list(key)
    entry = edited.entry(id)
    used = used_by(entry, usages([entry])[entry.pk])
    asked = in_use(entry)
    replacements = edited.replacements(entry) if asked else []
    views = None if asked else filtered_by(request.actor, entry.pk)  # with a replacement they follow
    form = DeletionForm(entry, replacements, request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        try:
            if views and views.total > told_of_views(request):
                raise ValidationError(MORE_VIEWS)
            moved = services.replace_and_delete(entry=entry, replacement=form.replacement(), actor=request.actor)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _deleted_text(entry, form.replacement(), moved))
            return go(request, _url_of(edited))
    context = {
        "list": edited,
        "entry": entry,
        "used": used,
        "in_use": asked,
        "views": views,
        "replacements": replacements,
        "needed_because": edited.needed_because(entry),
    }
    return show(request, "setup/deletion.html", context, form=form)


def _deleted_text(entry: Entry, replacement: Entry | None, moved: int) -> str:
    if replacement is None:
        return _("“%(label)s” was deleted.") % {"label": entry.label}
    return _("“%(label)s” was deleted. What used it now has “%(replacement)s”.") % {
        "label": entry.label,
        "replacement": replacement.label,
    }


def _url_of(edited: EditedList, entry: Entry | None = None) -> str:
    if entry:
        return reverse("setup:entry", kwargs={"key": edited.key, "id": entry.pk})
    return reverse("setup:list", kwargs={"key": edited.key})
