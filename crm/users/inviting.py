"""Letting people into a workspace: invitations made, sent again and taken."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.tenants.memo import forget
from crm.users import invitations, mailing
from crm.users.events import MEMBER_INVITED, MEMBER_JOINED
from crm.users.models import Invitation, Membership, Role, Team, User
from crm.users.passwords import set_new_password
from crm.users.selectors import member_by_name_or_email
from crm.users.services import address_key, create_member, personal_name
from crm.users.signing_up import create_person

MOST_AN_HOUR = 200  # of one workspace
MOST_TO_ONE = 6


@atomic
def invite_member(*, actor: Membership, email: str, name: str, role: Role, team: Team | None = None) -> Membership:
    """Make a place for somebody, with a link to it that is good for 14 days; it is mailed where mail is set up.

    Who was only named by an import, or has not taken an earlier invitation, gets that place with all its records.
    """
    email = address_key(email)
    if not email:
        raise ValidationError({"email": _("Give an e-mail address: signing in will be by it.")})
    name = personal_name(name, email)
    try:
        with atomic():
            member = _place_for(email, name, role, team)
    except IntegrityError:  # another admin invited the same address at this moment
        forget("users.")
        member = _place_for(email, name, role, team)
    forget("users.")
    resend_invitation(actor=actor, member=member)
    return member


def _place_for(email: str, name: str, role: Role, team: Team | None) -> Membership:
    waiting = member_by_name_or_email(email) or member_by_name_or_email(name)
    if waiting:
        waiting = Membership.objects.select_for_update().get(pk=waiting.pk)
    if waiting and waiting.user_id is None and waiting.email in ("", email):
        waiting.email, waiting.role, waiting.team, waiting.is_active = email, role, team, True
        waiting.save(update_fields=["email", "role", "team", "is_active"])
        return waiting
    if waiting and waiting.email == email:
        raise ValidationError({"email": _("%(name)s is a member already.") % {"name": waiting.name}})
    return create_member(name=name or email, email=email, role=role, team=team)


@atomic
def resend_invitation(*, actor: Membership, member: Membership) -> Invitation:
    """Make a new link for a member who has not come yet, and mail it; the old one ends."""
    member = Membership.objects.select_for_update(of=("self",)).select_related("role").get(pk=member.pk)
    if member.user_id is not None:
        raise ValidationError(_("%(name)s is a member already.") % {"name": member.name})
    if not member.is_active:
        raise ValidationError(
            _("%(name)s is deactivated. Activate them again, then invite them.") % {"name": member.name}
        )
    _keep_within_limits(member)
    invitation = invitations.issue(membership=member, invited_by=actor)
    events.record(
        MEMBER_INVITED,
        record=member,
        actor=actor,
        data={"email": member.email, "role": member.role.name, "invitation": str(invitation.pk)},
    )
    return invitation


@atomic
def accept_invitation(
    *, invitation: Invitation, user: User, by_mail: bool = False, new_password: str = ""
) -> Membership:
    """Give ``user`` the place that the invitation is for. Taken already, or by another person: ``ValidationError``.

    An account does not prove its address: an admin elsewhere may have made it with an invitation that was not for
    them. Here it must be proven: by the link of the mail (``by_mail``) or one that ``mailing`` sent before; where no
    mail is read, by a ``new_password``, which whoever made the account does not know.
    """
    member = _locked_place(invitation)
    if user.email != member.email:
        raise ValidationError(_("This invitation is for %(email)s.") % {"email": member.email})
    if Membership.objects.filter(user=user).exists():
        raise ValidationError(_("You are a member of this workspace already."))
    _prove(user, by_mail, new_password)
    return _give_place(invitation, member, user)


@atomic
def join(*, invitation: Invitation, person: dict[str, str], by_mail: bool = False) -> Membership:
    """Create a person (see ``create_person``) who takes the invitation at once, or neither."""
    user = create_person(**person, is_proven=by_mail)
    return _give_place(invitation, _locked_place(invitation), user)


def _locked_place(invitation: Invitation) -> Membership:
    """The place that the link is for, held while it is taken. Taken meanwhile, or ended by a newer link: refused."""
    member = Membership.objects.select_for_update(of=("self",)).select_related("role").get(pk=invitation.membership_id)
    if member.user_id is not None or not member.is_active:
        raise ValidationError(_("This invitation was taken already."))
    invitation.refresh_from_db(fields=["accepted_at", "expires_at"])
    if invitation.accepted_at or invitation.expires_at <= timezone.now():
        raise ValidationError(_("There is a newer invitation. Use the link of the last mail."))
    return member


def needs_proof(user: User, by_mail: bool) -> bool:
    """Whether ``user`` has yet to prove their address before they can take an invitation."""
    return user.email_verified_at is None and not by_mail


def _prove(user: User, by_mail: bool, new_password: str) -> None:
    if by_mail:
        verify_address(user)
    if not needs_proof(user, by_mail):
        return
    if mailing.is_read():
        raise ValidationError(_("First show that %(email)s is your address.") % {"email": user.email})
    set_new_password(user, new_password)


def verify_address(user: User) -> None:
    """Note that ``user`` reads the mail of their address."""
    if user.email_verified_at is None:
        user.email_verified_at = timezone.now()
        user.save(update_fields=["email_verified_at"])


def _give_place(invitation: Invitation, member: Membership, user: User) -> Membership:
    member.user = user
    member.save(update_fields=["user"])
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    forget("users.")
    events.record(MEMBER_JOINED, record=member, actor=member)
    return member


def _keep_within_limits(member: Membership) -> None:
    """So that nobody's mailbox is flooded in the name of an installation."""
    lately = Invitation.objects.filter(created_at__gt=timezone.now() - timedelta(hours=1))
    if lately.filter(membership=member).count() >= MOST_TO_ONE or lately.count() >= MOST_AN_HOUR:
        raise ValidationError(_("Too many invitations within an hour. Try again later."))
