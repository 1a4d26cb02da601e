"""Forgetting what is kept, in time."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from crm.ground.writes import service
from crm.undo.changes import DAYS_KEPT
from crm.undo.models import Change


@service
def forget_changes(most: int) -> int:
    """Delete what acts of more than ``DAYS_KEPT`` ago wrote, up to ``most`` changes; return how many there were.

    An act's id tells when it began.
    """
    moment = timezone.now() - timedelta(days=DAYS_KEPT)
    first_kept = UUID(int=int(moment.timestamp() * 1000) << 80)
    old = Change.objects.filter(act__lt=first_kept).order_by("act").values("pk")
    return Change.objects.filter(pk__in=old[:most]).delete()[0]
