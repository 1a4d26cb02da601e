"""What the pages themselves keep."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from crm.tenants.models import TenantForeignKey, TenantModel


class MadeOnce(TenantModel):
    """The answer to a request that carried an idempotency key (``idempotency.py``)."""

    member = TenantForeignKey("users.Membership")
    key = models.CharField(max_length=64, db_collation="C")
    url = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "member", "key"], name="made_once")]
