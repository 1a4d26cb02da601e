"""What a form and a file may bring, the column can hold, and no more is promised."""

from __future__ import annotations

from crm import catalogue
from crm.fields.kinds import LongText, Text


def test_a_field_takes_as_many_characters_as_its_column() -> None:
    found = {
        f"{record_type.key}.{spec.name}": (spec.kind.max_length, column.max_length)
        for record_type in catalogue.record_types()
        for spec in record_type.fields
        if isinstance(spec.kind, Text) and not isinstance(spec.kind, LongText)
        for column in [record_type.model._meta.get_field(spec.column)]
    }
    assert {"leads.company", "accounts.name", "opportunities.product"} <= set(found)
    assert {name: lengths for name, lengths in found.items() if lengths[0] != lengths[1]} == {}
