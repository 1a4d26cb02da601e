"""A conversion cannot half-happen: whatever write fails, nothing is left of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from crm.events.models import Event
from crm.tenants.context import tenant_context
from leads.conversion import convert_lead, undo_conversion
from leads.models import Conversion
from tests.leads.dump import living_rows
from tests.leads.test_undo import all_linked, all_new, worked_lead
from tests.people import Firm, client_of

WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")  # the last inserts into several tables


class Fault(Exception):
    """What the database answers at the chosen write."""


class FailingWrite:
    """Lets ``number`` writes through and fails at the next, after it was done."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.seen = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict) -> Any:
        result = execute(sql, params, many, context)
        if sql.lstrip().startswith(WRITES):
            self.seen += 1
            if self.seen > self.left:
                raise Fault
        return result


@contextmanager
def failing_after(number: int) -> Iterator[FailingWrite]:
    fault = FailingWrite(number)
    with connection.execute_wrapper(fault):
        yield fault


def try_at_every_write(act: Callable[[], Any]) -> int:
    """Run ``act`` again and again, failing one write later each time; return how many writes it takes."""
    before, events = living_rows(), Event.objects.count()
    for number in range(200):
        with failing_after(number):
            try:
                with transaction.atomic():
                    act()
                    transaction.set_rollback(True)
                return number
            except Fault:
                pass
        assert living_rows() == before, f"something is left when write {number + 1} fails"
        assert Event.objects.count() == events
    raise AssertionError("it never ends")


@pytest.mark.parametrize("make_plan", [all_new, all_linked])
def test_a_fault_at_any_write_of_a_conversion_leaves_nothing(inside: Firm, make_plan: Callable[..., Any]) -> None:
    lead = worked_lead(inside)
    plan = make_plan(inside)
    writes = try_at_every_write(lambda: convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan))
    assert writes >= 2  # what is new, and the lead
    assert not Conversion.objects.exists()
    assert convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)


def test_a_fault_at_any_write_of_undoing_leaves_the_conversion_whole(inside: Firm) -> None:
    lead = worked_lead(inside)
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=all_new(inside))
    writes = try_at_every_write(lambda: undo_conversion(conversion=Conversion.objects.get(), actor=inside.ana))
    assert writes >= 8
    assert Conversion.objects.get(undone_at=None) == done


def test_a_fault_in_a_request_is_rolled_back_with_it(fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = worked_lead(fresh_firm)
        before = living_rows()
    client = client_of(fresh_firm.ana, raise_request_exception=False)
    path = fresh_firm.url("leads:conversion", record_id=lead.pk)
    form = {"accounts": "new", "accounts-name": "Kestrel", "contacts": "none", "opportunities": "none"}

    def broken(**_given: Any) -> None:
        raise Fault

    with monkeypatch.context() as patched:
        patched.setattr("leads.conversion.hanging.link_activities", broken)
        assert client.post(path, form).status_code == 500
    with tenant_context(fresh_firm.tenant):
        assert living_rows() == before
    assert client.post(path, form).status_code == 303
