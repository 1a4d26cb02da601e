"""Which mailing lists somebody is on."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm import catalogue
from crm.mailing_lists.filters import can_be_on_lists
from crm.mailing_lists.forms import ListsForm
from crm.mailing_lists.selectors import has_opted_out, mailing_lists, memberships_of
from crm.mailing_lists.services import set_lists
from crm.records.access import get_record
from crm.ui.http import go, respond
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest, require


@require_http_methods(["GET", "POST"])
def of_record(request: WorkspaceRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """``/mailing-lists/<type>/<id>/``: GET shows the lists with those ticked that the record is on, POST sets them."""
    require(record_type in {one.key for one in catalogue.record_types() if can_be_on_lists(one)})
    lock, people = request.method == "POST", catalogue.seen_type(record_type, request.actor)
    record = get_record(request.actor, people, record_id, verb="edit", lock=lock)
    present = [row.mailing_list for row in memberships_of(record)]
    form = ListsForm(request.POST if lock else None, present=present)
    if form.is_valid():
        try:
            set_lists(record=record, lists=form.cleaned_data["lists"], actor=request.actor)
        except ValidationError as error:
            form.add_error("lists", error)
        else:
            say(request, _("The mailing lists of %(name)s were saved.") % {"name": record.name})
            return go(request, catalogue.url(record))
    context = {"record": record, "form": form, "url": catalogue.url(record), "is_empty": not mailing_lists()}
    context["opted_out"] = has_opted_out(record)
    return respond(
        request, "mailing_lists/of_record.html", context, partial="form", status=422 if form.is_bound else 200
    )
