"""What panels show of a record comes with it, and is what they would ask for."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import catalogue
from crm.activities.files.selectors import FILES_SHOWN, newest_files
from crm.activities.models import StoredFile
from crm.activities.services import create_activity
from crm.picklists.selectors import stages
from crm.records.access import get_record
from opportunities.selectors import stage_history
from opportunities.services import move_to_stage
from tests import make
from tests.people import Firm


def on_its_page(firm: Firm, record: Any) -> Any:
    record_type = catalogue.type_of(record)
    return get_record(firm.ana, record_type, record.pk, facts=catalogue.page_facts(record_type))


def test_the_newest_files(inside: Firm) -> None:
    lead, other = make.lead(inside.ana), make.lead(inside.ana)
    assert newest_files(on_its_page(inside, other)) == []
    for number in range(FILES_SHOWN + 3):
        owner = inside.sam if number % 2 else inside.ana
        note = create_activity(kind="note", records=[lead], actor=owner, body=f"{number}")
        StoredFile.objects.create(activity=note, name=f"{number}.pdf", content_type="application/pdf", size=number)
    page = on_its_page(inside, lead)
    with CaptureQueriesContext(connection) as queries:
        came_along = newest_files.__wrapped__(page)  # type: ignore[attr-defined]
        shown = [(one, one.name, one.size, one.created_at, one.activity, one.activity.owner.name) for one in came_along]
    assert not queries.captured_queries
    asked = newest_files.__wrapped__(lead)  # type: ignore[attr-defined]
    assert shown == [(one, one.name, one.size, one.created_at, one.activity, one.activity.owner.name) for one in asked]
    assert len(asked) == FILES_SHOWN + 1 and asked[0].name == f"{FILES_SHOWN + 2}.pdf"


def test_the_stays_in_stages(inside: Firm) -> None:
    deal = make.opportunity(inside.ana)
    for place, actor in ((2, inside.ana), (1, inside.max), (2, inside.ana)):
        move_to_stage(opportunity=deal, stage=stages()[place], actor=actor)
    page = on_its_page(inside, deal)
    with CaptureQueriesContext(connection) as queries:
        came_along = [
            (one.stage, one.entered_at, one.left_at, _name(one), one.is_return) for one in stage_history(page)
        ]
    assert not queries.captured_queries
    asked = [(one.stage, one.entered_at, one.left_at, _name(one), one.is_return) for one in stage_history(deal)]
    assert came_along == asked and len(asked) == 4


def _name(visit: Any) -> str | None:
    return visit.entered_by.name if visit.entered_by else None
