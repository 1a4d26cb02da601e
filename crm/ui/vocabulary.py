"""What all templates can say: the functions and filters of the frame, of texts and of values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.http import HttpRequest
from django.template import defaultfilters
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django_htmx.jinja import htmx_script

from crm.ui import format as formats
from crm.ui import frame, texts
from crm.ui.icons import icon
from crm.ui.once import key_input
from crm.ui.paging import Count
from crm.ui.seen import Conflict, SeenForm
from crm.ui.toasts import undo_of


def url_for(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page: ``{{ url_for("leads:record", lead.pk) }}``."""
    return reverse(name, args=args, kwargs=kwargs)


def query_with(request: HttpRequest, **changes: Any) -> str:
    """The query of this page, with these parameters instead of its own: ``?table=stages``."""
    values = request.GET.copy()
    for name, value in changes.items():
        values[name] = str(value)
    return f"?{values.urlencode()}"


def mark(field: BoundField) -> str:
    """What a label says beside its name: "optional", or "required" where most fields of the form are optional."""
    form: Any = field.form
    if not hasattr(form, "_marks_required"):
        shown = [one.field.required for one in form.visible_fields()]
        form._marks_required = sum(shown) < len(shown) / 2
    if field.field.required:
        return gettext("(required)") if form._marks_required else ""
    return "" if form._marks_required else gettext("(optional)")


def conflict(field: BoundField) -> Conflict | None:
    """What somebody else has written into the field meanwhile: ``{% with conflict = field|conflict %}``."""
    return field.form.conflict_of(field) if isinstance(field.form, SeenForm) else None


def undo(message: Message) -> dict[str, str] | None:
    """What Undo does for a message: ``{% with undo = message|undo %}``."""
    return undo_of(message)


def ago(value: dt.datetime | None) -> SafeString:
    """``{{ event.at|ago }}``: "2 hours ago" with the exact moment as its title."""
    return formats.relative(value)


def money(minor: int | None, currency: str) -> str:
    """``{{ row.minor|money(row.currency) }}``."""
    return formats.money(minor, currency)


def number(value: float | Decimal | None) -> str:
    """``{{ rows|number }}``."""
    return formats.number(value)


def percent(ratio: float | Decimal | None, digits: int = 0) -> str:
    """``{{ 0.6315|percent(2) }}``."""
    return formats.percent(ratio, digits)


def points(value: float | None) -> str:
    """``{{ stage.probability|points }}``: 60 becomes 60%."""
    return formats.points(value)


def day(value: dt.date | None) -> str:
    """``{{ deal.closes_on|day }}``."""
    return formats.date(value)


def moment(value: dt.datetime | None) -> str:
    """``{{ event.at|moment }}``: date and time."""
    return formats.moment(value)


def clock(value: dt.datetime | None) -> str:
    """``{{ event.at|clock }}``: the time of day."""
    return formats.clock(value)


def day_near(value: dt.date | None, today: dt.date) -> str:
    """``{{ task.due_on|day_near(today) }}``: Today, Tomorrow, Friday, 3 May."""
    return formats.day_near(value, today)


def day_of_year(value: dt.date | None, today: dt.date) -> str:
    """``{{ deal.next_step_on|day_of_year(today) }}``: Nov 25, or Jan 3, 2027 where that is another year."""
    return formats.day_of_year(value, today)


def duration(value: dt.timedelta) -> str:
    """``{{ visit.lasted|duration }}``: 4 days, 3 hours, 12 minutes."""
    return formats.duration(value)


def count(value: Count) -> str:
    """``{{ page.total|count }}``: "10,000+" when capped."""
    return formats.count(value.value, value.capped)


FUNCTIONS: dict[str, Any] = {
    "_": texts.gettext,
    "pgettext": texts.pgettext,
    "ngettext": texts.ngettext,
    "get_language": translation.get_language,
    "get_language_bidi": translation.get_language_bidi,
    "url_for": url_for,
    "query_with": query_with,
    "static": static,
    "icon": icon,
    "once_key": key_input,  # in a form that makes something: sent twice, it makes one
    "scripts": frame.scripts,
    "htmx_script": htmx_script,
    "now": timezone.localtime,
}
FILTERS: dict[str, Any] = {
    "mark": mark,
    "conflict": conflict,
    "undo": undo,
    "ago": ago,
    "money": money,
    "number": number,
    "percent": percent,
    "points": points,
    "day": day,
    "moment": moment,
    "clock": clock,
    "day_near": day_near,
    "day_of_year": day_of_year,
    "duration": duration,
    "count": count,
    # Django's, of which Jinja2 has none, or one that says it otherwise
    "capfirst": capfirst,
    "filesizeformat": defaultfilters.filesizeformat,
    "linebreaksbr": defaultfilters.linebreaksbr,
    "truncatechars": defaultfilters.truncatechars,
    "urlencode": defaultfilters.urlencode,
    "urlize": defaultfilters.urlize,
}
