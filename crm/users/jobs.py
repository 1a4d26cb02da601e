"""What sign-ins leave behind."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.utils import timezone

from crm.celery import job
from crm.queues import HOUR, LONG


@job(LONG, every=6 * HOUR, expires=3600)
def tidy() -> None:
    """Drop the sessions that are over."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
