"""Forgetting what is kept, in time."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from crm.ground.writes import service
from crm.undo.changes import DAYS_KEPT
from crm.undo.models import Change


@service
def forget_changes() -> int:
    """Delete what acts of more than ``DAYS_KEPT`` ago wrote: their ids tell when they began."""
    moment = timezone.now() - timedelta(days=DAYS_KEPT)
    first_kept = UUID(int=int(moment.timestamp() * 1000) << 80)
    return Change.objects.filter(act__lt=first_kept).delete()[0]
