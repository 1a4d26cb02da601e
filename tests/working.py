"""What a worker does with a run, done here and now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crm.runs import jobs
from crm.runs.kinds import RunKind
from crm.runs.running import work_on
from crm.tenants.models import Tenant


class Alone:
    """A turn for which there is nobody else, over after so many batches."""

    def __init__(self, tenant: Tenant, batches: int | None) -> None:
        self.tenant = tenant
        self.left = batches

    def renew(self) -> bool:
        if self.left is not None:
            self.left -= 1
        return True

    def is_over(self) -> bool:
        return self.left == 0


def work_alone(kind: RunKind, tenant: Tenant, run_id: Any, *, batches: int | None = None) -> bool:
    """Work on a run whoever has the turn, to its end or so many batches; whether there is more to do."""
    alone: Any = Alone(tenant, batches)
    return work_on(kind, UUID(str(run_id)), alone)


def work(kind: RunKind, tenant: Tenant, run_id: Any) -> None:
    """Do the job that a worker is rung for."""
    jobs.work(kind.key, str(tenant.pk), str(run_id))
