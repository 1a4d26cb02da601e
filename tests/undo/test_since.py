"""What others did since a run keeps as little as possible from being taken back, and no right is passed by."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm.activities.models import Activity, ActivityLink
from crm.activities.services import delete_activity
from crm.bulk.models import BulkRun
from crm.events.models import Event
from crm.fields.models import Tag
from crm.fields.tags import delete_tag, rename_tag, tag_called
from crm.picklists.selectors import choices
from crm.records.taking_back import take_back as take_back_change
from crm.records.versions import ConflictError
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, READ_ONLY
from crm.users.services import limit_fields
from leads.models import Lead
from leads.services import update_lead
from tests import make
from tests.people import Firm
from tests.undo.test_runs import after_all, make_leads, of_record, press, reasons, rows_of, take_back


def test_a_follow_up_task_that_was_deleted_since_keeps_nothing_back(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        leads = make_leads(firm, 3)
    before = after_all(firm)
    run = press(firm, "leads", "close", leads)
    with tenant_context(firm.tenant):
        link = ActivityLink.objects.get(record_id=leads[1].pk, activity__subject="Follow up")
        delete_activity(activity=link.activity, actor=firm.sam)
    take_back(firm, run)
    assert reasons(firm, run) == {}
    now = rows_of(firm)
    for lead in leads:
        assert now[f"leads.lead {lead.pk}"] == before[f"leads.lead {lead.pk}"]
    with tenant_context(firm.tenant):
        assert not Activity.objects.filter(subject="Follow up", deleted_at=None).exists()
        gone = Event.objects.filter(name="activity.deleted")
        assert gone.count() == 3, "each once"


def test_a_new_tag_that_was_renamed_since_stays_and_keeps_nothing_back(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        leads = make_leads(firm, 3)
    before = after_all(firm)
    run = press(firm, "leads", "tags", leads)
    with tenant_context(firm.tenant):
        tag = tag_called("Autumn")
        assert tag is not None
        rename_tag(tag=tag, name="Fall", actor=firm.ada)
    take_back(firm, run)
    assert reasons(firm, run) == {}
    now = rows_of(firm)
    for lead in leads:
        assert of_record(now, lead.pk) == of_record(before, lead.pk)
    with tenant_context(firm.tenant):
        assert Tag.objects.filter(name="Fall").exists()


def test_that_a_new_tag_is_gone_again_is_told(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        leads = make_leads(firm, 2)
    run = press(firm, "leads", "tags", leads)
    take_back(firm, run)
    with tenant_context(firm.tenant):
        assert not Tag.objects.filter(name="Autumn").exists()
        event = Event.objects.get(name="tag.deleted")
        assert event.data["label"] == "Autumn" and event.because_id == BulkRun.objects.get(undoes=run).event_id


def test_a_new_tag_that_somebody_has_deleted_since_keeps_nothing_back(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        leads = make_leads(firm, 2)
    before = after_all(firm)
    run = press(firm, "leads", "tags", leads)
    with tenant_context(firm.tenant):
        tag = tag_called("Autumn")
        assert tag is not None
        delete_tag(tag=tag, actor=firm.ada)
    take_back(firm, run)
    assert reasons(firm, run) == {}
    assert of_record(rows_of(firm), leads[0].pk) == of_record(before, leads[0].pk)


@pytest.mark.parametrize(("limit", "said"), [(READ_ONLY, "You may not change this field."), (HIDDEN, "not see")])
def test_a_change_of_which_one_field_is_no_longer_ones_own_to_write_stays_whole(
    inside: Firm, limit: Any, said: str
) -> None:
    lead = make.lead(inside.max, city="Ulm", rating=choices("rating")[0])
    event = update_lead(lead, actor=inside.max, values={"city": "Bremen", "rating": choices("rating")[1]})
    assert event is not None
    limit_fields(actor=inside.ada, role=inside.max.role, key="leads", limits={"city": limit})
    with pytest.raises(ValidationError, match=said):
        take_back_change(lead, event, actor=inside.max)
    lead.refresh_from_db()
    assert (lead.city, lead.rating) == ("Bremen", choices("rating")[1])
    limit_fields(actor=inside.ada, role=inside.max.role, key="leads", limits={})
    take_back_change(lead, event, actor=inside.max)
    lead.refresh_from_db()
    assert (lead.city, lead.rating) == ("Ulm", choices("rating")[0])


def test_what_was_changed_since_is_not_written_over_though_no_event_tells_of_it(inside: Firm) -> None:
    """A workflow's column, a statement by hand: there is nobody to name, and it stays all the same."""
    lead = make.lead(inside.max, city="Ulm")
    event = update_lead(lead, actor=inside.max, values={"city": "Bremen"})
    assert event is not None
    Lead.objects.filter(pk=lead.pk).update(city="Kiel")
    lead.refresh_from_db()
    with pytest.raises(ConflictError, match="has changed it to “Kiel”"):
        take_back_change(lead, event, actor=inside.max)
    lead.refresh_from_db()
    assert lead.city == "Kiel"
