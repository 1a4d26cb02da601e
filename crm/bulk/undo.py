"""Taking a run back as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import catalogue
from crm.bulk.actions import DELETE
from crm.bulk.asking import AGREED, mark, tries_undo
from crm.bulk.giving_back import is_left
from crm.bulk.models import BulkRun
from crm.bulk.selectors import action_of, undone_by
from crm.bulk.services import locked, start
from crm.ground.writes import service
from crm.runs.models import OPEN_STATES, RunState
from crm.runs.selectors import may_see
from crm.ui.dialect import in_text
from crm.ui.format import number
from crm.undo.changes import is_kept
from crm.users.models import Membership


@dataclass(frozen=True)
class Question:
    """Whether the rest is to be taken back: ``button`` says so ("": there is none), and sends the ``mark`` of what
    stays. ``has_moved``: somebody has said so, and by then it was something else that stayed."""

    told: str
    button: str
    mark: str
    has_moved: bool


@service
def undo_run(*, run: BulkRun, actor: Membership, agreed: str = "") -> BulkRun:
    """Bring back what ``run`` has deleted, or give the records the values that they had before; asked twice, there is
    one run that does. What an earlier one has left, being stopped or refused, is taken back by another.

    What somebody has changed since stays. Then nothing is taken back before ``actor`` has ``agreed`` to that, by its
    ``mark``: the run that is returned has only been tried, and ``is_asked``.
    """
    run = locked(run)
    before = undone_by(run)
    if before is not None and (before.is_open or not is_left(run)):
        if may_see(actor, before):
            return before
        raise ValidationError(_("%(name)s takes this back already.") % {"name": before.made_by.name})
    if not may_be_undone(run):
        raise ValidationError(_("This cannot be taken back as a whole."))
    undoing = _asked_before(run, actor)
    if undoing is None:
        undoing = BulkRun(record_type=run.record_type, undoes=run, back=run.back, made_by=actor, is_dry_run=True)
    action = action_of(undoing)
    assert action is not None
    undoing.action, undoing.data, undoing.made_at = action.key, {AGREED: agreed}, timezone.now()
    return start(undoing, actor, action)


def _asked_before(run: BulkRun, actor: Membership) -> BulkRun | None:
    asked = BulkRun.objects.filter(undoes=run, made_by=actor, is_dry_run=True).exclude(state__in=OPEN_STATES)
    return asked.select_related("undoes").select_for_update(of=("self",)).first()


def is_asked(run: BulkRun) -> bool:
    """Whether ``run`` has found out what it cannot take back, and waits for somebody to say that the rest is."""
    return tries_undo(run) and run.state == RunState.DONE and not run.cancel_asked


def question(run: BulkRun) -> Question | None:
    """What is asked before ``run`` is done for real; None: nothing is."""
    if not is_asked(run):
        return None
    record_type = catalogue.record_type(run.record_type)
    noun = record_type.label if run.total == 1 else record_type.label_plural
    words = {"count": number(run.refused_count), "total": number(run.total), "records": in_text(str(noun))}
    told = [
        ngettext(
            "%(count)s of %(total)s %(records)s cannot be taken back: the reason stands below.",
            "%(count)s of %(total)s %(records)s cannot be taken back: the reasons stand below.",
            run.refused_count,
        )
        % words
    ]
    same = run.counts.get("same", 0)
    others = run.done_count - same
    if same:
        words = {"count": number(same)}
        told.append(ngettext("%(count)s is as before already.", "%(count)s are as before already.", same) % words)
    told.append(_("Nothing has been undone yet.") if others else _("Nothing was undone."))
    stays = mark(run)
    button = ngettext("Undo the other %(count)s", "Undo the other %(count)s", others) % {"count": number(others)}
    has_moved = bool(run.data.get(AGREED)) and run.data[AGREED] != stays
    return Question(" ".join(told), button if others else "", stays, has_moved)


def may_be_undone(run: BulkRun) -> bool:
    changed = run.done_count - run.counts.get("same", 0)
    if run.is_dry_run or run.undoes_id or not changed or run.is_open:
        return False
    action = action_of(run)
    if action is None or not (action.undoes or action.key == DELETE.key):
        return False
    return (action.take_back is not None or is_kept(run.pk)) and is_left(run)
