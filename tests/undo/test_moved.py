"""What conversions kept themselves before is moved to where all acts keep it, and they can be undone by it."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from crm.fields.custom.services import create_field
from crm.tenants.memo import forget
from crm.undo.changes import changes_of, is_kept
from crm.undo.models import Change
from leads.conversion import ConversionPlan, blockers, convert_lead, existing, new, undo_conversion
from leads.models import Conversion
from leads.services import update_lead
from tests import make
from tests.leads.dump import living_rows
from tests.leads.test_undo import worked_lead
from tests.people import Firm

MOVE = import_module("leads.migrations.0016_changes_move").MOVE


def as_before(conversion: Conversion) -> None:
    """Keep it as releases before did."""
    kept: list[dict[str, Any]] = [
        {
            "model": one.model._meta.label_lower,
            "id": str(one.pk),
            "created": one.created,
            "before": one.before,
            "after": one.after,
        }
        for one in changes_of(conversion.pk)
    ]
    Change.objects.filter(act=conversion.pk).delete()
    _write(conversion.pk, json.dumps(kept))


def _write(conversion: UUID, kept: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_conversion SET changes = %s WHERE id = %s", [kept, conversion])


@pytest.mark.parametrize("age", [1, 31])
def test_a_recent_conversion_can_be_undone_and_an_old_one_cannot(inside: Firm, age: int) -> None:
    create_field(actor=inside.ada, record_type="contacts", kind="text", label="Hobby")
    forget()
    contact = make.contact(inside.ana, custom_hobby="Golf", tags=("Old",))
    lead = worked_lead(inside)
    update_lead(lead, actor=inside.ana, values={"tags": ("Fair", "Old")})
    plan = ConversionPlan(account=new(), contact=existing(contact.pk), opportunity=new())
    before = living_rows()
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    contact_changes = next(one for one in changes_of(done.pk) if one.pk == contact.pk)
    assert [name for name in contact_changes.after if name.startswith("custom.tags.")]
    as_before(done)
    Conversion.objects.filter(pk=done.pk).update(converted_at=timezone.now() - timedelta(days=age))
    for _time in range(2):  # a migration that was stopped is run again
        with connection.cursor() as cursor:
            cursor.execute(MOVE)
    assert is_kept(done.pk) == (age < 30)
    done.refresh_from_db()
    if age < 30:
        assert blockers(done) == []
        undo_conversion(conversion=done, actor=inside.ana)
        assert living_rows() == before
    else:
        assert ["30 days ago" in one.sentence for one in blockers(done)] == [True]
