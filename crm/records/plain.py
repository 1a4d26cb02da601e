"""Services for a type of record that needs none of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm import catalogue
from crm.events.models import Event
from crm.records import services
from crm.users.models import Membership


def plain_services(key: str) -> dict[str, Callable[..., Any]]:
    """``create``, ``update``, ``delete`` and ``restore`` of a ``RecordType`` whose records are written as they come.

    REPAIR = RecordType(key="repairs", …, **plain_services("repairs"))
    """

    def create(
        *, actor: Membership | None, values: dict[str, Any], because: Event | None = None, **attributes: Any
    ) -> Any:
        record_type = catalogue.record_type(key)
        return services.create_record(record_type, actor=actor, values=values, because=because, **attributes)

    def update(
        record: Any, /, *, actor: Membership | None, values: dict[str, Any], because: Event | None = None
    ) -> Event | None:
        record_type = catalogue.record_type(key)
        return services.update_record(record_type, record, actor=actor, values=values, because=because)

    def delete(record: Any, /, *, actor: Membership | None, because: Event | None = None) -> None:
        services.delete_record(catalogue.record_type(key), record, actor=actor, because=because)

    def restore(record: Any, /, *, actor: Membership | None, because: Event | None = None) -> None:
        services.restore_record(catalogue.record_type(key), record, actor=actor, because=because)

    return {"create": create, "update": update, "delete": delete, "restore": restore}
