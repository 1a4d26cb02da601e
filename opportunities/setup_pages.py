"""The setup's page about how long a customer is one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.pages import setup_menu
from crm.pages.settings_form import SettingsForm
from crm.pages.setup import setup_page, show
from crm.preferences.setting import Setting
from crm.ui import respond
from crm.ui.http import go, is_fragment
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest
from opportunities.jobs import ask_to_lapse
from opportunities.services.lapsing import (
    REASONS,
    effect_now,
    effect_tonight,
    last_runs,
)
from opportunities.settings import MOST_MONTHS, PAST_CUSTOMER_MONTHS

LONGEST_WAIT = timedelta(minutes=5)


class AccountLifeForm(SettingsForm):
    """When a customer becomes a past customer."""

    of: ClassVar[Mapping[str, Setting[Any]]] = {"months": PAST_CUSTOMER_MONTHS}
    months = forms.IntegerField(
        label=PAST_CUSTOMER_MONTHS.label,
        required=False,
        min_value=1,
        max_value=MOST_MONTHS,
        help_text=_("After so many months a customer becomes a past customer. Empty: never."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


@setup_page
def edit_account_life(request: WorkspaceRequest) -> HttpResponse:
    """When a customer becomes a past customer; GET with ``months`` says what that would do tonight."""
    posted = request.method == "POST"
    form = AccountLifeForm(request.POST if posted else request.GET if "months" in request.GET else None)
    if form.is_saved(request):
        say(request, gettext("When customers become past customers was saved."))
        return go(request, reverse("setup:account_life"))
    if "runs" in request.GET and is_fragment(request):
        return respond(request, "setup/account_life.html", _runs(request), partial="runs")
    months = PAST_CUSTOMER_MONTHS.value()
    shown = form.cleaned_data.get("months") if form.is_bound and form.is_valid() else months
    effect = effect_tonight(shown)
    context = {
        "months": shown,
        "effect": effect,
        "some": [(account, catalogue.url(account)) for account in effect.some],
        **_runs(request),
    }
    if is_fragment(request) and not posted:
        return respond(request, "setup/account_life.html", context, partial="effect")
    return show(request, "setup/account_life.html", context, form=form)


def _runs(request: WorkspaceRequest) -> dict[str, Any]:
    """The last runs; while one that was asked for at ``?asked=`` is not among them, it is still to come."""
    runs = [(event, sum(event.data.get(reason, 0) for reason in REASONS)) for event in last_runs()]
    asked = parse_moment(request.GET.get("asked", ""))
    waits = asked is not None and timezone.now() - asked < LONGEST_WAIT
    done = asked is not None and any(event.at >= asked for event, _number in runs)
    return {"runs": runs, "asked": asked.isoformat() if asked and waits and not done else ""}


def parse_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@setup_page
def run_lapsing(request: WorkspaceRequest) -> HttpResponse:
    """Say whom a run takes now, and have it done by a worker; it may be done as often as one likes."""
    back = reverse("setup:account_life")
    if request.method == "POST":
        ask_to_lapse(actor=request.actor)
        say(request, gettext("Looking for past customers. The result stands below as soon as it is there."))
        return go(request, f"{back}?{urlencode({'asked': timezone.now().isoformat()})}")
    effect = effect_now()
    context = {
        "effect": effect,
        "some": [(account, catalogue.url(account)) for account in effect.some],
        "more": effect.total - len(effect.some),
        "months": PAST_CUSTOMER_MONTHS.value(),
        "back": back,
    }
    if not is_fragment(request):
        context["menu"] = setup_menu.groups(request.path)
    return respond(request, "setup/run_lapsing.html", context, partial="dialog")


urlpatterns = [
    path("past-customers/", edit_account_life, name="account_life"),
    path("past-customers/run/", run_lapsing, name="run_lapsing"),
]
