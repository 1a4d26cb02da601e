"""Taking the rows of an import in, a batch at a time, and then the links that were kept for the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.events.services import of_import
from crm.fields.custom.rows import hold_fields
from crm.fields.custom.selectors import fields_named
from crm.imports.batches import run_batch
from crm.imports.deferring import set_next_links
from crm.imports.layout import Layout, layout_of
from crm.imports.meant import MeantRows
from crm.imports.meanwhile import lost_columns
from crm.imports.models import Import
from crm.imports.outcome import keep_result
from crm.imports.planned import planning
from crm.imports.rehearsal import Earlier, earlier_rows_of, rehearse
from crm.imports.storing import FileRow
from crm.imports.whole_file import WholeFile, read_whole_file
from crm.runs.steps import GaveUpError
from crm.tenants.memo import forget
from crm.tenants.stored import read_again
from crm.users.access import may

BATCH = 500


class TakingIn:
    """What a process keeps of an import from batch to batch; called, it takes the next rows in."""

    def __init__(self) -> None:
        self.file = WholeFile()
        self.earlier = Earlier()  # of a dry run
        self.is_known = False
        self.rows: Iterator[FileRow] = iter(())
        self.position = -1  # up to where ``rows`` were read

    def __call__(self, run: Import) -> bool:
        with _source(run) as source:
            rows = self._next_rows(source)
            if rows:
                _take_in(source, self.file.taken_with(rows), self.file, self.earlier, len(rows))
                self.position = run.position
            return bool(rows)

    def _next_rows(self, source: MeantRows) -> list[FileRow]:
        if not self.is_known:
            self.file, self.is_known = read_whole_file(source, BATCH), True
            if source.run.is_dry_run:
                self.earlier = earlier_rows_of(source, self.file, BATCH)
        if self.position != source.run.position:
            self.position = source.run.position
            self.rows = source.after(self.position)
        return list(islice(self.rows, BATCH))


def set_links(run: Import) -> bool:
    """Set some of the links to rows further down, of as many rows as came in; False when there are none left."""
    with _source(run) as source:
        return set_next_links(run, source.layout, BATCH)


@contextmanager
def _source(run: Import) -> Iterator[MeantRows]:
    """The rows of the file, as long as they may be taken in; what is done inside is told as done by the import."""
    with planning(run), of_import(run.pk):
        source = MeantRows(run, _held_layout(run))
        if problem := lost_right(run) or lost_columns(source.layout):
            raise GaveUpError(problem)
        yield source


def _held_layout(run: Import) -> Layout:
    """What the columns are now; their own fields stay until the batch is done."""
    try:
        hold_fields([one for name in {*run.mapping, *run.fixed} for one in fields_named(name, run.record_type)])
    except IntegrityError:  # deleted since this process has read them
        read_again()
        forget()
    return layout_of(run)


def lost_right(run: Import) -> str:
    """Say that the import's maker may no longer import, or ""; asked at every batch, as pages are at every request."""
    maker = run.made_by
    if maker.is_active and maker.role.can_import and may(maker, "create", run.record_type):
        return ""
    return _("%(name)s may no longer import here.") % {"name": maker.name}


def _take_in(source: MeantRows, batch: list[FileRow], file: WholeFile, earlier: Earlier, passed: int) -> None:
    """Take ``batch`` in; the import is ``passed`` rows of its file further then."""
    run = source.run
    if run.is_dry_run and not run.position:
        run.tried_at = timezone.now()
    result = rehearse(source, batch, file, earlier) if run.is_dry_run else run_batch(source, batch, file)
    keep_result(run, batch, result, passed)
