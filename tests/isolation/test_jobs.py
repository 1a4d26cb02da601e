"""Jobs work for the workspace that they were rung for, and reach no other."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm.events import delivery, jobs
from crm.events.models import OutboxMessage
from crm.imports.kind import IMPORT
from crm.imports.models import Import
from crm.runs.models import AtWork, RunState
from crm.tenants.context import CrossTenantError, tenant_context
from crm.tenants.jobs import each_tenant
from tests import make
from tests.isolation.dump import dump
from tests.permissions.samples import Sample, Samples
from tests.working import work


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No job rings another: what is not delivered here stays."""
    monkeypatch.setattr(jobs, "kick", lambda tenant_id: True)


def win(sample: Sample) -> None:
    from opportunities.services import move_to_stage

    with tenant_context(sample.firm.tenant):
        deal = make.opportunity(sample.firm.ana)
        delivery.deliver_all()
        move_to_stage(opportunity=deal, stage=make.stage("won"), actor=sample.firm.ana)


def due(sample: Sample) -> list[OutboxMessage]:
    with tenant_context(sample.firm.tenant):
        return list(OutboxMessage.objects.filter(failed_at=None))


def test_delivering_one_workspace_leaves_the_other_waiting(samples: Samples) -> None:
    win(samples.ours)
    win(samples.theirs)
    assert due(samples.ours) and due(samples.theirs)
    before = dump(samples.theirs.firm.tenant)
    jobs.deliver_tenant(str(samples.ours.firm.tenant.pk))
    assert not due(samples.ours)
    assert dump(samples.theirs.firm.tenant) == before
    jobs.deliver_tenant(str(samples.theirs.firm.tenant.pk))
    assert not due(samples.theirs)


def test_a_message_of_another_workspace_is_not_found(samples: Samples) -> None:
    win(samples.theirs)
    before = dump(samples.theirs.firm.tenant)
    assert delivery.deliver_due(1, tenant=samples.ours.firm.tenant) == 0
    assert dump(samples.theirs.firm.tenant) == before
    assert delivery.deliver_due(1, tenant=samples.theirs.firm.tenant) == 1


def test_an_import_of_another_workspace_does_not_run(samples: Samples) -> None:
    theirs = samples.theirs
    job_id = theirs.ids["import_tried"]
    with tenant_context(theirs.firm.tenant):
        AtWork.objects.all().delete()  # another run of the samples may stand in line before it
        Import.objects.filter(pk=job_id).update(state=RunState.QUEUED, is_dry_run=False, position=0, created_count=0)
    with tenant_context(samples.ours.firm.tenant):
        AtWork.objects.update(seen_at=timezone.now())  # a place that has been held for long is given to the next
    before = dump(theirs.firm.tenant)
    mine = dump(samples.ours.firm.tenant)
    work(IMPORT, samples.ours.firm.tenant, job_id)
    assert dump(theirs.firm.tenant) == before
    assert dump(samples.ours.firm.tenant) == mine
    work(IMPORT, theirs.firm.tenant, job_id)
    with tenant_context(theirs.firm.tenant):
        assert Import.objects.get(pk=job_id).created_count == 2
    assert dump(samples.ours.firm.tenant) == mine


def test_the_sweep_names_workspaces_and_rows_of_none(samples: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[object] = []
    monkeypatch.setattr(jobs, "kick", rung.append)
    jobs.sweep()
    assert samples.ours.firm.tenant.pk not in rung
    win(samples.ours)
    jobs.sweep()
    assert samples.ours.firm.tenant.pk in rung
    assert samples.theirs.firm.tenant.pk not in rung


def test_work_for_one_workspace_cannot_enter_another(samples: Samples) -> None:
    ours, theirs = samples.ours.firm.tenant, samples.theirs.firm.tenant
    assert {ours, theirs} <= set(each_tenant())
    with tenant_context(ours):
        with tenant_context(ours):
            pass
        with pytest.raises(CrossTenantError), tenant_context(theirs):
            pass
