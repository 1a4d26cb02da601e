"""Pages that only accounts have."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.forms import TypeForm
from accounts.look import why_type
from accounts.services import set_account_type
from crm import catalogue
from crm.catalogue.types import RecordType
from crm.records.access import get_record
from crm.ui.http import go, respond
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


def account_type(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/accounts/<id>/type/``: GET asks for the type and whether to keep it, POST sets both."""
    account = get_record(request.actor, record_type, record_id, verb="edit", lock=request.method == "POST")
    form = TypeForm(account, request.POST if request.method == "POST" else None)
    url = catalogue.url(account)
    if form.is_valid():
        chosen, keep = form.cleaned_data["type"], form.cleaned_data["keep"]
        set_account_type(account=account, type=chosen, actor=request.actor, keep=keep)
        say(request, _("%(name)s is now: %(type)s.") % {"name": account.name, "type": chosen})
        return go(request, url)
    context = {"account": account, "form": form, "url": url, "why": why_type(account, request.actor)}
    return respond(request, "accounts/type.html", context, partial="form", status=422 if form.is_bound else 200)
