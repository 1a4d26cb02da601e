"""The tenant (shown to people as *workspace*), and what its address and time zone can be."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ground.ids import uuid7

# First path segments that are never a workspace: see crm/urls.py.
RESERVED_SLUGS = frozenset({"auth", "workspaces", "invitations", "healthz", "readyz", "metrics", "static", "media"})
validate_slug = RegexValidator(r"^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$", _("Use 3 to 40 letters a–z, digits and hyphens."))


def is_slug(text: str) -> bool:
    """Whether a workspace could stand at ``text``."""
    return text not in RESERVED_SLUGS and validate_slug.regex.search(text) is not None  # type: ignore[union-attr]


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone."), params={"value": value})


class Tenant(models.Model):
    """One customer organisation. Global: the only table that a request reads before it has a tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=40, unique=True, validators=[validate_slug])
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    currency = models.CharField(max_length=3, default="USD")
    language = models.CharField(max_length=10, default="en")
    settings = models.JSONField(default=dict, blank=True)  # what people chose: by the keys of ``Setting``s
    # What the product has to remember, by the keys of ``State``s (crm/tenants/stored.py)
    state = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("This address is taken.")})

    @property
    def zone(self) -> ZoneInfo:
        """The time zone; UTC where this machine does not know the one that was chosen."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")
