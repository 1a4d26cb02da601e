"""A file that was added to a record: its row. The bytes lie in the file storage, under the row's id."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.tenants.models import TenantForeignKey, TenantModel

LONGEST_NAME = 255


def folder_of(tenant_id: UUID) -> str:
    """Return where in the storage the files of a workspace lie."""
    return f"files/{tenant_id}"


class StoredFile(TenantModel):
    """One file of an activity; who reaches the activity reaches the file.

    ``name`` is what people see and save it as; it is no part of ``key``, where the bytes lie.
    """

    noun = _("file")
    keeps_changes = True

    activity = TenantForeignKey("activities.Activity", related_name="files")
    name = models.CharField(max_length=LONGEST_NAME)
    content_type = models.CharField(max_length=100, db_collation="C")
    size = models.PositiveBigIntegerField()  # bytes
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["tenant", "deleted_at"], condition=~models.Q(deleted_at=None), name="stored_file_deleted"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"{folder_of(self.tenant_id)}/{self.pk}"  # type: ignore[arg-type]
