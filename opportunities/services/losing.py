"""Losing an opportunity, and what is to come of it all the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.activities.models import ActivityKind
from crm.activities.services import create_activity
from crm.events.models import Event
from crm.ground.writes import service
from crm.mailing_lists.models import MailingList
from crm.mailing_lists.services import put_on_lists
from crm.picklists.models import Choice, Stage
from crm.records.hiding import fill_in
from crm.users.models import Membership
from opportunities.models import Opportunity
from opportunities.services.writing import move_to_stage, update_opportunity


@service
def lose_opportunity(
    *,
    opportunity: Opportunity,
    stage: Stage,
    loss_reason: Choice | None,
    actor: Membership | None,
    loss_note: str = "",
    on: date | None = None,
    task_due_on: date | None = None,
    task_subject: str = "",
    task_owner: Membership | None = None,
    lists: Iterable[MailingList] = (),
    because: Event | None = None,
) -> Event | None:
    """Move the opportunity to the lost ``stage``; return the event, or None when it is there already, for this reason.

    Where it is there for another reason, that is changed.

    With ``task_due_on`` a follow-up task is left on it and on its account; its main contact is put on the mailing lists
    ``lists``: both also where it was lost already. Raises ``ValidationError`` keyed by field.
    """
    fill_in(opportunity)
    if opportunity.stage_id == stage.pk:
        values = {
            "loss_reason": loss_reason,
            "loss_note": loss_note or opportunity.loss_note,
            "closed_on": on or opportunity.closed_on,
        }
        event = update_opportunity(opportunity, actor=actor, values=values, because=because)
    else:
        said: dict[str, Any] = {"loss_reason": loss_reason, "loss_note": loss_note, "on": on}
        event = move_to_stage(opportunity=opportunity, stage=stage, actor=actor, because=because, **said)
    because = event or because
    if task_due_on is not None:
        create_activity(
            kind=ActivityKind.TASK,
            records=[one for one in (opportunity, opportunity.account) if one is not None],
            actor=actor,
            subject=task_subject or _("Follow up"),
            due_on=task_due_on,
            owner=task_owner or opportunity.owner or actor,
            because=because,
        )
    chosen = list(lists)
    if chosen and opportunity.contact is None:
        raise ValidationError({"lists": _("It has no main contact who could be put on a list.")})
    put_on_lists(record=opportunity.contact, lists=chosen, actor=actor, because=because)
    return event
