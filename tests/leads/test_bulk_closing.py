"""Closing many leads at once: with the reason, a task for later and a mailing list."""

from __future__ import annotations

from typing import Any

from crm.activities.models import Activity
from crm.bulk.models import BulkFinding, BulkRun
from crm.mailing_lists.models import MailingListMember
from crm.mailing_lists.services import create_list, set_list_active
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.models import Lead
from leads.services import close_as_unqualified, meaning_of
from tests import make
from tests.people import Firm, client_of


def close(firm: Firm, leads: list[Lead], **data: str) -> Any:
    form = {"action": "close", "id": [str(lead.pk) for lead in leads], "go": "1", **data}
    return client_of(firm.ana).post("/acme/bulk/leads/new/", form)


def test_with_a_task_and_a_list(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        leads = [make.lead(firm.ana) for _number in range(3)]
        reason = str(make.reason("unqualified_reason", "other").pk)
    asked = close(firm, leads)
    assert asked.status_code == 422 and 'name="to-mailing_list"' not in asked.content.decode()
    with tenant_context(firm.tenant):
        news, old = (create_list(actor=firm.ada, name=name) for name in ("News", "Old"))
        set_list_active(mailing_list=old, is_active=False, actor=firm.ada)
    page = close(firm, leads).content.decode()
    assert f'value="{news.pk}"' in page and str(old.pk) not in page
    given = {"to-unqualified_reason": reason, "to-task_due_on": "2030-01-05", "to-task_subject": "Ask again"}
    assert close(firm, leads[:2], **given, **{"to-mailing_list": str(news.pk)}).status_code == 303
    assert close(firm, leads[2:], **given).status_code == 303
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        assert {meaning_of(lead) for lead in Lead.objects.all()} == {"unqualified"}
        assert Activity.objects.filter(subject="Ask again").count() == 3
        assert set(MailingListMember.objects.values_list("record_id", flat=True)) == {lead.pk for lead in leads[:2]}


def test_the_reason_of_one_that_was_closed_before_stays(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        before, now = (make.lead(firm.ana, last_name=name) for name in ("Before", "Now"))
        other, real = (make.reason("unqualified_reason", meaning) for meaning in ("other", "not_real"))
        close_as_unqualified(lead=before, reason=other, actor=firm.ana)
    assert close(firm, [before, now], **{"to-unqualified_reason": str(real.pk)}).status_code == 303
    with tenant_context(firm.tenant):
        found = dict(Lead.objects.values_list("last_name", "unqualified_reason"))
        assert found == {"Before": other.pk, "Now": real.pk}
        assert BulkRun.objects.get().counts == {"closed": 1}
        assert "closed already" in BulkFinding.objects.get().reasons[0]
    close(firm, [now], **{"to-unqualified_reason": str(real.pk)})
    with tenant_context(firm.tenant):
        assert BulkRun.objects.latest("id").counts == {"same": 1}
