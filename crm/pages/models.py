"""What the pages themselves keep."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from crm.tenants.models import TenantForeignKey, TenantModel


class MadeOnce(TenantModel):
    """The answer to a request that carried an idempotency key (``idempotency.py``)."""

    member = TenantForeignKey("users.Membership")
    key = models.CharField(max_length=64, db_collation="C")  # SHA-256 of what was sent, as is the digest
    digest = models.CharField(max_length=64, db_collation="C", default="")  # of path and body
    url = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "member", "key", "digest"], name="made_once")]


class KeptForm(TenantModel):
    """What somebody typed into a form that could not be taken, until they send it again (``kept.py``)."""

    member = TenantForeignKey("users.Membership")
    path = models.TextField()
    body = models.JSONField()  # [[name, [value, …]], …]
    files = models.JSONField(default=list)  # names: the bytes have to be chosen again
    why = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "member", "-at"], name="kept_form_of")]
