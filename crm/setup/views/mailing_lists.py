"""The mailing lists that people can be put on."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import catalogue
from crm.mailing_lists import services
from crm.mailing_lists.forms import MailingListForm
from crm.mailing_lists.models import MailingList
from crm.mailing_lists.selectors import mailing_list, mailing_lists, member_counts
from crm.pages.setup import add_error, ask_first, setup_page, show, tell_refusal, told_of_views
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.setup.usage import Use, Used, filtered_by
from crm.ui.http import go, method_of
from crm.ui.once import once
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


@setup_page
def list_lists(request: WorkspaceRequest) -> HttpResponse:
    counts = member_counts()
    rows = [{"list": one, "used": _used(one, counts.get(one.pk))} for one in mailing_lists(active_only=False)]
    return show(request, "setup/mailing_lists.html", {"rows": rows})


@setup_page
@once
def new_list(request: WorkspaceRequest) -> HttpResponse:
    form = MailingListForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_list(actor=request.actor, **form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(name)s” was made. Put leads and contacts on it from their pages.") % {"name": made.name})
            return go(request, reverse("setup:mailing_lists"))
    return show(request, "setup/new_mailing_list.html", {}, form=form, is_new=True)


@setup_page
def edit_list(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    chosen = _list(id)
    initial = {"name": chosen.name, "description": chosen.description}
    form = MailingListForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_list(mailing_list=chosen, actor=request.actor, **form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(name)s” was saved.") % {"name": form.cleaned_data["name"]})
            return go(request, reverse("setup:mailing_lists"))
    context = {"list": chosen, "used": _used(chosen, member_counts().get(chosen.pk))}
    return show(request, "setup/mailing_list.html", context, form=form, about=chosen)


@setup_page
@require_POST
def deactivate_list(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """POST stops offering a list, DELETE offers it again."""
    chosen = _list(id)
    active = method_of(request) == "DELETE"
    services.set_list_active(mailing_list=chosen, is_active=active, actor=request.actor)
    text = _("“%(name)s” can be chosen again.") if active else _("“%(name)s” can no longer be chosen.")
    say(request, text % {"name": chosen.name}, undo_url="" if active else request.path)
    return go(request, reverse("setup:mailing_lists"))


@setup_page
def delete_list(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """GET asks, POST deletes a list that nobody is on."""
    chosen = _list(id)
    page = reverse("setup:mailing_list", kwargs={"id": id})
    views = filtered_by(request.actor, chosen.pk)
    if request.method != "POST" or views.total > told_of_views(request):
        return ask_first(
            request,
            title=_("Delete “%(name)s”?") % {"name": chosen.name},
            text=_("Only a list that nobody is on can be deleted."),
            button=_("Delete the list"),
            back=page,
            views=views,
        )
    try:
        services.delete_list(mailing_list=chosen, actor=request.actor)
    except ValidationError as error:
        tell_refusal(request, error)
        return go(request, page)
    say(request, _("“%(name)s” was deleted.") % {"name": chosen.name})
    return go(request, reverse("setup:mailing_lists"))


def _used(chosen: MailingList, counts: Counter[tuple[str, bool]] | None) -> Used:
    """How many records of each type are on the list, with links to those that were not deleted."""
    return Used(tuple(_use(chosen, *kind, count) for kind, count in (counts or Counter()).items()))


def _use(chosen: MailingList, key: str, is_deleted: bool, count: int) -> Use:
    record_type = catalogue.record_type(key)
    if is_deleted:
        return Use(_("%(records)s that were deleted") % {"records": record_type.label_plural}, count)
    query = Query(record_type, (Condition("mailing_list", "is", (str(chosen.pk),)),))
    return Use(record_type.label_plural, count, query.url())


def _list(list_id: UUID) -> MailingList:
    try:
        return mailing_list(list_id)
    except MailingList.DoesNotExist:
        raise Http404 from None
