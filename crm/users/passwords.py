"""A new password for somebody who forgot theirs, by a link that an admin of their workspace hands over.

It opens the account of a member of this workspace alone. Who belongs to others too could be taken over there by one
workspace's admin: for them there is the mail, or whoever runs the installation (``manage.py password_link``). Both are
asked when the link is made and again when it is used. Since whoever holds the link sets the password, the address
counts as unproven from then on (see ``inviting.accept_invitation``).
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.tenants.context import current_tenant
from crm.tenants.urls import global_url, whole_url
from crm.users.events import PASSWORD_LINK_MADE, PASSWORD_SET
from crm.users.invitations import hash_of
from crm.users.models import Membership, PasswordLink, User
from crm.users.selectors import is_member_elsewhere

VALID_FOR = timedelta(hours=24)


def objection(*, actor: Membership, member: Membership) -> str:
    """Return why ``actor`` can make no link for ``member``, "" if they can."""
    if member.user is None or not member.is_active:
        return _("Only people who can sign in have a password.")
    if member.pk == actor.pk:
        return _("Change your own password in your settings.")
    if is_member_elsewhere(member.user):
        return _(
            "%(name)s also belongs to another workspace, and a new password would open that too. They can have a link "
            "mailed by “Forgotten your password?”, or ask whoever runs this installation."
        ) % {"name": member.name}
    return ""


@atomic
def make_password_link(*, actor: Membership, member: Membership) -> str:
    """Return the address that sets a new password for ``member``: once, within a day, and kept nowhere.

    A link made before ends. Where no link may be made: ``ValidationError``.
    """
    if why_not := objection(actor=actor, member=member):
        raise ValidationError(why_not)
    Membership.objects.select_for_update().get(pk=member.pk)  # one at a time: the older link ends
    now = timezone.now()
    _open_links().filter(membership=member).update(expires_at=now)
    token = secrets.token_urlsafe(32)
    PasswordLink.objects.create(
        membership=member, made_by=actor, token_hash=hash_of(token), created_at=now, expires_at=now + VALID_FOR
    )
    events.record(PASSWORD_LINK_MADE, record=member, actor=actor)
    return whole_url(global_url("password_link", slug=current_tenant().slug, token=token))


def link_of_token(token: str) -> PasswordLink | None:
    """Return the link while it opens something: unused, in time, its member here and nowhere else."""
    link = _open_links().filter(token_hash=hash_of(token)).first()
    if link is None or link.membership.user is None or is_member_elsewhere(link.membership.user):
        return None
    return link


def was_used(token: str) -> bool:
    """Whether a password was set with the link of ``token``."""
    return PasswordLink.objects.filter(token_hash=hash_of(token)).exclude(used_at=None).exists()


def note_mailed_key(key: str) -> None:
    """Remember that a password was set with the mailed link of ``key``, for as long as that would have been good."""
    cache.set(_mark_of(key), True, settings.PASSWORD_RESET_TIMEOUT)


def was_mailed_key_used(key: str) -> bool:
    """Whether one was, as far as is remembered. Only who has the link can ask."""
    return bool(key) and cache.get(_mark_of(key)) is not None


def _mark_of(key: str) -> str:
    return f"reset-used:{hash_of(key)}"


@atomic
def set_password_by_link(*, link: PasswordLink, password: str) -> User:
    """Set the password, end the link and every session. Used meanwhile, or too weak: ``ValidationError``."""
    locked = _open_links().select_for_update(of=("self",)).filter(pk=link.pk).first()
    if locked is None:
        raise ValidationError(_("This link was used meanwhile."))
    user = User.objects.select_for_update().get(pk=locked.membership.user_id)
    if is_member_elsewhere(user):  # since the page was opened
        raise ValidationError(_("This link opens nothing any more."))
    set_new_password(user, password)
    locked.used_at = timezone.now()
    locked.save(update_fields=["used_at"])
    events.record(PASSWORD_SET, record=locked.membership, actor=locked.membership)
    return user


def set_new_password(user: User, password: str) -> None:
    """Set a password that ``user`` chose without proving their address. Too weak: ``ValidationError``."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from None
    user.set_password(password)
    user.email_verified_at = None
    user.save(update_fields=["password", "email_verified_at"])


def _open_links() -> QuerySet[PasswordLink]:
    found = PasswordLink.objects.filter(used_at=None, expires_at__gt=timezone.now(), membership__is_active=True)
    return found.select_related("membership", "membership__user")
