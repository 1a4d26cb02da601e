"""Template tags of the frame and its components: ``{% load ui %}``."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from crm.ui import format as formats
from crm.ui import frame, once
from crm.ui.icons import icon as draw_icon
from crm.ui.paging import Count
from crm.ui.seen import Conflict, SeenForm
from crm.ui.toasts import undo_of

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """``{% icon "phone" %}``, ``{% icon "phone" "icon-l" %}``, ``{% icon "flame" label="hot" %}``."""
    return draw_icon(name, css, label)


@register.simple_tag(takes_context=True)
def once_key(context: template.Context) -> SafeString:
    """In a form that makes something: sent twice, it makes one (``crm.ui.once``)."""
    return once.key_input(context["request"])


@register.simple_tag
def scripts() -> SafeString:
    """Our scripts."""
    return frame.scripts()


@register.filter
def mark(field: BoundField) -> str:
    """What a label says beside its name: "optional", or "required" where most fields of the form are optional."""
    form: Any = field.form
    if not hasattr(form, "_marks_required"):
        shown = [one.field.required for one in form.visible_fields()]
        form._marks_required = sum(shown) < len(shown) / 2
    if field.field.required:
        return gettext("(required)") if form._marks_required else ""
    return "" if form._marks_required else gettext("(optional)")


@register.filter
def conflict(field: BoundField) -> Conflict | None:
    """What somebody else has written into the field meanwhile: ``{% with field|conflict as conflict %}``."""
    return field.form.conflict_of(field) if isinstance(field.form, SeenForm) else None


@register.filter
def undo(message: Message) -> dict[str, str] | None:
    """What Undo does for a message: ``{% with message|undo as undo %}``."""
    return undo_of(message)


@register.simple_tag
def ago(value: dt.datetime | None) -> SafeString:
    """``{% ago event.at %}``: "2 hours ago" with the exact moment as its title."""
    return formats.relative(value)


@register.filter
def money(minor: int | None, currency: str) -> str:
    """``{{ row.minor|money:row.currency }}``."""
    return formats.money(minor, currency)


@register.filter
def number(value: float | Decimal | None) -> str:
    """``{{ rows|number }}``."""
    return formats.number(value)


@register.filter
def percent(ratio: float | Decimal | None, digits: int = 0) -> str:
    """``{{ 0.6315|percent:2 }}``."""
    return formats.percent(ratio, digits)


@register.filter
def points(value: float | None) -> str:
    """``{{ stage.probability|points }}``: 60 becomes 60%."""
    return formats.points(value)


@register.filter
def day(value: dt.date | None) -> str:
    """``{{ deal.closes_on|day }}``."""
    return formats.date(value)


@register.filter
def moment(value: dt.datetime | None) -> str:
    """``{{ event.at|moment }}``: date and time."""
    return formats.moment(value)


@register.filter
def clock(value: dt.datetime | None) -> str:
    """``{{ event.at|clock }}``: the time of day."""
    return formats.clock(value)


@register.filter
def day_near(value: dt.date | None, today: dt.date) -> str:
    """``{{ task.due_on|day_near:today }}``: Today, Tomorrow, Friday, 3 May."""
    return formats.day_near(value, today)


@register.filter
def day_of_year(value: dt.date | None, today: dt.date) -> str:
    """``{{ deal.next_step_on|day_of_year:today }}``: Nov 25, or Jan 3, 2027 where that is another year."""
    return formats.day_of_year(value, today)


@register.filter
def duration(value: dt.timedelta) -> str:
    """``{{ visit.lasted|duration }}``: 4 days, 3 hours, 12 minutes."""
    return formats.duration(value)


@register.filter
def count(value: Count) -> str:
    """``{{ page.total|count }}``: "10,000+" when capped."""
    return formats.count(value.value, value.capped)
