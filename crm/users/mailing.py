"""What an installation can do by mail, and what follows where it can do nothing.

* Mail is set up: links go by mail, and following one proves the address.
* A trial run on one's own machine keeps mails in a mailbox that the admin of the demo reads: as above.
* No mail: links are handed over by admins, no address can be proven, and strangers start no workspace by default.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from smtplib import SMTPException
from typing import Any

import structlog
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from crm.ground.addresses import email_key
from crm.tenants.models import Tenant
from crm.tenants.urls import global_url, whole_url
from crm.users.models import User

_log = structlog.get_logger(__name__)
SIGN_UP_SECONDS = 24 * 3600
ADDRESS_SECONDS = 3 * 24 * 3600
_SIGN_UP, _ADDRESS = "crm.users.sign-up", "crm.users.address"


def is_read() -> bool:
    """Whether somebody can read the mails of this installation: those that leave it, or those in the mailbox."""
    return bool(settings.MAIL_LEAVES or settings.MAILBOX)


def is_mailed() -> bool:
    """Whether a mail reaches the person whose address it bears; what lies in the mailbox does not."""
    return bool(settings.MAIL_LEAVES)


def sign_up_is_open() -> bool:
    """Whether workspaces may be started: as ``SIGN_UP`` says, else where addresses can be proven, or by the very first
    person of an installation."""
    if settings.SIGN_UP in ("open", "closed"):
        return settings.SIGN_UP == "open"
    return is_read() or not Tenant.objects.exists()


def words() -> dict[str, Any]:
    """What pages know about mail."""
    return {"mail_leaves": settings.MAIL_LEAVES, "mailbox": bool(settings.MAILBOX)}


# A link that goes on with a sign-up: nobody without it learns whether there is an account


def mail_sign_up(*, email: str, known: bool) -> None:
    """Send the way on to ``email``: to a new workspace, or to signing in where there is an account (``known``)."""
    path = global_url("account_login") if known else global_url("sign_up", token=signing.dumps(email, salt=_SIGN_UP))
    template = "users/email/sign_up_known" if known else "users/email/sign_up"
    _send(template, email, {"url": whole_url(path), "email": email})


def email_of_sign_up(token: str) -> str | None:
    """Return the address that the link of ``mail_sign_up`` proves, for a day."""
    return _loaded(token, _SIGN_UP, SIGN_UP_SECONDS)


# A link that proves an address


def mail_address_proof(*, user: User, back: str = "") -> None:
    """Send ``user`` the link that proves their address; ``back`` is where to go after that."""
    token = signing.dumps(f"{user.pk} {user.email}", salt=_ADDRESS)
    path = global_url("verify_address", token=token)
    _send("users/email/address", user.email, {"url": whole_url(path + back), "name": str(user)})


def proves_address(token: str, user: User) -> bool:
    """Whether ``token`` is the one that was mailed to ``user`` in the last three days."""
    return constant_time_compare(_loaded(token, _ADDRESS, ADDRESS_SECONDS) or "", f"{user.pk} {user.email}")


def _loaded(token: str, salt: str, seconds: int) -> str | None:
    try:
        return signing.loads(token, salt=salt, max_age=seconds)
    except signing.BadSignature:
        return None


def _send(template: str, email: str, context: dict[str, Any]) -> None:
    subject = render_to_string(f"{template}_subject.txt", context)
    with told_when_it_fails():
        send_mail(" ".join(subject.split()), render_to_string(f"{template}.txt", context), None, [email_key(email)])


@contextmanager
def told_when_it_fails() -> Iterator[None]:
    """Make of a mail server that is away, or refuses, something that can be said in a form (``ValidationError``)."""
    try:
        yield
    except (SMTPException, OSError):
        _log.exception("mail_not_sent")
        raise ValidationError(_("The mail could not be sent just now. Try again in a few minutes.")) from None
