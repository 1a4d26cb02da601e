"""What follows from changes among people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm import events
from crm.events.models import Event
from crm.users import invitations, mailing
from crm.users.selectors import open_invitation


@events.on("member.invited", key="invitation-mail")
def mail_invitation(event: Event) -> str:
    """Send the link; nothing when the invitation was taken or replaced meanwhile."""
    invitation = open_invitation(event.data["invitation"])
    if invitation is None:
        return ""
    if not mailing.is_read():
        return _("Mail is not set up: the link has to be handed over")
    invitations.mail(invitation)
    return f"Mailed to {invitation.membership.email}"
