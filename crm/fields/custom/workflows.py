"""What follows by itself when a field of the workspace's own becomes a filter."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm import events
from crm.events.models import Event
from crm.fields.custom.rows import fill_rows
from crm.fields.custom.selectors import fields_changed
from crm.fields.events import MADE_FILTERABLE
from crm.fields.models import CustomField


@events.on(MADE_FILTERABLE, key="custom-values-get-rows", label=_("Lists filtered by an own field"))
def write_rows(event: Event) -> str:
    """Write the rows of all records that have a value, then offer the filter."""
    field = CustomField.objects.select_for_update().filter(pk=event.data["field"]).first()
    if field is None or field.is_indexed or not field.keeps_rows:
        return ""
    count = fill_rows(field)
    field.is_indexed = True
    field.save(update_fields=["is_indexed"])
    fields_changed()
    return ngettext("%(count)d value can be filtered by", "%(count)d values can be filtered by", count) % {
        "count": count
    }
