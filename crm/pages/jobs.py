"""What pages leave behind and nobody asks for again."""

from __future__ import annotations

import structlog
from celery import shared_task

from crm.pages.idempotency import forget_old_keys
from crm.tenants.context import tenant_context
from crm.tenants.jobs import each_tenant

logger = structlog.get_logger(__name__)


@shared_task(expires=3600)
def tidy() -> None:
    """Drop, in each workspace, the keys of forms that were sent long ago."""
    for tenant in each_tenant():
        try:
            with tenant_context(tenant):
                forget_old_keys()
        except Exception:
            logger.exception("tidying_failed", tenant=tenant.slug)
