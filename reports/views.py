"""One page for all reports: what differs is in the report."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from crm.catalogue import seen_type
from crm.tenants.clock import today
from crm.ui import format as formats
from crm.ui import respond
from crm.users.http import WorkspaceRequest, require
from crm.users.models import Membership
from reports.answers import Answer
from reports.export import table_as_csv
from reports.filters import FilterForm, Filters
from reports.periods import ALL, IN_A_SENTENCE
from reports.report import Report
from reports.shipped import GROUPS, REPORTS
from reports.words import period_words


def index(request: WorkspaceRequest) -> HttpResponse:
    """The reports that the actor may read, by group."""
    groups = [(heading, [one for one in reports if one.open_to(request.actor)]) for heading, reports in GROUPS]
    return respond(request, "reports/index.html", {"groups": [group for group in groups if group[1]]})


def report(request: WorkspaceRequest, key: str) -> HttpResponse:
    """``GET /reports/<key>/?period=…&owner=…&team=…``."""
    asked, form, filters = _read(request, key)
    answer = asked.answer(request.actor, filters)
    widened = answer.is_empty and asked.may_widen(request.GET)
    if widened:
        form = asked.form(_over_all_time(request.GET), request.actor)
        filters = form.filters()
        answer = asked.answer(request.actor, filters)
    before = filters.period.comparable()
    context = {
        "report": asked,
        "form": form,
        "is_custom": form.period_key == "custom",
        "answer": answer,
        "widened_from": IN_A_SENTENCE[asked.default_period] if widened and not answer.is_empty else "",
        "period_words": period_words(filters.period),
        "before_words": period_words(before) if before else "",
        "narrowed": [*_narrowed(asked, request), *_left_out(answer, form), *_counted(asked, filters)],
        "can_export": request.actor.role.can_export,
        "may_widen": answer.is_empty and _has_more(asked, request.actor, filters),
    }
    return respond(request, "reports/report.html", context)


def report_csv(request: WorkspaceRequest, key: str) -> HttpResponse:
    """``GET /reports/<key>/csv/?table=…`` and the filters of the page: one of its tables, the first by default."""
    require(request.actor.role.can_export)
    asked, _form, filters = _read(request, key)
    answer = asked.answer(request.actor, filters)
    if answer.is_empty and asked.may_widen(request.GET):  # as the page does
        answer = asked.answer(request.actor, asked.form(_over_all_time(request.GET), request.actor).filters())
    tables = {table.key: table for table in answer.tables}
    name = request.GET.get("table") or next(iter(tables))
    require(name in tables)
    # With a byte order mark, since Excel reads a file without one in the encoding of the country.
    response = HttpResponse("\ufeff" + table_as_csv(tables[name]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}-{name}-{today().isoformat()}.csv"'
    return response


def _read(request: WorkspaceRequest, key: str) -> tuple[Report, FilterForm, Filters]:
    asked = REPORTS.get(key)
    require(asked is not None and asked.open_to(request.actor))
    assert asked is not None
    form = asked.form(request.GET, request.actor)
    return asked, form, form.filters()


def _has_more(asked: Report, actor: Membership, filters: Filters) -> bool:
    """Whether the report holds something without its filters."""
    everything = asked.form(QueryDict("period=all"), actor).filters()
    return filters != everything and not asked.answer(actor, everything).is_empty


def _over_all_time(query: QueryDict) -> QueryDict:
    found = query.copy()
    found["period"] = ALL
    return found


def _counted(asked: Report, filters: Filters) -> list[str]:
    """What of the rows is left out, where the filters do not say so by themselves."""
    found = []
    if filters.period.is_running:
        day = formats.date(today())
        found.append(_("This period is not over: it is counted up to today, %(day)s.") % {"day": day})
    if asked.about_pipelines(filters):
        found.append(_("The pipeline is that of opportunities; leads are counted whatever became of them."))
    return found


def _left_out(answer: Answer, form: FilterForm) -> list[str]:
    """What is not told, since the actor's role hides fields."""
    left_out = dict.fromkeys([*answer.left_out, *form.left_out])
    if not left_out:
        return []
    names = ", ".join(left_out)
    return [_("Left out, as your role does not show these fields: %(names)s.") % {"names": names}]


def _narrowed(asked: Report, request: WorkspaceRequest) -> list[str]:
    """What of the record types counted here the actor does not see all of, in words."""
    words: dict[str, Any] = {
        "own": _("%(records)s: you see your own."),
        "team": _("%(records)s: you see your team’s, and those that have no owner."),
    }
    return [
        words[scope] % {"records": seen_type(key, request.actor).label_plural}
        for key, scope in asked.narrowed(request.actor).items()
    ]
