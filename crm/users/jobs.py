"""What sign-ins leave behind."""

from __future__ import annotations

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone


@shared_task(expires=3600)
def tidy() -> None:
    """Drop the sessions that are over."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
