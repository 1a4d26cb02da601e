"""The logs of the setup as tables of django-tables2: their columns, and what stands in each cell."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.ui import format as formats

MUTED, WRAPPED = {"td": {"class": "is-muted"}}, {"td": {"class": "is-wrap"}}


class Log(tables.Table):
    """Rows in the order in which they are brought, drawn by ``ui.log_table``."""

    class Meta:
        orderable = False

    caption: Any = ""

    def get_column_class_names(self, classes_set: set[str], bound_column: Any) -> set[str]:
        return classes_set  # and not the column's name, as is usual: style sheets know no columns

    def render_at(self, value: Any) -> SafeString:
        return formats.relative(value)


class ChangeLog(Log):
    caption = _("Changes of the setup")
    at = tables.Column(_("When"), accessor="event__at", attrs=MUTED)
    subject = tables.Column(_("What"))
    phrase = tables.Column(_("Change"), attrs=WRAPPED)


class RunLog(Log):
    caption = _("Workflow runs")
    at = tables.Column(_("When"), accessor="run__at", attrs=MUTED)
    phrase = tables.Column(_("Because"), attrs=WRAPPED)
    workflow = tables.Column(_("Workflow"), attrs=MUTED)
    outcome = tables.Column(
        _("What it did"), accessor="run__outcome", default=_("Nothing had to be changed"), attrs=WRAPPED
    )
    succeeded = tables.Column(_("State"), accessor="run__succeeded")

    def render_phrase(self, value: str, record: dict[str, Any]) -> str:
        about = record["record"]
        if not about:
            return value
        if about["url"]:
            return format_html('<a class="link" href="{}">{}</a>: {}', about["url"], about["label"], value)
        return f"{about['label']}: {value}"

    def render_succeeded(self, value: bool) -> SafeString:
        tone, word = ("success", gettext("Done")) if value else ("danger", gettext("Failed"))
        return format_html('<span class="status tone-{}">{}</span>', tone, word)
