"""What is built from field specs: tables."""

from __future__ import annotations

from functools import lru_cache

import django_tables2 as tables

from crm.fields.spec import FieldSpec


class SpecColumn(tables.Column):
    """A column whose cell is the kind's own HTML: no template and no accessor per cell."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(verbose_name=spec.label, orderable=spec.kind.sortable, order_by=spec.kind.order(spec))
        self.spec = spec


@lru_cache(maxsize=512)
def table_class(specs: tuple[FieldSpec, ...]) -> type[tables.Table]:
    """The table with these columns."""
    return type("RecordTable", (tables.Table,), {spec.name: SpecColumn(spec) for spec in specs})
