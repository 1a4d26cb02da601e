"""Jobs of activities."""

from __future__ import annotations

import structlog
from celery import shared_task

from crm.activities.files.storing import clear_away
from crm.tenants.jobs import each_tenant

logger = structlog.get_logger(__name__)


@shared_task(expires=3600)
def clear_files() -> None:
    """In every workspace, clear away the bytes of files that are gone. A failure stays in its own workspace."""
    for tenant in each_tenant():
        try:
            count = clear_away(tenant)
        except Exception:
            logger.exception("clear_files_failed", tenant=tenant.slug)
        else:
            if count:
                logger.info("files_cleared", tenant=tenant.slug, count=count)
