"""What acts wrote: the rows as they were before and after, so that an act can be taken back exactly."""

from __future__ import annotations

from django.db import models

from crm.tenants.models import TenantModel


class Change(TenantModel):
    """What an act (its id: of a conversion, a run) made of one row of a table.

    Written by the database itself, in triggers (``sql.py``), while ``keeping`` the changes of that act; what one part
    of it writes into the row several times is one change. ``before`` and ``after`` have the columns that differ; of a
    row that was made or deleted all columns, and None on the other side.
    """

    act = models.UUIDField()
    part = models.UUIDField()  # of the act: the record of a run that it was written for; the act where it has no parts
    table = models.CharField(max_length=63, db_collation="C")
    row = models.UUIDField()  # its id
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "act", "part", "table", "row"], name="undo_change_once")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row}"
