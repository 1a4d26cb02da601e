"""The tenant (shown to people as *workspace*) and what every tenant table is made of."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.ground.ids import uuid7
from crm.tenants.context import current_tenant, current_tenant_id

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


class TenantManager(models.Manager):
    """Puts ``tenant_id = …`` in every query; without a tenant it raises ``NoTenantError``."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(tenant_id=current_tenant().pk)


class CachedColumn(models.ForeignKey):
    """A foreign key whose column is made once, as Django makes those of all other fields.

    Ordering a query hashes each of its columns, and hashing a fresh one takes 0.1 ms: 3 ms for a list's page.
    """

    def get_col(self, alias: Any, output_field: Any = None) -> Any:
        if alias == self.model._meta.db_table and output_field is None:
            return self._own_column
        return super().get_col(alias, output_field)

    @cached_property
    def _own_column(self) -> Any:
        return super().get_col(self.model._meta.db_table)

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, options


class TenantModel(models.Model):
    """A row that belongs to one tenant.

    Django sees ``id`` as the primary key; in the database it is ``(tenant_id, id)`` (crm/tenants/wall.py).
    A concrete class's ``Meta`` must extend ``TenantModel.Meta``: the scoped manager is the base manager too.
    ``type_key`` is what events, activities and rights call such rows ("leads", "users"): their identity, whatever app
    or table they live in. Rows that nothing is told of have none.
    """

    type_key: ClassVar[str] = ""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = CachedColumn(
        Tenant, on_delete=models.PROTECT, default=current_tenant_id, editable=False, related_name="+", db_index=False
    )

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class AtWork(TenantModel):
    """Whose turn it is: the one long run of a workspace that is at work (``crm/tenants/turns.py``)."""

    run_id = models.UUIDField(null=True)
    worker = models.UUIDField(null=True)  # who is at it, from the beginning to the end of a turn
    seen_at = models.DateTimeField()  # last sign of life

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_at_work")]

    def __str__(self) -> str:
        return f"{self.run_id or 'nobody'} at work"


class TenantForeignKey(CachedColumn):
    """A foreign key that cannot leave the tenant.

    The database holds ``(tenant_id, x_id) → (tenant_id, id)`` with an index on the former (made by the wall,
    since Django knows neither), and every JOIN compares the tenants too.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options["db_constraint"] = False
        options["db_index"] = False
        options.setdefault("related_name", "+")
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        del options["db_constraint"], options["db_index"]
        return name, "crm.tenants.models.TenantForeignKey", args, options

    def get_extra_restriction(self, alias: Any, related_alias: Any) -> Any:
        here: Any = self.model._meta.get_field("tenant")
        there: Any = self.remote_field.model._meta.get_field("tenant")
        return Exact(Col(alias, there), Col(related_alias, here))
