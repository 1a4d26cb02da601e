"""What follows from changes among people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from crm import events
from crm.events.models import Event
from crm.users import invitations, mailing
from crm.users.events import MEMBER_INVITED
from crm.users.selectors import open_invitation


@events.on(MEMBER_INVITED, key="invitation-mail", label=_lazy("Mail to who was invited"))
def mail_invitation(event: Event) -> str:
    """Send the link; nothing when the invitation was taken or replaced meanwhile."""
    invitation = open_invitation(event.data["invitation"])
    if invitation is None:
        return ""
    if not mailing.is_read():
        return _("Mail is not set up: the link has to be handed over")
    invitations.mail(invitation)
    return f"Mailed to {invitation.membership.email}"
