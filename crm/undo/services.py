"""Forgetting what is kept, in time."""

from __future__ import annotations

from crm.ground.writes import service
from crm.undo.changes import oldest_kept
from crm.undo.models import Change


@service
def forget_changes(most: int) -> int:
    """Delete what acts wrote that are older than ``DAYS_KEPT``, up to ``most`` changes; return how many there were."""
    old = Change.objects.filter(act__lt=oldest_kept()).order_by("act").values("pk")
    return Change.objects.filter(pk__in=old[:most]).delete()[0]
