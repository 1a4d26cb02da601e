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
ACTIONS = ("owner", "set:rating", "tags", "put_on_list", "take_off_list", "delete")


@pytest.mark.slow
def test_thousands_of_rows_are_as_before(fresh_firm: Firm) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        leads = make_leads(firm, ROWS)
    before = after_all(firm)
    for action in ACTIONS:
        run = done(firm, press_all(firm, action))
        assert (run.done_count, run.refused_count) == (ROWS, 0), action
        undoing = timed(firm, take_back(firm, run), action)
        changed = ROWS - run.counts.get("same", 0)
        assert (undoing.done_count, undoing.refused_count, undoing.is_dry_run) == (changed, 0, False), action
        assert rows_of(firm) == before, action
    run = done(firm, press_all(firm, "owner"))
    with tenant_context(firm.tenant):
        update_lead(Lead.objects.get(pk=leads[7].pk), actor=firm.sam, values={"owner": firm.sam})
    between = rows_of(firm)
    asked = done(firm, take_back(firm, run))
    assert list(reasons(firm, run)) == [leads[7].name] and asked.is_dry_run
    assert rows_of(firm) == between, "it asks first"
    path = f"/{firm.tenant.slug}/bulk/{asked.pk}/"
    page = client_of(firm.max).get(path)
    assert "Undo the other 4,999" in page.content.decode()
    client_of(firm.max).post(path, {"shown": page.context["question"].mark})
    assert done(firm, latest(firm)).done_count == ROWS - 1
    now = rows_of(firm)
    own = of_record(now, leads[7].pk).keys()
    assert of_record(now, leads[7].pk) == of_record(between, leads[7].pk)
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


def timed(firm: Firm, run: BulkRun, action: str) -> BulkRun:
    """The same, and say how many rows a second were tried and taken back."""
    marks = [(time.monotonic(), time.process_time())]
    while work_alone(BULK, firm.tenant, run.pk, batches=1):
        with tenant_context(firm.tenant):
            run.refresh_from_db()
        if not run.is_dry_run and len(marks) == 1:
            marks.append((time.monotonic(), time.process_time()))
    marks.append((time.monotonic(), time.process_time()))
    for what, (start, cpu), (end, cpu_end) in zip(("tried", "taken back"), marks, marks[1:], strict=False):
        rates = run.total / (end - start), run.total / (cpu_end - cpu)
        print(f"{action}: {rates[0]:.0f} rows a second {what}; {rates[1]:.0f} a second of Python's own time")
    return after(firm)
