"""That a lead has one conversion at most is held by the database, whatever the code forgets."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.conversion import convert_lead
from leads.conversion.plan import ConversionPlan, new
from leads.models import Conversion
from tests import make
from tests.people import Firm


def test_a_second_live_conversion_of_a_lead_is_refused(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    first = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(account=new(), contact=new()))
    with pytest.raises(IntegrityError, match="conversion_one_live"), transaction.atomic():
        Conversion.objects.create(lead=lead, converted_by=inside.ana)
    Conversion.objects.filter(pk=first.pk).update(undone_at=timezone.now())
    assert Conversion.objects.create(lead=lead, converted_by=inside.ana).pk
