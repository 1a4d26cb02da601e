"""Taking a run back as a whole."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm import catalogue
from crm.bulk.actions import DELETE
from crm.bulk.giving_back import out_of_reach, to_give_back
from crm.bulk.models import BulkFinding, BulkRun
from crm.bulk.selectors import action_of, undone_by
from crm.bulk.services import locked, start
from crm.ground.writes import insert_many, service
from crm.undo.changes import is_kept
from crm.users.models import Membership


@service
def undo_run(*, run: BulkRun, actor: Membership) -> BulkRun:
    """Bring back what ``run`` has deleted, or give the records the values that they had before; asked twice, there is
    one run that does. Rows that somebody has changed since are refused."""
    run = locked(run)
    if before := undone_by(run):  # which has nothing left to take back
        return before
    if not may_be_undone(run):
        raise ValidationError(_("This cannot be taken back as a whole."))
    undoing = BulkRun(record_type=run.record_type, undoes=run, back=run.back, made_by=actor)
    action = action_of(undoing)
    assert action is not None
    undoing.action = action.key
    record_type = catalogue.record_type(run.record_type)
    missing = out_of_reach(undoing, record_type, actor)
    undoing.refused_count = len(missing)
    undoing.total = to_give_back(undoing, record_type, actor).count() + len(missing)
    undoing = start(undoing, actor, action)
    name, reasons = str(record_type.label), [_("It is gone, or out of your reach.")]  # its own name may not be told
    rows = [BulkFinding(run=undoing, record_id=one, name=name, reasons=reasons) for one in missing]
    if rows:
        insert_many(BulkFinding, rows)
    return undoing


def may_be_undone(run: BulkRun) -> bool:
    changed = run.done_count - run.counts.get("same", 0)
    if run.is_dry_run or run.undoes_id or not changed or run.is_open:
        return False
    action = action_of(run)
    if action is None or not (action.undoes or action.key == DELETE.key):
        return False
    return action.take_back is not None or is_kept(run.pk)
