"""Jobs of opportunities."""

from __future__ import annotations

import structlog
from celery import shared_task

from crm.tenants.context import tenant_context
from crm.tenants.jobs import each_tenant
from opportunities.workflows import lapse_customers

logger = structlog.get_logger(__name__)


@shared_task(expires=3600)
def lapse() -> None:
    """In every workspace, make past customers of those who no longer are; one that fails stops no other.

    Every hour: the workspaces' days begin at different ones.
    """
    for tenant in each_tenant():
        try:
            with tenant_context(tenant):
                count = lapse_customers()
        except Exception:
            logger.exception("lapse_failed", tenant=tenant.slug)
        else:
            if count:
                logger.info("customers_lapsed", tenant=tenant.slug, count=count)
