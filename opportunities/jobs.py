"""Jobs of opportunities."""

from __future__ import annotations

import structlog
from celery import shared_task

from crm.tenants.jobs import each_tenant
from opportunities.services.lapsing import lapse_workspace

logger = structlog.get_logger(__name__)


@shared_task(expires=3600)
def lapse() -> None:
    """In every workspace whose day is new, make past customers of who has become one. A failure stays in its own.

    Every hour: the workspaces' days begin at different ones. What failed is tried again in the next.
    """
    for tenant in each_tenant():
        try:
            count = lapse_workspace(tenant)
        except Exception:
            logger.exception("lapse_failed", tenant=tenant.slug)
        else:
            if count:
                logger.info("customers_lapsed", tenant=tenant.slug, count=count)
