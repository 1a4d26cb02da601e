"""Workspaces, people, teams and roles: every change to who may be here and what they may do."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import translation
from django.utils.translation import gettext as _

from crm import events
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.tenants.new_workspace import furnish
from crm.tenants.text import sort_key
from crm.users.models import Membership, Team, User
from crm.users.roles import ADMIN, create_default_roles


@atomic
def sign_up_workspace(*, name: str, slug: str, time_zone: str, currency: str, language: str, user: User) -> Membership:
    """Create a workspace that is usable at once, with ``user`` as its admin.

    Raises ``ValidationError`` by field when, say, the slug is taken.
    """
    tenant = Tenant(name=name, slug=slug, time_zone=time_zone, currency=currency, language=language)
    tenant.full_clean()
    try:
        with atomic():
            tenant.save(force_insert=True)
    except IntegrityError:  # someone took the slug since full_clean()
        raise ValidationError({"slug": _("This address is taken.")}) from None
    with translation.override(language), tenant_context(tenant):
        admin = Membership.objects.create(
            user=user,
            name=str(user),
            name_key=sort_key(str(user))[:200],
            email=user.email,
            role=create_default_roles()[ADMIN.key],
            team=Team.objects.create(name=_("Sales")),
        )
        events.record(name="workspace.created", record=None, actor=admin, data={"name": name, "slug": slug})
        furnish(admin)
    return admin
