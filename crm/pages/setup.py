"""What the setup pages share: who may come in, and how a refusal is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from crm.events.selectors import last_change_of_setting
from crm.pages import setup_menu
from crm.tenants.locks import wait_for_turn
from crm.tenants.memo import forget
from crm.tenants.models import TenantModel
from crm.ui import respond
from crm.ui.http import is_fragment
from crm.ui.seen import SeenForm
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest, require

View = Callable[..., HttpResponse]
MORE_VIEWS = gettext_lazy("More saved views use it by now: they are listed above.")


def setup_page(view: View) -> View:
    """For people whose role may set up the workspace; for all others the page does not exist."""

    @wraps(view)
    def checked(request: WorkspaceRequest, *args: Any, **options: Any) -> HttpResponse:
        require(request.actor.role.can_set_up)
        if request.method == "POST":
            _one_after_the_other(request)
        return view(request, *args, **options)

    return checked


def _one_after_the_other(request: WorkspaceRequest) -> None:
    """Let two who change the setup at once wait for each other, and the second one see what the first has written."""
    wait_for_turn("setup")
    request.tenant.refresh_from_db()
    forget()


def show(
    request: WorkspaceRequest,
    template: str,
    context: dict[str, Any],
    *,
    form: forms.Form | None = None,
    about: TenantModel | None = None,
    is_new: bool = False,
) -> HttpResponse:
    """Answer with a setup page, or with its ``form`` partial in a dialog; with 422 when ``form`` was refused.

    ``about`` is what the form changes, where that is not the workspace itself. One that adds something (``is_new``)
    has the focus on its first field; one that was refused, on what is wrong.
    """
    if is_new and form is not None and not form.is_bound:
        form.visible_fields()[0].field.widget.attrs["autofocus"] = True
    context = {**context, "form": form}
    if isinstance(form, SeenForm) and form.who is None:
        form.who = partial(last_change_of_setting, about)
    if not is_fragment(request):
        context["menu"] = setup_menu.groups(request.path)
    return respond(
        request, template, context, partial="form" if form else None, status=422 if form and form.errors else 200
    )


def ask_first(
    request: WorkspaceRequest,
    *,
    title: str,
    text: str,
    button: str,
    back: str,
    for_good: bool = True,
    views: Any = None,
    owned: Any = None,
) -> HttpResponse:
    """Ask before something goes: ``text`` says what goes with it, ``button`` what the button does.

    ``views`` are the saved views that it is a part of; the form says by ``views`` for how many of them it asked.
    ``owned`` is what is to be given to others.
    """
    context: dict[str, Any] = {"title": title, "text": text, "button": button, "back": back}
    context |= {"for_good": for_good, "views": views, "owned": owned}
    if not is_fragment(request):
        context["menu"] = setup_menu.groups(request.path)
    return respond(request, "setup/confirm.html", context, partial="dialog")


def told_of_views(request: WorkspaceRequest) -> int:
    """Of how many saved views the form that was sent has told."""
    told = request.POST.get("views", "")
    return int(told) if told.isdecimal() and len(told) < 9 else 0


def tell_refusal(request: WorkspaceRequest, error: ValidationError) -> None:
    """Show why a button did nothing."""
    say(request, " ".join(error.messages), tone="danger")


def add_error(form: forms.Form, error: ValidationError) -> None:
    """Show a service's refusal in ``form``: at the field it names, or above when the form has no such field."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def moved_position(request: WorkspaceRequest, index: int) -> int:
    """Return where an entry that is at ``index`` was sent: "up", "down", or a number counted from 0."""
    to = request.POST.get("to", "")
    if to in ("up", "down"):
        return max(index - 1, 0) if to == "up" else index + 1
    require(to.isdecimal() and len(to) < 6)
    return int(to)
