"""Pages that move an account to the vendors, and back."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.vendors.bulk import told_plan
from accounts.vendors.models import Vendor
from accounts.vendors.moving import followers, holders, move_account, move_back, plan_move, vendor_after
from crm import catalogue
from crm.catalogue.types import RecordType
from crm.records.access import get_record
from crm.ui.http import go, method_of, respond
from crm.ui.toasts import say
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require


def moving(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/vendors/moving/<id of an account>/``: GET says what would become of it, POST moves it."""
    require(may(request.actor, "create", Vendor.type_key))
    accounts, method = catalogue.seen_type(Account.type_key, request.actor), method_of(request)
    try:
        account = get_record(request.actor, accounts, record_id, verb="delete", lock=method == "POST")
    except Http404:
        if (vendor := vendor_after(request.actor, record_id)) is None:
            raise
        return go(request, catalogue.url(vendor))  # sent twice, or somebody was quicker
    problems: list[str] = []
    if method == "POST":
        try:
            with transaction.atomic():
                vendor = move_account(account, actor=request.actor)
        except ValidationError as error:
            problems = error.messages
        else:
            undo = reverse("vendors:moving_back", kwargs={"record_id": vendor.pk})
            say(request, _("%(name)s is a vendor now.") % {"name": vendor.name}, undo_url=undo)
            return go(request, catalogue.url(vendor))
    plan = plan_move(account, request.actor)
    objection = catalogue.objection(record_type, request.actor, plan.values)
    held = [
        (one, [(record.name, catalogue.url(record)) for record in one.records])
        for one in holders(account, request.actor)
    ]
    context = {
        "account": account,
        "url": catalogue.url(account),
        "told": told_plan(plan, followers(account)),
        "problems": plan.problems or problems,
        "held": held,
        "alike": catalogue.offered(objection) if objection is not None else [],
    }
    return respond(request, "vendors/moving.html", context, partial="dialog", status=422 if problems else 200)


def moving_back(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/vendors/<id>/moving-back/``: DELETE takes back that an account was moved."""
    require(method_of(request) == "DELETE")
    vendor = get_record(request.actor, record_type, record_id, verb="delete", lock=True)
    try:
        with transaction.atomic():
            account = move_back(vendor, actor=request.actor)
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="danger")
        return go(request, catalogue.url(vendor))
    say(request, _("%(name)s is an account again.") % {"name": account.name})
    return go(request, catalogue.url(account))
