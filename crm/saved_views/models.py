"""Saved views: a list's filters, columns and order under a name."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.tenants.models import TenantForeignKey, TenantModel


class Audience(models.TextChoices):
    OWN = "own", _("Only me")
    TEAM = "team", _("My team")
    ALL = "all", _("Everyone")


class SavedView(TenantModel):
    """``state`` is ``Query.as_json()``: the value that address, list, board and export are made of."""

    record_type = models.CharField(max_length=30, db_collation="C")
    name = models.CharField(max_length=100)
    state = models.JSONField(default=dict)
    previous = models.JSONField(null=True)  # the state before its last change, for the Undo of that
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.OWN)
    owner = TenantForeignKey("users.Membership", null=True)  # None: shipped with the workspace
    is_default = models.BooleanField(default=False)  # the one that the list opens on
    order = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)  # out of everybody's sight, with its pins, and can be brought back

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "record_type", "order"], name="view_of_type")]


class PinnedView(TenantModel):
    """A view that a person keeps among the tabs (or, with ``hidden``, has put away)."""

    view = TenantForeignKey(SavedView)
    member = TenantForeignKey("users.Membership")
    is_default = models.BooleanField(default=False)  # opens first for this person
    hidden = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "view", "member"], name="pin_once")]
