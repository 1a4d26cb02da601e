"""Times of business that files tell of records."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.tenants.clock import today

_TOLD = timedelta(seconds=1)  # what a file tells of a moment, at best


def refuse_future(name: str, when: date | datetime | None) -> None:
    """Raise ``ValidationError`` for the field ``name`` if ``when`` is yet to come."""
    if when is not None and when > (timezone.now() if isinstance(when, datetime) else today()):
        raise ValidationError({name: _("This date is in the future.")})


def is_about(told: datetime | None, known: datetime | None) -> bool:
    """Whether a file tells the moment that is known already."""
    return told is not None and known is not None and abs(told - known) < _TOLD
