"""Taking single files away from an activity, and bringing them back."""

from __future__ import annotations

from django.utils import timezone

from crm import events
from crm.activities.events import FILE_DELETED, FILE_RESTORED
from crm.activities.files.models import StoredFile
from crm.activities.services import delete_activity, restore_activity
from crm.ground.writes import service
from crm.users.models import Membership


@service
def delete_file(*, file: StoredFile, actor: Membership) -> StoredFile:
    """Put ``file`` away; ``restore_file`` brings it back. An activity that was nothing but this file goes along."""
    activity = file.activity
    if activity.is_file and not activity.files.filter(deleted_at=None).exclude(pk=file.pk).exists():
        delete_activity(activity=activity, actor=actor)
    elif file.deleted_at is None:
        file.deleted_at = timezone.now()
        file.save(update_fields=["deleted_at"])
        events.record(FILE_DELETED, record=activity, actor=actor, data={"name": file.name})
    return file


@service
def restore_file(*, file: StoredFile, actor: Membership) -> StoredFile:
    """Bring back what ``delete_file`` put away."""
    restore_activity(activity=file.activity, actor=actor)
    if file.deleted_at is not None:
        file.deleted_at = None
        file.save(update_fields=["deleted_at"])
        events.record(FILE_RESTORED, record=file.activity, actor=actor, data={"name": file.name})
    return file
