"""The workspace's day."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from crm.tenants.context import current_tenant


def today() -> date:
    """Return the date that it is now in the workspace's time zone."""
    return timezone.now().astimezone(current_tenant().zone).date()


def day_of(moment: datetime) -> date:
    """Return the workspace's date at ``moment``."""
    return moment.astimezone(current_tenant().zone).date()
