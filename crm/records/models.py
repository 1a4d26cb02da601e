"""What every record is made of: an owner, a team, times, an outside id, custom values, a way back from the bin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils import timezone

from crm.tenants.models import TenantForeignKey, TenantManager, TenantModel
from crm.users.access import HIDDEN_NAME


class TextKey(models.CharField):
    """``text.sort_key`` of the text beside it: ``city_key`` of ``city``. The field's kind fills it."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {
            "max_length": 300,
            "blank": True,
            "default": "",
            "db_collation": "C",
            "editable": False,
        }
        super().__init__(**usual | options)


class RecordQuerySet(models.QuerySet):
    """Rows of records. ``shown_to``: they come as somebody may see them (``hiding.hide_unseen``); ``whole``: they are
    only compared or written, and come with all that they hold."""

    _shown_to: Any = None

    def shown_to(self, actor: Any) -> RecordQuerySet:
        rows = self.all()
        rows._shown_to = actor
        return rows

    def whole(self) -> RecordQuerySet:
        return self.shown_to(None)

    def _clone(self) -> RecordQuerySet:
        rows = super()._clone()
        rows._shown_to = self._shown_to
        return rows

    def _fetch_all(self) -> None:
        is_new = self._result_cache is None
        super()._fetch_all()
        if is_new and self._shown_to is not None:
            from crm.records.hiding import hide_unseen  # which needs the catalogue, and that the models

            hide_unseen(self._shown_to, (row for row in self._result_cache or () if isinstance(row, models.Model)))

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        for row in super().iterator(chunk_size):
            if self._shown_to is not None and isinstance(row, models.Model):
                from crm.records.hiding import hide_unseen

                hide_unseen(self._shown_to, [row])
            yield row


class RecordManager(TenantManager.from_queryset(RecordQuerySet)):  # type: ignore[misc]
    """Records that are not in the recycle bin. ``Model.all_objects`` holds those too."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(deleted_at=None)


class RecordModel(TenantModel):
    """A lead, account, contact or opportunity (custom types may join).

    ``name`` is what people read as the record's title; ``sort_name`` is ``text.sort_key(name)``.
    ``external_id`` is the id in the system that a row was imported from: unique per type where it is given.
    """

    keeps_changes = True

    name = models.CharField(max_length=300)
    sort_name = models.CharField(max_length=300, db_collation="C", editable=False)
    owner = TenantForeignKey("users.Membership", null=True, blank=True)
    team = TenantForeignKey("users.Team", null=True, blank=True)
    external_id = models.CharField(max_length=200, blank=True, db_collation="C")
    custom = models.JSONField(default=dict, blank=True)  # custom field's key → JSON value
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = TenantForeignKey("users.Membership", null=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = TenantForeignKey("users.Membership", null=True, editable=False)

    objects = RecordManager()
    all_objects = TenantManager.from_queryset(RecordQuerySet)()

    without: frozenset[str] = frozenset()  # attributes that were emptied for whom it is shown to (``records.hiding``)
    is_hidden = False  # whether whoever is shown this instance may not see it (crm.users.access.hide_from)

    class Meta(TenantModel.Meta):
        abstract = True
        base_manager_name = "all_objects"

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """What whoever looks at something that points here reads as the name."""
        return str(HIDDEN_NAME) if self.is_hidden else self.name

    def stamp(self, *, by_person: bool) -> list[str]:
        """Note when it was changed last; return the columns that say so, which are no changes to tell of."""
        self.updated_at = timezone.now()
        return ["updated_at"]


def record_constraints(table: str) -> list[models.BaseConstraint]:
    """The constraints that every record table has."""
    return [
        models.UniqueConstraint(
            fields=["tenant", "external_id"],
            condition=~models.Q(external_id="") & models.Q(deleted_at=None),
            name=f"{table}_external_id",
        )
    ]


def record_indexes(table: str) -> list[models.Index]:
    """The indexes that every record list needs: each order people page by, within what they see."""
    live = models.Q(deleted_at=None)
    return [
        models.Index(fields=["tenant", "sort_name", "id"], condition=live, name=f"{table}_by_name"),
        models.Index(fields=["tenant", "-created_at", "-id"], condition=live, name=f"{table}_by_created"),
        models.Index(fields=["tenant", "-updated_at", "-id"], condition=live, name=f"{table}_by_updated"),
        models.Index(fields=["tenant", "owner", "-updated_at", "-id"], condition=live, name=f"{table}_by_owner"),
    ]
