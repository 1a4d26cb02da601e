"""kill -9 at every statement of a conversion and of an undo: afterwards there is all of it or nothing."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from crm.events.models import Event
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.conversion import ConversionPlan, convert_lead, undo_conversion
from leads.models import Conversion, Lead
from tests.leads.dump import living_rows
from tests.leads.test_undo import all_linked, all_new, worked_lead
from tests.people import Firm

MOST = 400  # statements


class Dying:
    """Ends this process without any clearing up as soon as the database has done ``left`` statements."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict) -> Any:
        result = execute(sql, params, many, context)
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


class Case:
    """A committed lead and its plan, and child processes that convert it or undo that."""

    def __init__(self, firm: Firm, make_plan: Callable[[Firm], ConversionPlan]) -> None:
        self.firm = firm
        with tenant_context(firm.tenant):
            self.lead_id = worked_lead(firm).pk
            self.plan = make_plan(firm)
        self.untouched = self.state()

    def state(self) -> tuple[Any, int, int]:
        with tenant_context(Tenant.objects.get(pk=self.firm.tenant.pk)):
            return living_rows(), Event.objects.count(), Conversion.objects.filter(undone_at=None).count()

    def convert(self) -> Conversion:
        return convert_lead(lead_id=self.lead_id, actor=self.firm.ana, plan=self.plan)

    def undo(self) -> None:
        undo_conversion(conversion=Conversion.objects.get(undone_at=None), actor=self.firm.ana)

    def is_killed(self, act: Callable[[], Any], after: int) -> bool:
        """Do ``act`` in a child that is killed after so many statements; False when it came to its end before."""
        connections.close_all()  # a child must not share them
        child = os.fork()
        if child == 0:
            code = 1
            try:
                # One with nothing of what earlier tests did to theirs
                connections["default"] = connections.create_connection("default")
                tenant = Tenant.objects.get(pk=self.firm.tenant.pk)
                with tenant_context(tenant), connection.execute_wrapper(Dying(after)):
                    act()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        _child, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return True
        assert os.WEXITSTATUS(status) == 0
        return False

    def kill_everywhere(self, act: Callable[[], Any], step: int) -> int:
        """Kill ``act`` at every ``step``-th statement, until it is done; return how often that was."""
        before = self.state()
        for number in range(1, MOST, step):
            if not self.is_killed(act, number):
                return (number - 1) // step
            assert self.state() == before, f"killed after statement {number}, something is left"
        raise AssertionError("it never ends")


def try_case(firm: Firm, make_plan: Callable[[Firm], ConversionPlan], step: int) -> None:
    case = Case(firm, make_plan)
    assert case.kill_everywhere(case.convert, step) > 20 / step
    rows, _events, live = case.state()
    assert live == 1 and rows != case.untouched[0]
    with tenant_context(firm.tenant):
        lead = Lead.objects.get(pk=case.lead_id)
        assert lead.converted_at and lead.account_id and lead.contact_id and lead.opportunity_id
    assert case.kill_everywhere(case.undo, step) > 20 / step
    assert case.state()[0] == case.untouched[0]
    assert case.state()[2] == 0


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child wakes no worker: the broker's connection is its parent's."""
    monkeypatch.setattr("crm.events.jobs.kick", lambda tenant_id: None)


def test_killed_now_and_then(fresh_firm: Firm) -> None:
    try_case(fresh_firm, all_new, step=9)


@pytest.mark.slow
@pytest.mark.parametrize("make_plan", [all_new, all_linked])
def test_killed_at_every_statement(fresh_firm: Firm, make_plan: Callable[[Firm], ConversionPlan]) -> None:
    try_case(fresh_firm, make_plan, step=1)


def test_killed_when_it_was_done_but_nobody_knew(fresh_firm: Firm) -> None:
    """The answer is lost after the commit: whoever tries again gets the same records."""
    case = Case(fresh_firm, all_new)
    assert not case.is_killed(case.convert, MOST)
    first = case.state()
    assert not case.is_killed(case.convert, MOST)
    assert case.state() == first
    assert first[2] == 1
