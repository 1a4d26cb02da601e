"""The workspace's people: who may come in, as what, and invitations on their way."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crm.pages.setup import add_error, ask_first, setup_page, show, tell_refusal
from crm.setup.people_forms import InvitationForm, PersonForm
from crm.setup.usage import held_by, open_work_of
from crm.ui.http import go, method_of
from crm.ui.once import once
from crm.ui.toasts import say
from crm.users import invitations, inviting, mailing, passwords, selectors, services
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership
from crm.users.person import tell_namesakes


@setup_page
def list_people(request: WorkspaceRequest) -> HttpResponse:
    """Everybody, those who may come in first."""
    waiting = selectors.pending_invitations()
    people = sorted(selectors.members(active_only=False), key=lambda member: not member.is_active)
    rows = [{"member": member, "invitation": waiting.get(member.pk)} for member in people]
    return show(request, "setup/people.html", {"rows": rows, "active": len(selectors.members())})


@setup_page
@once
def invite(request: WorkspaceRequest) -> HttpResponse:
    """Mail somebody a link that lets them in."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            member = inviting.invite_member(actor=request.actor, **form.values())
        except ValidationError as error:
            add_error(form, error)
        else:
            _tell_of_invitation(request, member)
            tell_namesakes(request, member)
            return go(request, _url_of(member))
    return show(request, "setup/invite.html", mailing.words(), form=form, is_new=True)


def _tell_of_invitation(request: WorkspaceRequest, member: Membership) -> None:
    words = {"email": member.email, "name": member.name}
    if mailing.is_mailed():
        say(request, _("An invitation is on its way to %(email)s.") % words)
    else:
        say(request, _("%(name)s is invited. Hand over the link: no mail was sent.") % words)


@setup_page
def edit_person(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """Change what a person is here."""
    member = _member(id)
    form = PersonForm(request.POST if request.method == "POST" else None, initial=PersonForm.initial_of(member))
    if request.method == "POST" and form.is_valid():
        try:
            services.update_member(actor=request.actor, member=member, is_active=member.is_active, **form.values())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(name)s” was saved.") % {"name": member.name})
            tell_namesakes(request, member)
            return go(request, reverse("setup:people"))
    invitation = selectors.pending_invitations().get(member.pk)
    context = {
        "member": member,
        "used": held_by(request.actor, "owner", member),
        "invitation": invitation,
        "invitation_url": invitations.url_of(invitation) if invitation else "",
        "no_password_link": passwords.objection(actor=request.actor, member=member),
        **mailing.words(),
    }
    return show(request, "setup/person.html", context, form=form, about=member)


@setup_page
def deactivate_person(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """GET says what a person leaves behind, POST shuts them out, DELETE lets them in again."""
    member = _member(id)
    if request.method != "POST" and not member.is_active:  # an old tab: there is nothing to ask
        return go(request, _url_of(member))
    if request.method != "POST":
        return ask_first(
            request,
            title=_("Deactivate %(name)s") % {"name": member.name},
            text=_("They can no longer come in. What they own stays theirs until it is assigned."),
            button=_("Deactivate"),
            back=_url_of(member),
            for_good=False,
            owned=open_work_of(request.actor, member),
        )
    active = method_of(request) == "DELETE"
    try:
        services.update_member(
            actor=request.actor,
            member=member,
            role=member.role,
            team=member.team,
            is_active=active,
            name=member.name,
        )
    except ValidationError as error:
        tell_refusal(request, error)
    else:
        text = _("%(name)s can come in again.") if active else _("%(name)s can no longer come in.")
        say(request, text % {"name": member.name}, undo_url="" if active else request.path)
    return go(request, _url_of(member))


@setup_page
@require_POST
@once
def resend_invitation(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """Mail a new link; the old one ends."""
    member = _member(id)
    if member.user_id is not None or not member.email or not member.is_active:
        raise Http404
    try:
        inviting.resend_invitation(actor=request.actor, member=member)
    except ValidationError as error:
        tell_refusal(request, error)
    else:
        _tell_of_invitation(request, member)
    return go(request, _url_of(member))


@setup_page
@never_cache
def make_password_link(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """Make the link that sets a new password, and show it this once: who opens the address again gets the person."""
    member = _member(id)
    if request.method != "POST":
        return go(request, _url_of(member))
    if not member.user_id or not member.is_active:
        raise Http404
    try:
        link = passwords.make_password_link(actor=request.actor, member=member)
    except ValidationError as error:
        tell_refusal(request, error)
        return go(request, _url_of(member))
    return show(request, "setup/password_link.html", {"member": member, "link": link})


def _member(member_id: UUID) -> Membership:
    member = selectors.member(member_id)
    if member is None:
        raise Http404
    return member


def _url_of(member: Membership) -> str:
    return reverse("setup:person", kwargs={"id": member.pk})
