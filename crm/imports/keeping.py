"""How long the files of imports are kept, and how much of them: they are people's data, and in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.imports.models import UPLOADED, Import, ImportFile
from crm.imports.settings import DAYS_KEPT
from crm.imports.storing import delete_file
from crm.runs.models import OPEN_STATES, RunState
from crm.tenants.context import tenant_context
from crm.tenants.jobs import Unfinished
from crm.tenants.models import Tenant
from crm.ui.format import number
from crm.users.models import Membership

MOST_KEPT_BYTES = 2 * 1024 * 1024 * 1024  # of a workspace's files
MOST_A_DAY = 200  # files of a person


def bytes_kept() -> int:
    return ImportFile.objects.aggregate(size=Sum("size"))["size"] or 0


def files_kept() -> int:
    return ImportFile.objects.count()


def refuse_too_much(size: int) -> None:
    """Raise ``ValidationError`` when the workspace cannot keep ``size`` bytes more."""
    if bytes_kept() + size > MOST_KEPT_BYTES:
        raise ValidationError(
            ngettext(
                "This workspace has no room left for imported files. They are deleted after %(days)s day.",
                "This workspace has no room left for imported files. They are deleted after %(days)s days; an admin can"
                " choose fewer in Setup, under Imported files.",
                DAYS_KEPT.value(),
            )
            % {"days": number(DAYS_KEPT.value())}
        )


def refuse_too_many(actor: Membership) -> None:
    """Raise ``ValidationError`` when somebody has brought as many files as one may bring in a day."""
    since = timezone.now() - timedelta(days=1)
    if Import.objects.filter(made_by=actor, made_at__gte=since).count() >= MOST_A_DAY:
        words = {"count": number(MOST_A_DAY)}
        raise ValidationError(_("You have uploaded %(count)s files in the last 24 hours. Go on tomorrow.") % words)


def delete_old_files(tenant: Tenant, is_over: Callable[[], bool]) -> int:
    """Delete the files of the workspace's imports that are older than they are kept; return how many.

    Raise ``Unfinished`` when the turn ``is_over`` before that is done.
    """
    with tenant_context(tenant):
        before = timezone.now() - timedelta(days=DAYS_KEPT.value())
        old = list(
            Import.objects.filter(pk__in=ImportFile.objects.values("run"), made_at__lt=before).exclude(
                state__in=OPEN_STATES
            )
        )
    for run in old:
        with tenant_context(tenant), transaction.atomic():
            _delete(run)
        if is_over():
            raise Unfinished
    return len(old)


def _delete(run: Import) -> None:
    run = Import.objects.select_for_update().get(pk=run.pk)
    if run.is_open:
        return
    delete_file(run)
    if run.state == UPLOADED:
        run.state, run.finished_at = RunState.FAILED, timezone.now()
        run.problem = ngettext(
            "The file was kept for %(days)s day and not imported.",
            "The file was kept for %(days)s days and not imported.",
            DAYS_KEPT.value(),
        ) % {"days": number(DAYS_KEPT.value())}
        run.save(update_fields=["state", "finished_at", "problem"])
