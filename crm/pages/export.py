"""A list as a CSV file."""

from __future__ import annotations

import csv
import io

from django.http import HttpResponse
from django.utils.translation import gettext as _

from crm.pages.listing import filtered, read_listing
from crm.records.types import RecordType
from crm.tenants.clock import today
from crm.ui.http import go
from crm.ui.paging import page_by_key
from crm.ui.spreadsheets import defuse
from crm.ui.toasts import say
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require

MOST_ROWS = 50_000


def export_page(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``GET /<type>/export/?<the list's query>``: all rows of the list in its order, its columns under their
    standard names.
    """
    require(may(request.actor, "view", record_type.key) and request.actor.role.can_export)
    listing = read_listing(request, record_type)
    specs = listing.state.specs
    records = filtered(request, listing)
    if listing.unreadable:
        say(request, " ".join(listing.problems), tone="warning")
        return go(request, f"{request.META['SCRIPT_NAME']}/{record_type.key}/{listing.state.query()}")
    page = page_by_key(
        record_type.with_related(records, specs),
        order=listing.state.order(),
        ranking=listing.state.ranking(request.actor),
        first=listing.state.stands_first(),
        size=MOST_ROWS,
    )
    if page.next:
        message = _("An export holds at most %(limit)s rows: filter the list first.") % {"limit": f"{MOST_ROWS:,}"}
        say(request, message, tone="warning")
        return go(request, f"{request.META['SCRIPT_NAME']}/{record_type.key}/{listing.state.query()}")
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["id", *(spec.name for spec in specs)])
    for record in page.rows:
        writer.writerow([record.pk, *(defuse(spec.text(record)) for spec in specs)])
    response = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{record_type.key}-{today().isoformat()}.csv"'
    return response
