"""The same of runs over thousands of rows, which a worker does and takes back."""

from __future__ import annotations

import time

import pytest

from crm.bulk.kind import BULK
from crm.bulk.models import BulkRun
from crm.tenants.context import tenant_context
from leads.models import Lead
from leads.services import update_lead
from tests.people import Firm, client_of
from tests.undo.test_runs import after, after_all, given, make_leads, of_record, reasons, rows_of
from tests.working import work_alone

ROWS = 5000


@pytest.mark.slow
def test_thousands_of_rows_are_as_before(fresh_firm: Firm) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        leads = make_leads(firm, ROWS)
    before = after_all(firm)
    for action in ("owner", "set:rating", "tags", "put_on_list", "delete"):
        run = done(firm, press_all(firm, action))
        assert (run.done_count, run.refused_count) == (ROWS, 0), action
        started = time.monotonic()
        undoing = done(firm, take_back(firm, run))
        print(f"{action}: {ROWS / (time.monotonic() - started):.0f} rows a second are taken back")
        assert (undoing.done_count, undoing.refused_count) == (ROWS, 0), action
        assert rows_of(firm) == before, action
    run = done(firm, press_all(firm, "owner"))
    with tenant_context(firm.tenant):
        update_lead(Lead.objects.get(pk=leads[7].pk), actor=firm.sam, values={"owner": firm.sam})
    done(firm, take_back(firm, run))
    now = rows_of(firm)
    assert list(reasons(firm, run)) == [leads[7].name]
    own = of_record(now, leads[7].pk).keys()
    assert {key: row for key, row in now.items() if key not in own} == {
        key: row for key, row in before.items() if key not in own
    }


def press_all(firm: Firm, action: str) -> BulkRun:
    """Choose all rows of the list."""
    path = f"/{firm.tenant.slug}/bulk/leads/new/?filters=none"
    with tenant_context(firm.tenant):
        values = {f"to-{name}": value for name, value in given(firm, "leads", action).items()}
    client, form = client_of(firm.max), {"action": action, "all": "1", "back": f"/{firm.tenant.slug}/leads/", **values}
    shown = client.post(path, form).context["shown"]
    assert client.post(path, form | {"go": "1", "shown": shown}).status_code == 303
    return latest(firm)


def take_back(firm: Firm, run: BulkRun) -> BulkRun:
    path = f"/{firm.tenant.slug}/bulk/{run.pk}/"
    assert client_of(firm.max).post(path, {"_method": "DELETE"}).status_code == 303
    return latest(firm)


def latest(firm: Firm) -> BulkRun:
    with tenant_context(firm.tenant):
        return BulkRun.objects.latest("made_at")


def done(firm: Firm, run: BulkRun) -> BulkRun:
    work_alone(BULK, firm.tenant, run.pk)
    return after(firm)
