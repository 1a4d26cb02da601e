"""The one place for inserts of many rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model


def insert_many(model: type[Model], rows: Sequence[Any], *, batch_size: int = 1000) -> None:
    """Insert ``rows`` of ``model``.

    Django sends such a batch as ``INSERT … SELECT FROM UNNEST(…)``, which Citus cannot route under row-level
    security: on Citus, this function is where plain ``VALUES`` has to be chosen.
    """
    model._base_manager.bulk_create(rows, batch_size=batch_size)
