"""Activities that an act made, when that is taken back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.activities.access import may_reach
from crm.activities.models import Activity, ActivityLink
from crm.activities.services import delete_activity
from crm.events.models import Event
from crm.undo.taking_back import puts_away
from crm.users.models import Membership


@puts_away(Activity)
def put_away(activity: Activity, *, actor: Membership, because: Event) -> None:
    if not may_reach(actor, activity, "edit"):
        raise ValidationError(_("A task came with it that you may not delete."))
    delete_activity(activity=activity, actor=actor, because=because)


@puts_away(ActivityLink)
def take_off(link: ActivityLink, *, actor: Membership, because: Event) -> None:
    """An activity that was put away stays where it stood, should it be brought back."""
    if link.activity.deleted_at is None:
        ActivityLink.objects.filter(pk=link.pk).delete()
