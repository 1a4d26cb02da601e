"""The link that lets a person in. It is made from SECRET_KEY and the invitation's id, so that a mail or an admin's page
can show it again, while the database alone, which keeps its hash, opens nothing."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from crm.tenants.context import current_tenant
from crm.tenants.urls import global_url, whole_url
from crm.users.models import Invitation, Membership

VALID_FOR = timedelta(days=14)


def issue(*, membership: Membership, invited_by: Membership) -> Invitation:
    """Write an invitation for ``membership``; those sent before end."""
    now = timezone.now()
    Invitation.objects.filter(membership=membership, accepted_at=None, expires_at__gt=now).update(expires_at=now)
    invitation = Invitation(membership=membership, invited_by=invited_by, created_at=now, expires_at=now + VALID_FOR)
    invitation.token_hash = hash_of(_token(invitation))
    invitation.save()
    return invitation


def url_of(invitation: Invitation, *, mailed: bool = False) -> str:
    """Return the whole address that lets the invited person in.

    Only the one that is ``mailed`` proves that whoever follows it reads the invited person's mail.
    """
    token = f"{_token(invitation)}.{_proof(invitation)}" if mailed else _token(invitation)
    return whole_url(global_url("invitation", slug=current_tenant().slug, token=token))


def came_by_mail(invitation: Invitation, token: str) -> bool:
    """Whether ``token`` is the one of the mail, which no page shows."""
    return constant_time_compare(token, f"{_token(invitation)}.{_proof(invitation)}")


def mail(invitation: Invitation) -> None:
    """Send the link to the invited person, in the workspace's language."""
    tenant = current_tenant()
    with translation.override(tenant.language), timezone.override(tenant.zone):
        words = {"workspace": tenant.name, "person": invitation.invited_by or tenant.name}
        context = {**words, "invitation": invitation, "member": invitation.membership}
        body = render_to_string("users/email/invitation.txt", {**context, "url": url_of(invitation, mailed=True)})
        subject = _("%(person)s invites you to %(workspace)s") % words
        send_mail(" ".join(subject.split()), body, None, [invitation.membership.email])


def _token(invitation: Invitation) -> str:
    return salted_hmac("crm.users.invitation", str(invitation.pk), algorithm="sha256").hexdigest()


def _proof(invitation: Invitation) -> str:
    return salted_hmac("crm.users.invitation.mailed", str(invitation.pk), algorithm="sha256").hexdigest()[:32]


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
