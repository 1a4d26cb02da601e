"""The pages behind links that were mailed or handed over: an invitation, a new password, an address to prove."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.views import PasswordResetFromKeyView, PasswordResetView
from allauth.core.ratelimit import consume_or_429
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.transaction import atomic
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from crm.tenants.context import tenant_context
from crm.tenants.urls import global_url
from crm.ui import respond
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users import guessing, inviting, mailing, passwords
from crm.users.forms import JoinForm, PasswordForm
from crm.users.http import workspace_path
from crm.users.invitations import came_by_mail
from crm.users.leaving import list_session
from crm.users.models import Invitation, PasswordLink, User
from crm.users.selectors import has_account, invitation_of_token, member_who_took, tenant_of_slug
from crm.users.views import person_of, show_refusal, sign_in


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
        if found is None and (user := _came_before(request, token)):
            return _lead_in(request, slug, user)
        by_mail = bool(found and came_by_mail(found, token))
        if found is None or ("." in token and not by_mail):
            return respond(request, "users/invitation_gone.html", status=404)
        form = _join_form(request, found, by_mail)
        if request.method == "POST":
            if _join(request, found, form, by_mail):
                return _lead_in(request, slug, person_of(request))
            if isinstance(form, JoinForm) and has_account(found.membership.email):
                if user := _came_before(request, token):  # the same form, sent twice
                    return _lead_in(request, slug, user)
                return go(request, request.get_full_path())  # to sign in: the account was made at this moment
        context = {"invitation": found, "tenant": tenant, "form": form, **_ways_in(request, found, by_mail)}
        return respond(request, "users/invitation.html", context, status=422 if form and form.errors else 200)


def _came_before(request: HttpRequest, token: str) -> User | None:
    """Who took the invitation and is here again: signed in, or with the form sent twice and the password in it."""
    member = member_who_took(token)
    if member is None or member.user is None or request.user == member.user:
        return member.user if member else None
    password = request.POST.get("password", "")
    if not password or not guessing.is_password(request, member.user, password):
        return None
    sign_in(request, member.user)
    return member.user


def _lead_in(request: HttpRequest, slug: str, user: User) -> HttpResponse:
    response = go(request, workspace_path(slug))
    guessing.remember(request, response, user)
    return response


def _ways_in(request: HttpRequest, found: Invitation, by_mail: bool) -> dict[str, object]:
    """Who looks at the invitation: the one meant, somebody else, or nobody known yet."""
    email = found.membership.email
    is_meant = request.user.is_authenticated and person_of(request).email == email
    needs_proof = is_meant and inviting.needs_proof(person_of(request), by_mail)
    return {
        "email": email,
        "is_meant": is_meant,
        "is_other": request.user.is_authenticated and not is_meant,
        "needs_mail": needs_proof and mailing.is_read(),
        "sign_in_url": f"{global_url('account_login')}?{urlencode({'next': request.path})}",
    }


def _join_form(request: HttpRequest, found: Invitation, by_mail: bool) -> Form | None:
    """The form that makes a person; who has an account signs in instead, and confirms, or chooses a new password."""
    data = request.POST if request.method == "POST" else None
    if request.user.is_authenticated:
        unproven = inviting.needs_proof(person_of(request), by_mail) and not mailing.is_read()
        return PasswordForm(data) if unproven else Form(data)
    if has_account(found.membership.email):
        return None
    return JoinForm(data, initial={"person_name": found.membership.name})


def _join(request: HttpRequest, found: Invitation, form: Form | None, by_mail: bool) -> bool:
    if form is None or not form.is_valid():
        return False
    try:
        if not isinstance(form, JoinForm):
            user = person_of(request)
            password = form.cleaned_data.get("password", "")
            inviting.accept_invitation(invitation=found, user=user, by_mail=by_mail, new_password=password)
            update_session_auth_hash(request, user)  # which gives the session another key
            list_session(request)
            return True
        person = {**form.person(), "email": found.membership.email}
        member = inviting.join(invitation=found, person=person, by_mail=by_mail)
    except ValidationError as error:
        show_refusal(form, error)
        return False
    sign_in(request, member.user)
    return True


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
def password_link(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Set the new password for which an admin handed over the link, and come in."""
    if refused := consume_or_429(request, action="reset_password_from_key"):
        return refused
    tenant = tenant_of_slug(slug)
    if tenant is None:
        return respond(request, "users/password_link_gone.html", status=404)
    with tenant_context(tenant):
        link = passwords.link_of_token(token)
        if link is None:
            used = {"is_used": passwords.was_used(token)}
            return respond(request, "users/password_link_gone.html", used, status=404)
        form = PasswordForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and (user := _set_password(request, link, form)):
            sign_in(request, user)
            return _lead_in(request, slug, user)
        context = {"form": form, "member": link.membership, "tenant": tenant}
        return respond(request, "users/password_link.html", context, status=422 if form.errors else 200)


def _set_password(request: HttpRequest, link: PasswordLink, form: PasswordForm) -> User | None:
    try:
        user = passwords.set_password_by_link(link=link, password=form.cleaned_data["password"])
    except ValidationError as error:
        show_refusal(form, error)
        return None
    guessing.forgive(request, user.email)
    return user


class AskForNewPassword(PasswordResetView):
    """Mail a link to who forgot their password; where that fails, say so."""

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            return super().form_valid(form)
        except ValidationError as error:
            show_refusal(form, error)
            return self.form_invalid(form)


class SetForgottenPassword(PasswordResetFromKeyView):
    """Set a new password by the link that was mailed: once, in however many sessions it is open."""

    reset_user: User

    def form_valid(self, form: Any) -> HttpResponse:
        with atomic():
            user = User.objects.select_for_update().get(pk=self.reset_user.pk)
            if not default_token_generator.check_token(user, self.key):
                return self.render_to_response(self.get_context_data(token_fail=True), status=404)
            self.reset_user = form.user = user
            response = super().form_valid(form)
        passwords.note_mailed_key(self.key)
        return response

    def get_context_data(self, **options: Any) -> dict[str, Any]:
        fails = options.get("token_fail", False)
        return {"is_used": fails and passwords.was_mailed_key_used(self.key), **super().get_context_data(**options)}


@require_POST
@login_required
def mail_address_proof(request: HttpRequest) -> HttpResponse:
    """Mail the person who is signed in the link that proves their address."""
    user, back = person_of(request), _back(request, request.POST.get("next", ""))
    if refused := consume_or_429(request, action="prove_address", key=user.email):
        return refused
    if mailing.is_read():
        try:
            mailing.mail_address_proof(user=user, back=f"?{urlencode({'next': back})}")
        except ValidationError as error:
            say(request, " ".join(error.messages), tone="danger")
        else:
            say(request, _("A link is on its way to %(email)s. It is good for three days.") % {"email": user.email})
    return go(request, back)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def verify_address(request: HttpRequest, token: str) -> HttpResponse:
    """Prove one's address: by the link of the mail, and as the one who has the account."""
    user = person_of(request)
    is_good = mailing.proves_address(token, user)
    back = _back(request, request.GET.get("next", ""))
    if is_good and request.method == "POST":
        inviting.verify_address(user)
        say(request, _("%(email)s is your address.") % {"email": user.email})
        return go(request, back)
    context = {"is_good": is_good, "email": user.email}
    return respond(request, "users/address.html", context, status=200 if is_good else 404)


def _back(request: HttpRequest, path: str) -> str:
    return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else global_url("front_door")
