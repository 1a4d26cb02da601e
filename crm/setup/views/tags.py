"""The tags that people have made up: rename and delete them."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.fields import tags
from crm.fields.models import Tag
from crm.pages.setup import MORE_VIEWS, add_error, setup_page, show, told_of_views
from crm.setup.field_forms import ConfirmationForm, TagForm
from crm.setup.usage import filtered_by
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


@setup_page
def list_tags(request: WorkspaceRequest) -> HttpResponse:
    counts = tags.counts()
    rows = [{"tag": tag, "used": counts.get(tag.pk, 0)} for tag in tags.all_tags()]
    return show(request, "setup/tags.html", {"rows": rows})


@setup_page
def edit_tag(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    tag = _tag(id)
    old = tag.name
    form = TagForm(request.POST if request.method == "POST" else None, initial={"name": old})
    if request.method == "POST" and form.is_valid():
        try:
            tags.rename_tag(tag=tag, name=form.cleaned_data["name"], actor=request.actor)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("The tag “%(old)s” is now “%(name)s”.") % {"old": old, "name": tag.name})
            return go(request, reverse("setup:tags"))
    return show(request, "setup/tag.html", {"tag": tag, "used": tags.counts().get(tag.pk, 0)}, form=form, about=tag)


@setup_page
def delete_tag(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """Say how many records lose a tag, then delete it for good."""
    tag = _tag(id)
    used = tags.counts().get(tag.pk, 0)
    form = ConfirmationForm(tag.name, request.POST if request.method == "POST" else None, asked=bool(used))
    views = filtered_by(request.actor, tag.pk)
    if request.method == "POST" and form.is_valid() and views.total > told_of_views(request):
        form.add_error(None, MORE_VIEWS)
    if request.method == "POST" and form.is_valid():
        tags.delete_tag(tag=tag, actor=request.actor)
        say(request, _("The tag “%(name)s” was deleted.") % {"name": tag.name})
        return go(request, reverse("setup:tags"))
    return show(request, "setup/tag_deletion.html", {"tag": tag, "used": used, "views": views}, form=form)


def _tag(tag_id: UUID) -> Tag:
    tag = tags.tag_by_id(str(tag_id))
    if tag is None:
        raise Http404
    return tag
