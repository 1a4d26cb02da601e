"""The workspace's day."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone

from crm.tenants.context import current_tenant


def today() -> date:
    """Return the date that it is now in the workspace's time zone."""
    return timezone.now().astimezone(current_tenant().zone).date()


def day_of(moment: datetime) -> date:
    """Return the workspace's date at ``moment``."""
    return moment.astimezone(current_tenant().zone).date()


def start_of(day: date) -> datetime:
    """Return the moment at which ``day`` begins in the workspace."""
    return datetime.combine(day, time(), current_tenant().zone)
