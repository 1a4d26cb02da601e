"""What every table of a tenant is made of.

The ``Tenant`` itself stands in ``tenant.py``, below the context that holds it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.base import ModelState
from django.db.models.expressions import Col
from django.db.models.lookups import Exact
from django.utils.functional import cached_property

from crm.ground.ids import uuid7
from crm.tenants.context import current_tenant, current_tenant_id
from crm.tenants.tenant import Tenant


class SetupVersion(models.Model):
    """The number of the state that a workspace's setup is in; triggers alone write it (``sql.py``)."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, primary_key=True, related_name="+")
    number = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.number}"


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
    or table they live in. Rows that nothing is told of have none. ``is_setup``: they change seldom, and are remembered
    from request to request until one of them does, in a column that is not among ``is_no_setup``. ``noun`` is what one
    is called where an undo tells of it; records are called as their type is.
    """

    type_key: ClassVar[str] = ""
    noun: ClassVar[Any] = ""  # a text, to be translated
    keeps_changes: ClassVar[bool] = False  # whether what an act writes to it can be taken back (crm/undo)
    is_setup: ClassVar[bool] = False
    is_no_setup: ClassVar[frozenset[str]] = frozenset()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = CachedColumn(
        Tenant, on_delete=models.PROTECT, default=current_tenant_id, editable=False, related_name="+", db_index=False
    )

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        """A row that was read, whole, in a quarter of the time: nothing here asks to be told of each instance, and a
        foreign key that is set for the first time has nothing to forget."""
        if len(values) != len(cls._meta.concrete_fields):
            return super().from_db(db, field_names, values, **options)
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        row.__dict__.update(zip(field_names, values, strict=True))
        return row


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
