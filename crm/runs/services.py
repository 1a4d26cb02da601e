"""What a person does with a run: have it done by a worker, cancel it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.ground.writes import service
from crm.runs import jobs, turns
from crm.runs.kinds import RunKind, run_kinds
from crm.runs.models import OPEN_STATES, Run, RunState
from crm.runs.steps import end
from crm.runs.turns import Place
from crm.tenants.context import current_tenant_id
from crm.ui.format import number
from crm.users.models import Membership

MOST_WAITING = 20  # runs that a person may have waiting or at work in a workspace


def refuse_many_waiting(maker: Membership, actor: Membership) -> None:
    """Raise ``ValidationError`` when so many runs of ``maker`` are open that ``actor`` may not start one more."""
    waiting = sum(kind.model.objects.filter(made_by=maker, state__in=OPEN_STATES).count() for kind in run_kinds())
    if waiting >= MOST_WAITING:
        words = {"count": number(waiting), "name": maker.name}
        if maker == actor:
            who = _("You have %(count)s runs that wait or are at work.") % words
        else:
            who = _("%(name)s has %(count)s runs that wait or are at work.") % words
        raise ValidationError(f"{who} {_('Start this when some are done, or cancel some.')}")


def hand_over(kind: RunKind, run: Run) -> None:
    """Have a worker do ``run``, which was saved just now as queued, when its turn comes."""
    if turns.stand_in_line(run.pk):
        _kick(Place(kind.key, current_tenant_id(), run.pk))


@service
def cancel(kind: RunKind, run: Run) -> bool:
    """Stop after the batch that is under way, and at once where none is; whether there was something to stop."""
    rows = kind.model.objects.filter(pk=run.pk)
    if not rows.filter(state__in=OPEN_STATES).update(cancel_asked=True):
        return False
    # One that no worker has begun need not wait in line for its end.
    for waiting in rows.select_for_update(no_key=True).filter(state=RunState.QUEUED):
        end(kind, waiting, RunState.CANCELLED)
        if following := turns.leave_line(run.pk):
            _kick(following)
    return True


def _kick(place: Place) -> None:
    transaction.on_commit(lambda: jobs.kick(place))
