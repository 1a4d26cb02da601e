"""Runs in words: what they will do, and what they did."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm import catalogue
from crm.bulk.forms import values_of
from crm.bulk.models import BulkRun
from crm.bulk.outcomes import count_outcomes
from crm.bulk.selectors import action_of
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.runs.progress import Count
from crm.ui import format as formats
from crm.ui.dialect import in_text


def heading(action: BulkAction, record_type: RecordType, count: int) -> str:
    """What ``action`` will do, or does, to so many records."""
    return str(action.heading) % _words(action, record_type, count)


def heading_of(run: BulkRun) -> str:
    action, record_type = action_of(run), catalogue.record_type(run.record_type)
    return heading(action, record_type, run.total) if action else str(record_type.label_plural)


def button_of(run: BulkRun) -> str:
    """What is done to those that ``run`` has tried with success; "" where there are none."""
    action, record_type = action_of(run), catalogue.record_type(run.record_type)
    if action is None or not run.is_dry_run or run.undoes_id or run.is_open:
        return ""
    count = count_outcomes(run) if action.makes else run.done_count
    return heading(action, record_type, count) if count else ""


def counted(run: BulkRun) -> list[Count]:
    """What became of the rows."""
    action = action_of(run)
    tells = action.tells.items() if action else ()
    found = [Count(number, label % {"n": number}) for key, label in tells if (number := run.counts.get(key))]
    if run.doubt_count:
        found.append(Count(run.doubt_count, _("doubtful"), "warning"))
    if run.left_count:
        found.append(Count(run.left_count, _("doubtful, left out"), "warning"))
    return [*found, Count(run.forbidden_count, _("refused"), "danger" if run.forbidden_count else "")]


def told(run: BulkRun) -> str:
    """What came of ``run``, which has refused no row: "2 contacts deleted."."""
    action, record_type = action_of(run), catalogue.record_type(run.record_type)
    if action is None or not action.done:
        return _("Done.")
    same = run.counts.get("same", 0)
    value, said = _value(run, action), []
    if count := run.done_count - same:
        sentence = action.done if value or not action.cleared else action.cleared
        said.append(f"{str(sentence) % (_words(action, record_type, count) | {'value': value})}.")
    else:
        said.append(_("Nothing was changed."))
    if same:
        already = action.already if value or not action.cleared else action.already_cleared
        said.append(str(already % {"n": same, "count": formats.number(same), "value": value}))
    return " ".join(said)


def _words(action: BulkAction, record_type: RecordType, count: int) -> dict[str, Any]:
    noun = record_type.label if count == 1 else record_type.label_plural
    return {"count": formats.number(count), "records": in_text(str(noun)), "field": action.label}


def _value(run: BulkRun, action: BulkAction) -> str:
    """What was asked first, as text; "" where nothing is asked, or it was left empty."""
    spec = next(iter(action.asks(run.made_by)), None)
    if spec is None:
        return ""
    try:
        kept = spec.kind.history(values_of(run, action, run.made_by).get(spec.name))
    except ValidationError:  # it has ceased to be a choice since
        return ""
    return spec.kind.told(kept) if kept not in (None, "", []) else ""
