"""Signing up: new people, and workspaces that are usable at once."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any
from unicodedata import normalize
from uuid import UUID, uuid5

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm import events
from crm.ground.addresses import email_key
from crm.ground.ids import uuid7
from crm.ground.text import sort_key
from crm.tenants.context import tenant_context
from crm.tenants.new_workspace import furnish
from crm.tenants.tenant import RESERVED_SLUGS, Tenant
from crm.users.choices import GERMAN, LONGEST_STEM, NAMELESS_STEM, SHORTEST_STEM, TO_SHORT_STEM, UMLAUTS
from crm.users.events import WORKSPACE_CREATED
from crm.users.models import Membership, Team, User
from crm.users.roles import ADMIN, create_default_roles
from crm.users.selectors import has_account
from crm.users.services import address_key, create_member

_TRIES = 20  # at a free address, while others sign up too
_NAMESPACE = UUID("6d1c6c0a-5a0e-4c3c-9a55-2f6f8a1c7b10")  # of workspaces made by a form


@atomic
def create_person(*, email: str, name: str, password: str, language: str = "", is_proven: bool = False) -> User:
    """Create somebody who can sign in; ``is_proven`` = they read the mail of that address.

    Raises ``ValidationError`` by field.
    """
    user = User(email=address_key(email), name=name.strip(), language=language)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from None
    verified = timezone.now() if is_proven else None
    try:
        if not has_account(email):
            with atomic():
                return User.objects.create_user(
                    user.email, password, name=user.name, language=language, email_verified_at=verified
                )
    except IntegrityError:  # another session made it since has_account()
        pass
    raise ValidationError({"email": _("This address cannot be used here. If it is yours, sign in instead.")})


@atomic
def sign_up_workspace(
    *, name: str, slug: str, time_zone: str, currency: str, language: str, user: User, form_key: str = ""
) -> Membership:
    """Create a workspace that is usable at once, with ``user`` as its admin; without a ``slug`` it is made of the name.

    The same form sent again by the same person, known by its ``form_key``, gets what it has made. Raises
    ``ValidationError`` by field when, say, the slug is taken.
    """
    values = {"name": name, "slug": slug, "time_zone": time_zone, "currency": currency, "language": language}
    new_id = _id_of_form(user, form_key, values) if form_key else uuid7()
    if admin := _made_of(user, new_id):
        return admin
    tenant = Tenant(**values, id=new_id)
    if not _claim_address(tenant, is_chosen=bool(slug)):
        admin = _made_of(user, new_id)
        assert admin is not None
        return admin
    with translation.override(language), tenant_context(tenant):
        admin = create_member(
            user=user,
            name=str(user),
            email=user.email,
            role=create_default_roles()[ADMIN.key],
            team=Team.objects.create(name=_("Sales")),
        )
        events.record(WORKSPACE_CREATED, record=None, actor=admin, data={"name": name, "slug": tenant.slug})
        furnish(admin)
    return admin


def _claim_address(tenant: Tenant, *, is_chosen: bool) -> bool:
    """Write the new workspace. False when its id is taken: the same form, sent at the same moment, has made it."""
    for _try in range(_TRIES):
        tenant.slug = tenant.slug if is_chosen else free_slug(tenant.name, tenant.language)
        tenant.full_clean(validate_unique=False)
        try:
            with atomic():
                tenant.save(force_insert=True)
            return True
        except IntegrityError:  # somebody took the slug meanwhile
            if Tenant.objects.filter(pk=tenant.pk).exists():
                return False
            if is_chosen:
                break
    raise ValidationError({"slug": _("This address is taken.")})


def _id_of_form(user: User, form_key: str, values: dict[str, str]) -> UUID:
    """The id of what one form of one person makes: with anything else in the form it is another one."""
    return uuid5(_NAMESPACE, repr((str(user.pk), form_key, sorted(values.items()))))


def _made_of(user: User, tenant_id: UUID) -> Membership | None:
    """The place of ``user`` in the workspace with that id."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return None
    with tenant_context(tenant):
        return Membership.objects.select_related("tenant", "user").filter(user=user).first()


@atomic
def sign_up(*, person: dict[str, Any], workspace: dict[str, str], form_key: str = "") -> Membership:
    """Create a person (see ``create_person``) and their workspace (see ``sign_up_workspace``), or neither."""
    try:
        user = create_person(**person)
    except ValidationError:
        if admin := _signed_up_before(person, workspace, form_key):
            return admin
        raise
    return sign_up_workspace(user=user, form_key=form_key, **workspace)


def _signed_up_before(person: dict[str, Any], workspace: dict[str, str], form_key: str) -> Membership | None:
    """What the same form has made: whoever sends it knows its key and the password that was chosen in it."""
    user = User.objects.filter(email=email_key(person["email"]), is_active=True).first()
    admin = _made_of(user, _id_of_form(user, form_key, workspace)) if user and form_key else None
    return admin if admin and user and user.check_password(person["password"]) else None


def free_slug(name: str, language: str = "") -> str:
    """Return an address that a workspace called ``name`` could have, whole words of it, in plain letters."""
    letters = normalize("NFC", name.lower())
    for letter, plain in UMLAUTS.items() if language in GERMAN else ():
        letters = letters.replace(letter, plain)
    stem = _first_words(re.findall("[a-z0-9]+", sort_key(letters).replace("'", ""))) or NAMELESS_STEM
    stem = stem if len(stem) >= SHORTEST_STEM else f"{stem}{TO_SHORT_STEM}"
    taken = {*RESERVED_SLUGS, *Tenant.objects.filter(slug__startswith=stem).values_list("slug", flat=True)}
    return next(slug for number in range(1, len(taken) + 2) if (slug := _numbered(stem, number)) not in taken)


def _first_words(words: list[str]) -> str:
    """As many whole words as fit; only the first may be cut."""
    ends = [end for end in accumulate(len(word) + 1 for word in words) if end - 1 <= LONGEST_STEM]
    return "-".join(words[: max(1, len(ends))])[:LONGEST_STEM]


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"
