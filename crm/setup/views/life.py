"""How long a customer is one, and whether contacts stand alone."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.selectors import contacts_need_account, count_without_account
from contacts.services import set_contacts_need_account
from crm.records import registry
from crm.setup.forms import AccountLifeForm, ContactAccountForm
from crm.setup.http import add_error, setup_page, show
from crm.ui import respond
from crm.ui.http import go, is_fragment
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest
from opportunities.services.lapsing import effect_tonight, past_customer_months, set_past_customer_months


@setup_page
def edit_account_life(request: WorkspaceRequest) -> HttpResponse:
    """When a customer becomes a past customer; GET with ``months`` says what that would do tonight."""
    posted = request.method == "POST"
    months = past_customer_months()
    data = request.POST if posted else request.GET if "months" in request.GET else None
    form = AccountLifeForm(data, initial={"months": months})
    valid = form.is_bound and form.is_valid()
    if posted and valid:
        try:
            set_past_customer_months(actor=request.actor, months=form.cleaned_data["months"])
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("When customers become past customers was saved."))
            return go(request, reverse("setup:account_life"))
    shown = form.cleaned_data.get("months") if valid else months
    effect = effect_tonight(shown)
    context = {
        "months": shown,
        "effect": effect,
        "some": [(account, registry.url(account)) for account in effect.some],
    }
    if is_fragment(request) and not posted:
        return respond(request, "setup/account_life.html", context, partial="effect")
    return show(request, "setup/account_life.html", context, form=form)


@setup_page
def edit_contact_accounts(request: WorkspaceRequest) -> HttpResponse:
    """Whether a contact may do without an account."""
    posted = request.method == "POST"
    present = "yes" if contacts_need_account() else "no"
    form = ContactAccountForm(request.POST if posted else None, initial={"needed": present})
    if posted and form.is_valid():
        set_contacts_need_account(actor=request.actor, needed=form.cleaned_data["needed"])
        say(request, _("Whether contacts need an account was saved."))
        return go(request, reverse("setup:contact_accounts"))
    return show(request, "setup/contact_accounts.html", {"count": count_without_account()}, form=form)
