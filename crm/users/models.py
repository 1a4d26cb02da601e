"""People who sign in (global), and what they are in a workspace."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from crm.ground.addresses import email_key
from crm.ground.ids import uuid7
from crm.tenants.models import TenantForeignKey, TenantModel
from crm.tenants.prepared import prepared


@prepared
def _person(*, pk: UUID) -> models.QuerySet[User]:
    return User.objects.filter(pk=pk)


class UserManager(BaseUserManager["User"]):
    def get(self, *args: Any, **conditions: Any) -> User:
        """The person; by id alone, as Django asks at each request, by a text that is made once."""
        if args or conditions.keys() != {"pk"}:
            return super().get(*args, **conditions)
        found = _person(pk=User._meta.pk.to_python(conditions["pk"]))
        if not found:
            raise User.DoesNotExist
        return found[0]

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person who can sign in; ``email`` is kept as ``email_key`` has it."""
        user = self.model(email=email_key(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.address_of(username or ""))

    def address_of(self, typed: str) -> str:
        """The address, as it is kept, of who signs in with ``typed``.

        Two accounts may have been made with two spellings of one host before these counted as one: the second still
        has its own, and is reached by just that.
        """
        own, key = typed.strip().lower(), email_key(typed)
        return own if own != key and self.filter(email=own).exists() else key


class User(AbstractBaseUser):
    """A person who signs in: one in all workspaces."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)  # addresses.email_key
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True)  # "" = the workspace's
    time_zone = models.CharField(max_length=64, blank=True)  # "" = the workspace's
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # When a link that only a mail brought was followed; None again once somebody else could have set the password.
    email_verified_at = models.DateTimeField(null=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email


class Role(TenantModel):
    """What a member may do. ``access`` maps a record type's key to ``{verb: scope}``.

    Verbs: view, create, edit, delete. Scopes: "none", "own", "team", "all" (create: "none" or "all").
    ``fields`` maps a record type's key to those of its fields that the role does not see ("hidden") or may not change
    ("read_only").
    """

    type_key = "users"
    is_setup = True

    name = models.CharField(max_length=60)
    key = models.CharField(max_length=20, blank=True)  # admin, manager, rep, read_only for the shipped four
    access = models.JSONField(default=dict)
    fields = models.JSONField(default=dict, db_default={})
    can_set_up = models.BooleanField(default=False)
    can_import = models.BooleanField(default=False)
    can_export = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="role_name")]

    def __str__(self) -> str:
        return self.name


class Team(TenantModel):
    """People who share records. A member with scope "team" also reaches the teams below."""

    type_key = "users"
    is_setup = True

    name = models.CharField(max_length=100)
    parent = TenantForeignKey("users.Team", null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="team_name")]

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """A person in a workspace: who owns, does and sees. The *actor* of every service.

    ``user`` is empty for a member who was only named by an import or has not yet taken the invitation.
    """

    type_key = "users"
    is_setup = True
    is_no_setup = frozenset({"unread", "created_at"})

    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)  # addresses.email_key
    name_key = models.CharField(max_length=200, db_collation="C", editable=False, default="")  # text.sort_key(name)
    role = TenantForeignKey(Role)
    team = TenantForeignKey(Team, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    unread = models.PositiveIntegerField(default=0, editable=False)  # notifications; kept by crm.notices
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="membership_user"),
            models.UniqueConstraint(fields=["tenant", "email"], condition=~models.Q(email=""), name="membership_email"),
        ]
        indexes = [
            models.Index(fields=["tenant", "name_key"], name="membership_name"),
            models.Index(fields=["user"], name="membership_of_user"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = self.name.split() or [self.email]
        return "".join(word[0] for word in (words[0], words[-1] if len(words) > 1 else "") if word).upper()


class Invitation(TenantModel):
    """A pending invitation; the link carries a secret of which only the SHA-256 is kept."""

    membership = TenantForeignKey(Membership)
    token_hash = models.CharField(max_length=64, db_collation="C")
    invited_by = TenantForeignKey(Membership, null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "token_hash"], name="invitation_token")]


class PasswordLink(TenantModel):
    """A link, made by an admin and handed over, that sets a member's new password; only its SHA-256 is kept."""

    membership = TenantForeignKey(Membership)
    token_hash = models.CharField(max_length=64, db_collation="C")
    made_by = TenantForeignKey(Membership, null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "token_hash"], name="password_link_token")]
