"""Pages that belong to no workspace: the front door, choosing and making one, and taking an invitation."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.core.ratelimit import consume_or_429
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from crm.tenants.context import tenant_context
from crm.tenants.urls import global_url
from crm.ui import respond
from crm.ui.http import go
from crm.users import services
from crm.users.forms import JoinForm, SignUpForm, WorkspaceForm
from crm.users.http import require, workspace_path
from crm.users.middleware import LAST_WORKSPACE
from crm.users.models import Invitation, Membership, User
from crm.users.selectors import has_account, invitation_of_token, tenant_of_slug, workspaces_of


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
    tenants = [(tenant, workspace_path(tenant.slug)) for tenant in workspaces_of(_person(request))]
    return respond(request, "users/workspaces.html", {"tenants": tenants})


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
def new_workspace(request: HttpRequest) -> HttpResponse:
    """Make a workspace; who is not signed in becomes a person on the way."""
    if refusal := consume_or_429(request, action="signup"):
        return refusal
    signed_in = request.user.is_authenticated
    form = (WorkspaceForm if signed_in else SignUpForm)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (admin := _sign_up(request, form)):
        return go(request, workspace_path(admin.tenant.slug))
    return respond(request, "users/new_workspace.html", {"form": form}, status=422 if form.errors else 200)


def _sign_up(request: HttpRequest, form: WorkspaceForm | SignUpForm) -> Membership | None:
    workspace = form.workspace()
    workspace["slug"] = workspace["slug"] or services.free_slug(workspace["name"])
    try:
        if not isinstance(form, SignUpForm):
            return services.sign_up_workspace(user=_person(request), **workspace)
        admin = services.sign_up(person=form.person(), workspace=workspace)
    except ValidationError as error:
        _show(form, error)
        return None
    get_adapter().login(request, admin.user)
    return admin


def _show(form: Form, error: ValidationError) -> None:
    """Put a service's refusal beside the fields that it is about."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for field, errors in by_field.items():
        form.add_error(field if field in form.fields else None, errors)


def _person(request: HttpRequest) -> User:
    require(isinstance(request.user, User))
    return request.user  # type: ignore[return-value]


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """What one is invited to, and the way in: sign in, or become a person with a name and a password."""
    tenant = tenant_of_slug(slug)
    if tenant is None:
        return respond(request, "users/invitation_gone.html", status=404)
    with tenant_context(tenant):
        found = invitation_of_token(token)
        if found is None:
            return respond(request, "users/invitation_gone.html", status=404)
        form = _join_form(request, found)
        if request.method == "POST" and _join(request, found, form):
            return go(request, workspace_path(slug))
        context = {"invitation": found, "tenant": tenant, "form": form, **_ways_in(request, found)}
        return respond(request, "users/invitation.html", context, status=422 if form and form.errors else 200)


def _ways_in(request: HttpRequest, found: Invitation) -> dict[str, object]:
    """Who looks at the invitation: the one meant, somebody else, or nobody known yet."""
    email = found.membership.email
    back = urlencode({"next": request.path})
    return {
        "email": email,
        "is_meant": request.user.is_authenticated and _person(request).email == email,
        "is_other": request.user.is_authenticated and _person(request).email != email,
        "sign_in_url": f"{global_url('account_login')}?{back}",
    }


def _join_form(request: HttpRequest, found: Invitation) -> Form | None:
    """The form that makes a person; who has an account signs in instead, and only confirms."""
    data = request.POST if request.method == "POST" else None
    if request.user.is_authenticated:
        return Form(data)
    if has_account(found.membership.email):
        return None
    return JoinForm(data, initial={"person_name": found.membership.name})


def _join(request: HttpRequest, found: Invitation, form: Form | None) -> bool:
    if form is None or not form.is_valid():
        return False
    try:
        if not isinstance(form, JoinForm):
            services.accept_invitation(invitation=found, user=_person(request))
            return True
        person = {**form.person(), "email": found.membership.email, "language": get_language() or ""}
        member = services.join(invitation=found, person=person)
    except ValidationError as error:
        _show(form, error)
        return False
    get_adapter().login(request, member.user)
    return True
