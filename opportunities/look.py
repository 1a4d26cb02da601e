"""How some fields of an opportunity look."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext

from crm.fields import kinds
from crm.fields.currencies import currencies_in_use
from crm.fields.look import Look
from crm.fields.look.markup import marked
from crm.fields.look.number import PercentLook
from crm.fields.look.text import TextLook
from crm.fields.look.time import DateLook
from crm.picklists.selectors import stage as stage_by_id
from crm.tenants.clock import today
from crm.ui import format as formats
from crm.ui.icons import icon
from crm.users.choices import currency_name
from crm.users.models import Membership
from opportunities.selectors import WITH_DAY, ahead, is_open


class DueDay(DateLook):
    """A day by which something is to happen while the opportunity is open: marked once it is over."""

    def html(self, record: Any) -> str:
        day = self.value(record)
        words = super().html(record)
        if day is None or day >= today() or not is_open(record):
            return words
        mark = icon("clock-alert", "icon-s", gettext("Overdue"))
        return format_html('<span class="with-icon text-danger">{}{}</span>', words, mark)


class NextStep(TextLook):
    """The step, in a list with its day; what stands for one is muted. Exports and filters are about the field alone."""

    def html(self, record: Any) -> str:
        if not record.next_step:
            found = ahead(record)
            tone = "text-danger" if found and found.is_overdue else "muted"
            return marked('<span class="{}">{}</span>', tone, str(found)) if found else ""
        words = super().html(record)
        day = record.next_step_on if getattr(record, WITH_DAY, False) else None
        if day is None:
            return words
        is_over = day < today() and is_open(record)
        tone = "text-danger" if is_over else "muted"
        return format_html('{} <span class="{} small">{}</span>', words, tone, formats.day_of_year(day, today()))


class ProbabilityLook(PercentLook):
    """Where somebody has set it by hand, it says so, and what the stage says."""

    def html(self, record: Any) -> str:
        words = marked("{}", kinds.Percent.words(self.kind, self.spec, record))
        if not record.probability_overridden:
            return words
        title = gettext("The stage says %(percent)s") % {
            "percent": formats.percent(stage_by_id(record.stage_id).probability / 100)
        }
        return format_html('{} <span class="muted small" title="{}">{}</span>', words, title, gettext("set by hand"))


class CurrencyLook(Look):
    def options(self, actor: Membership) -> list[tuple[str, str]]:
        return [(code, currency_name(code)) for code in currencies_in_use()]
