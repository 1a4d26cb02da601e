"""The workspace's own choices: ``Tenant.settings``. What a key means is documented where it is read."""

from __future__ import annotations

from typing import Any

from crm.tenants.bulk import atomic
from crm.tenants.context import current_tenant
from crm.tenants.models import Tenant


@atomic
def change_setting(key: str, value: Any) -> None:
    """Keep ``value`` (JSON) under ``key``. Others may be changing other keys at the same time."""
    tenant = current_tenant()
    row = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)  # rows that point here go on being written
    row.settings = {**row.settings, key: value}
    row.save(update_fields=["settings"])
    tenant.settings = row.settings
