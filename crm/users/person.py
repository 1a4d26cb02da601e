"""A person's own page, inside a workspace."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.tenants.urls import global_url
from crm.ui import respond
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users import selectors, services
from crm.users.forms import LookForm, ProfileForm
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership
from crm.users.settings import OWN_LANGUAGE

_A_YEAR = 365 * 24 * 3600


@require_http_methods(["GET", "POST"])
def profile(request: WorkspaceRequest) -> HttpResponse:
    """Name, language, time zone, look, and the ways to password, sessions and workspaces."""
    person = request.user
    initial = {"name": request.actor.name, "language": person.language, "time_zone": person.time_zone}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                services.update_profile(actor=request.actor, **form.cleaned_data)
            return _saved(request, OWN_LANGUAGE.value(person))
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        "form": form,
        "look": LookForm(initial={"theme": request.COOKIES.get("angler_theme", "")}),
        "password_url": f"{global_url('account_change_password')}?next={request.path}",
        "sessions_url": global_url("usersessions_list"),
        "workspaces_url": global_url("workspaces"),
    }
    return respond(request, "users/profile.html", context, status=422 if form.errors else 200)


def tell_namesakes(request: HttpRequest, member: Membership) -> None:
    """Say so if others are called like ``member``: of a file that names one, it has to be asked whom it means."""
    others = [one for one in selectors.members_called(member.name) if one.pk != member.pk]
    if others:
        addresses = ", ".join(one.email or one.name for one in others)
        text = _("Somebody else here is called %(name)s too (%(others)s).")
        say(request, text % {"name": member.name, "others": addresses}, tone="warning")


def _saved(request: WorkspaceRequest, language: str) -> HttpResponse:
    with translation.override(language):
        say(request, _("Your settings are saved."))
        tell_namesakes(request, request.actor)
    response = go(request, reverse("users:profile"))
    # The pages outside a workspace, the password's for one, follow the cookie.
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=_A_YEAR,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_POST
def look(request: WorkspaceRequest) -> HttpResponse:
    """Keep light or dark in the browser, as the menu does that needs JavaScript."""
    form = LookForm(request.POST)
    response = go(request, reverse("users:profile"))
    if form.is_valid() and form.cleaned_data["theme"]:
        theme = form.cleaned_data["theme"]
        response.set_cookie("angler_theme", theme, max_age=_A_YEAR, secure=settings.SECURE, samesite="Lax")
    else:
        response.delete_cookie("angler_theme", samesite="Lax")
    return response
