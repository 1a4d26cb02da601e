"""Taking the rows of an import in, a batch at a time.

Each batch is one transaction that also moves ``position`` on: a run that is killed goes on after its last batch. Who
works on an import holds the row of its file, so a second worker sees at once that there is nothing for it to do, and
nobody who looks at the import or cancels it waits. When all rows are in, the links that were kept for the end are set,
in batches too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import IntegrityError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.events.services import of_import
from crm.fields.custom.rows import hold_fields
from crm.fields.custom.selectors import fields_named
from crm.imports.batches import run_batch
from crm.imports.deferring import set_next_links
from crm.imports.layout import Layout, layout_of
from crm.imports.meant import MeantRows
from crm.imports.meanwhile import lost_columns
from crm.imports.models import Import, ImportFile, ImportState
from crm.imports.outcome import keep_result
from crm.imports.planned import planning
from crm.imports.rehearsal import Earlier, earlier_rows_of, rehearse
from crm.imports.services import fail_import
from crm.imports.storing import FileRow
from crm.imports.whole_file import WholeFile, read_whole_file
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.tenants.stored import read_again
from crm.tenants.turns import Turn
from crm.users.access import may
from crm.users.selectors import zone_of
from crm.users.settings import OWN_LANGUAGE

BATCH = 500


def run_import(tenant: Tenant, job_id: Any, *, seconds: float | None = None, turn: Turn | None = None) -> bool:
    """Work on the import until it is done, cancelled or failed; harmless when another worker has it.

    With ``seconds``, or in a ``turn``, it stops after the batch in which they are over: True says that there is more
    to do.
    """
    started = time.monotonic()
    run = _Run(tenant, turn)
    while run.do_next(job_id):
        if turn is not None and turn.is_over():
            return True
        if seconds is not None and time.monotonic() - started >= seconds:
            return True
    return False


class _Run:
    """What a process keeps of an import from batch to batch."""

    def __init__(self, tenant: Tenant, turn: Turn | None) -> None:
        self.tenant = tenant
        self.turn = turn
        self.file = WholeFile()
        self.earlier = Earlier()  # of a dry run
        self.is_known = False
        self.rows: Iterator[FileRow] = iter(())
        self.position = -1  # up to where ``rows`` were read

    def do_next(self, job_id: Any) -> bool:
        """Do the next batch; False when there is nothing left, or another worker is at it."""
        with tenant_context(self.tenant):
            forget()  # the tenant object has been through other transactions
            job = _take(job_id)
            if job is None or (self.turn is not None and not self.turn.renew()):
                return False
            clock = timezone.override(zone_of(job.made_by))  # what is told of moments is told by it, as on pages
            with translation.override(OWN_LANGUAGE.value(job.made_by.user)), clock, planning(job), of_import(job.pk):
                return self._do_batch(job)

    def _do_batch(self, job: Import) -> bool:
        source = MeantRows(job, _held_layout(job))
        if problem := lost_right(job) or lost_columns(source.layout):
            fail_import(job=job, problem=problem)
            return False
        rows = [] if job.cancel_asked else self._next_rows(source)
        if rows:
            _take_in(source, self.file.taken_with(rows), self.file, self.earlier, len(rows))
            self.position = job.position
            return True
        if set_next_links(job, source.layout, BATCH):
            job.seen_at = timezone.now()
            job.save(update_fields=["seen_at"])
            return True
        job.state = ImportState.CANCELLED if job.position < job.total and job.cancel_asked else ImportState.DONE
        job.finished_at = job.seen_at = timezone.now()
        job.save(update_fields=["state", "finished_at", "seen_at"])
        return False

    def _next_rows(self, source: MeantRows) -> list[FileRow]:
        if not self.is_known:
            self.file, self.is_known = read_whole_file(source, BATCH), True
            if source.job.is_dry_run:
                self.earlier = earlier_rows_of(source, self.file, BATCH)
        if self.position != source.job.position:
            self.position = source.job.position
            self.rows = source.after(self.position)
        return list(islice(self.rows, BATCH))


def _take(job_id: Any) -> Import | None:
    """The import, if it is open and no other worker holds its file until the end of this transaction."""
    if not ImportFile.objects.select_for_update(skip_locked=True).filter(job=job_id).values_list("pk"):
        return None
    jobs = Import.objects.select_related("made_by__role", "made_by__team", "made_by__user").defer("survey")
    return jobs.filter(pk=job_id, state__in=[ImportState.QUEUED, ImportState.RUNNING]).first()


def _held_layout(job: Import) -> Layout:
    """What the columns are now; their own fields stay until the batch is done."""
    try:
        hold_fields([one for name in {*job.mapping, *job.fixed} for one in fields_named(name, job.record_type)])
    except IntegrityError:  # deleted since this process has read them
        read_again()
        forget()
    return layout_of(job)


def lost_right(job: Import) -> str:
    """Say that the import's maker may no longer import, or ""; asked at every batch, as pages are at every request."""
    maker = job.made_by
    if maker.is_active and maker.role.can_import and may(maker, "create", job.record_type):
        return ""
    return _("%(name)s may no longer import here.") % {"name": maker.name}


def _take_in(source: MeantRows, batch: list[FileRow], file: WholeFile, earlier: Earlier, passed: int) -> None:
    """Take ``batch`` in; the import is ``passed`` rows of its file further then."""
    job = source.job
    if job.is_dry_run and not job.position:
        job.tried_at = timezone.now()
    result = rehearse(source, batch, file, earlier) if job.is_dry_run else run_batch(source, batch, file)
    keep_result(job, batch, result, passed)
