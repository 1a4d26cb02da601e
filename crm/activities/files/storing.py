"""Where the bytes of files lie, and what is cleared away there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.activities.files.accepting import clean_name, content_type_of, refuse_too_much
from crm.activities.files.models import StoredFile, folder_of
from crm.activities.files.trash import AT_ONCE, empty_trash, named_of, names_in, put_away
from crm.activities.models import Activity
from crm.ground.writes import insert_many
from crm.tenants.context import tenant_context
from crm.tenants.jobs import Unfinished
from crm.tenants.models import Tenant

logger = structlog.get_logger(__name__)

SETTLED = timedelta(days=1)  # for so long the row of what was written may not be committed yet


def store_files(activity: Activity, files: Sequence[File]) -> list[StoredFile]:
    """Keep ``files`` with ``activity``; raise ``ValidationError`` for one that is not taken.

    The bytes are written before the row: a failure leaves bytes that no row names, and ``clear_away`` finds those.
    """
    try:
        types = [content_type_of(file) for file in files]
        if files:
            refuse_too_much(sum(file.size for file in files))
    except ValidationError as error:
        raise ValidationError({"files": error.messages}) from error
    rows = [
        StoredFile(activity=activity, name=clean_name(file.name or ""), content_type=content_type, size=file.size)
        for file, content_type in zip(files, types, strict=True)
    ]
    try:
        for row, file in zip(rows, files, strict=True):
            default_storage.save(row.key, file)
    except OSError as error:  # the disk is full, say
        logger.exception("file_not_kept")
        for row in rows:  # the half that was written of one, and those before it
            with suppress(OSError):
                default_storage.delete(row.key)
        raise ValidationError({"files": _("The server could not keep the files. Try again later.")}) from error
    insert_many(StoredFile, rows)
    return rows


def clear_away(tenant: Tenant, is_over: Callable[[], bool] = lambda: False) -> int:
    """Delete files that can no longer be restored, and put away all bytes that no row names; return how many.

    Raise ``Unfinished`` when the turn ``is_over`` before that is done: the rest is found again.
    """
    count = 0
    while gone := _delete_rows(tenant):
        for key in gone:
            default_storage.delete(key)
        count += len(gone)
        if is_over():
            raise Unfinished
    settled = list(names_in(folder_of(tenant.pk), before=timezone.now() - SETTLED))
    for file_id in set(settled) - named_of(tenant, settled):
        count += put_away(tenant, file_id)
        if is_over():
            raise Unfinished
    empty_trash(tenant, is_over)
    return count


def _delete_rows(tenant: Tenant) -> list[str]:
    """Delete rows of some files that can no longer be restored; return where their bytes lie."""
    too_late = timezone.now() - timedelta(days=settings.RECORDS_KEPT_DAYS)
    with tenant_context(tenant):
        over = StoredFile.objects.filter(Q(deleted_at__lt=too_late) | Q(activity__deleted_at__lt=too_late))
        some = list(over[:AT_ONCE])
        StoredFile.objects.filter(pk__in=[file.pk for file in some]).delete()
    return [file.key for file in some]
