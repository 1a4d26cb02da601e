"""Pages that belong to no workspace: the front door, choosing one, and making one."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.core.ratelimit import consume_or_429
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from crm.tenants.urls import global_url
from crm.ui import respond
from crm.ui.http import go
from crm.ui.once import PARAMETER
from crm.users import guessing, mailing, signing_up
from crm.users.forms import AddressForm, ProvenSignUpForm, SignUpForm, WorkspaceForm
from crm.users.http import require, workspace_path
from crm.users.leaving import list_session
from crm.users.middleware import LAST_WORKSPACE
from crm.users.models import Membership, User
from crm.users.selectors import has_account, workspaces_of


@require_safe
@never_cache
def front_door(request: HttpRequest) -> HttpResponse:
    """Lead to the workspace that was used last, or the only one; else let the person choose or sign in."""
    if not isinstance(request.user, User):
        return redirect(global_url("account_login"))
    slugs = [tenant.slug for tenant in workspaces_of(request.user)]
    last = request.session.get(LAST_WORKSPACE)
    if last in slugs or len(slugs) == 1:
        return redirect(workspace_path(last if last in slugs else slugs[0]))
    return redirect(global_url("workspaces"))


@require_safe
@never_cache
@login_required
def choose_workspace(request: HttpRequest) -> HttpResponse:
    """The person's workspaces."""
    tenants = [(tenant, workspace_path(tenant.slug)) for tenant in workspaces_of(person_of(request))]
    return respond(request, "users/workspaces.html", {"tenants": tenants})


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
def new_workspace(request: HttpRequest) -> HttpResponse:
    """Sign up: a workspace for who is signed in; for a stranger a link to go on with, or both where no mail is read."""
    if not mailing.sign_up_is_open():
        return respond(request, "users/sign_up_closed.html", status=404)
    if refused := consume_or_429(request, action="signup"):
        return refused
    data = request.POST if request.method == "POST" else None
    if request.user.is_authenticated:
        return _workspace_page(request, WorkspaceForm(data))
    if not mailing.is_read():
        return _workspace_page(request, SignUpForm(data))
    form = AddressForm(data)
    if request.method == "POST" and form.is_valid():
        return _mail_the_way_on(request, form)
    return respond(request, "users/sign_up.html", {"form": form}, status=422 if form.errors else 200)


def _mail_the_way_on(request: HttpRequest, form: AddressForm) -> HttpResponse:
    """The same answer, after the same work, whether or not there is an account."""
    email = form.cleaned_data["email"]
    if refused := consume_or_429(request, action="signup_mail", key=email.lower()):
        return refused
    try:
        mailing.mail_sign_up(email=email, known=has_account(email))
    except ValidationError as error:
        show_refusal(form, error)
        return respond(request, "users/sign_up.html", {"form": form}, status=422)
    return go(request, global_url("sign_up_sent"))


@require_safe
def sign_up_sent(request: HttpRequest) -> HttpResponse:
    """What to do now: look into one's mail."""
    return respond(request, "users/sign_up_sent.html")


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
def sign_up(request: HttpRequest, token: str) -> HttpResponse:
    """Go on by the link that was mailed: a new person, whose address is proven by it, and their workspace."""
    email = mailing.email_of_sign_up(token)
    if email is None or not mailing.sign_up_is_open():
        return respond(request, "users/sign_up_gone.html", status=404)
    answer = None
    if request.method == "POST" or not has_account(email):
        form = ProvenSignUpForm(request.POST if request.method == "POST" else None)
        answer = _workspace_page(request, form, email)
    if answer is None or (answer.status_code == 422 and has_account(email)):  # made with this link, maybe just now
        return go(request, f"{global_url('account_login')}?next={global_url('new_workspace')}")
    return answer


def _workspace_page(
    request: HttpRequest, form: WorkspaceForm | SignUpForm | ProvenSignUpForm, email: str = ""
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (admin := _sign_up(request, form, email)):
        response = go(request, workspace_path(admin.tenant.slug))
        guessing.remember(request, response, person_of(request))
        return response
    context = {"form": form, "email": email}
    return respond(request, "users/new_workspace.html", context, status=422 if form.errors else 200)


def _sign_up(
    request: HttpRequest, form: WorkspaceForm | SignUpForm | ProvenSignUpForm, email: str
) -> Membership | None:
    workspace, key = form.workspace(), request.POST.get(PARAMETER, "")
    try:
        if not isinstance(form, SignUpForm | ProvenSignUpForm):
            return signing_up.sign_up_workspace(user=person_of(request), form_key=key, **workspace)
        proven = {"email": email, "is_proven": True} if email else {}
        admin = signing_up.sign_up(person={**form.person(), **proven}, workspace=workspace, form_key=key)
    except ValidationError as error:
        show_refusal(form, error)
        return None
    sign_in(request, admin.user)
    return admin


def show_refusal(form: Form, error: ValidationError) -> None:
    """Put a service's refusal beside the fields that it is about."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for field, errors in by_field.items():
        form.add_error(field if field in form.fields else None, errors)


def person_of(request: HttpRequest) -> User:
    """Return who is signed in; nobody: 404."""
    require(isinstance(request.user, User))
    return request.user  # type: ignore[return-value]


def sign_in(request: HttpRequest, user: User | None) -> None:
    """Sign ``user`` in, in place of whoever was."""
    get_adapter().login(request, user)
    list_session(request)
