"""Where the bytes of files lie, and what is cleared away there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.activities.files.accepting import clean_name, content_type_of
from crm.activities.files.models import StoredFile, folder_of
from crm.activities.files.trash import empty_trash, names_in, put_away
from crm.activities.models import Activity
from crm.tenants.bulk import insert_many
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant

logger = structlog.get_logger(__name__)

SETTLED = timedelta(days=1)  # for so long the row of what was written may not be committed yet
AT_ONCE = 500


def store_files(activity: Activity, files: Sequence[File]) -> list[StoredFile]:
    """Keep ``files`` with ``activity``; raise ``ValidationError`` for one that is not taken.

    The bytes are written before the row: a failure leaves bytes that no row names, and ``clear_away`` finds those.
    """
    try:
        types = [content_type_of(file) for file in files]
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


def clear_away(tenant: Tenant) -> int:
    """Delete files that can no longer be restored, and put away all bytes that no row names; return how many."""
    with tenant_context(tenant):
        too_late = timezone.now() - timedelta(days=settings.RECORDS_KEPT_DAYS)
        over = StoredFile.objects.filter(Q(deleted_at__lt=too_late) | Q(activity__deleted_at__lt=too_late))
        gone = [file.key for file in over]
        over.delete()
    for key in gone:
        default_storage.delete(key)
    settled = list(names_in(folder_of(tenant.pk), before=timezone.now() - SETTLED))
    lost = set(settled) - _named(tenant, settled)
    for file_id in lost:
        put_away(tenant.pk, file_id)
    empty_trash(tenant.pk, lambda ids: _named(tenant, ids))
    return len(gone) + len(lost)


def _named(tenant: Tenant, ids: Sequence[UUID]) -> set[UUID]:
    """Those of ``ids`` that are the id of a file's row."""
    named: set[UUID] = set()
    for start in range(0, len(ids), AT_ONCE):
        with tenant_context(tenant):
            some = StoredFile.objects.filter(pk__in=ids[start : start + AT_ONCE])
            named |= set(some.values_list("pk", flat=True))
    return named
