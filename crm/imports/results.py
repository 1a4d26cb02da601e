"""What came of an import, or would come of it, in words and rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.imports.models import Import, ImportRow, Outcome
from crm.picklists.lists import CUSTOM_PREFIX, picklists
from crm.runs.models import RunState
from crm.runs.progress import TONES, Count
from crm.ui import format as formats

ROWS = 50  # on a page
OUTCOME_TONES = {
    Outcome.CREATED: "success",
    Outcome.UPDATED: "info",
    Outcome.UNCHANGED: "neutral",
    Outcome.FOLDED: "neutral",
    Outcome.SKIPPED: "neutral",
    Outcome.REFUSED: "danger",
}
WOULD = {  # what a dry run says of a row
    Outcome.CREATED: _lazy("Would be created"),
    Outcome.UPDATED: _lazy("Would change"),
    Outcome.UNCHANGED: _lazy("The same already"),
    Outcome.FOLDED: _lazy("Same record as another row"),
    Outcome.SKIPPED: _lazy("Would be skipped"),
    Outcome.REFUSED: _lazy("Would be refused"),
}


@dataclass(frozen=True)
class Result:
    """``state`` and ``tone`` say how it went; ``button`` what a start would do, "" when that is nothing."""

    state: str
    tone: str
    button: str
    added: list[tuple[str, list[str], int]]  # what, some names, how many more
    counts: list[Count]
    notes: list[str]  # on the counts


def result_of(run: Import, record_type: RecordType) -> Result:
    """Return what can be said of the import as a whole."""
    state, tone = str(run.get_state_display()), TONES.get(run.state, "info")  # type: ignore[call-overload]
    if run.state == RunState.DONE:
        state, tone = _done(run)
    notes = [_("Several rows about one record count as one: created, or changed if any of them changes it.")]
    return Result(
        state=state,
        tone=tone,
        button=_button(run, record_type),
        added=list(_added(run, record_type)),
        counts=list(_counts(run)),
        notes=notes if run.folded_count else [],
    )


def _counts(run: Import) -> Iterator[Count]:
    yield Count(run.created_count, _("would be created") if run.is_dry_run else _("created"))
    yield Count(run.updated_count, _("would change") if run.is_dry_run else _("changed"))
    if run.unchanged_count:
        yield Count(run.unchanged_count, _("the same already"))
    if n := run.folded_count:
        yield Count(n, ngettext("more row of the same record", "more rows of the same records", n))
    if run.skipped_count:
        yield Count(run.skipped_count, _("skipped"))
    yield Count(run.refused_count, _("refused"), "danger" if run.refused_count else "")
    if n := run.emptied_count:
        yield Count(n, ngettext("cell left empty", "cells left empty", n), "warning")


def _done(run: Import) -> tuple[str, str]:
    if run.created_count or run.updated_count:
        return str(RunState.DONE.label), "success"
    if run.refused_count:
        return (_("Nothing would come in") if run.is_dry_run else _("Nothing came in")), "warning"
    return (_("Nothing would change") if run.is_dry_run else _("Nothing changed")), "neutral"


def _button(run: Import, record_type: RecordType) -> str:
    words = {
        "created": formats.number(run.created_count),
        "updated": formats.number(run.updated_count),
        "records": _noun(record_type, max(run.created_count, run.updated_count)),
    }
    if run.created_count and run.updated_count:
        return _("Create %(created)s and change %(updated)s %(records)s") % words
    if run.created_count:
        return _("Create %(created)s %(records)s") % words
    if run.updated_count:
        return _("Change %(updated)s %(records)s") % words
    return ""


def _noun(record_type: RecordType, count: int) -> str:
    return record_type.in_text if count == 1 else record_type.in_text_plural


def _added(run: Import, record_type: RecordType) -> Any:
    for what, names in sorted(run.added.items()):
        if names and (called := _called(what, record_type)):
            yield called, names, run.added_more.get(what, 0)


def _called(what: str, record_type: RecordType) -> str:
    """What names were added of: "" for what other versions of the program kept among them."""
    others = {
        "person": _("Members who cannot sign in yet"),
        "stage": _("Stages"),
        "field": _("Fields"),
        "team": _("Teams"),
        "tags": _("Tags"),
    }
    if what in others:
        return others[what]
    if what.startswith(CUSTOM_PREFIX):
        fields = [spec for spec in record_type.specs_now() if isinstance(spec.kind, kinds.ChoiceOf)]
        return next((str(spec.label) for spec in fields if spec.kind.picklist == what), what)  # type: ignore[attr-defined]
    if what in {one.key for one in catalogue.record_types()}:
        return str(catalogue.record_type(what).label_plural)
    return str(picklists()[what].label) if what in picklists() else ""


@dataclass(frozen=True)
class RowPage:
    """``rows`` (with the tone of their outcome, and what it is called) of one page; ``filters`` are (outcome, label,
    count)."""

    rows: list[tuple[ImportRow, str, str]]
    outcome: str
    filters: list[tuple[str, str, int]]
    page: int
    previous: int
    next: int


def row_page(run: Import, query: Mapping[str, str]) -> RowPage:
    """Return the rows of a dry run that ``query`` asks for: ``outcome`` and ``page``."""
    counts = {
        Outcome.CREATED: run.created_count,
        Outcome.UPDATED: run.updated_count,
        Outcome.UNCHANGED: run.unchanged_count,
        Outcome.FOLDED: run.folded_count,
        Outcome.SKIPPED: run.skipped_count,
        Outcome.REFUSED: run.refused_count,
    }
    asked = query.get("outcome", "")
    outcome = asked if asked in Outcome.values else ""
    total = counts[Outcome(outcome)] if outcome else sum(counts.values())
    last = max(1, -(-total // ROWS))
    number = query.get("page", "")
    page = min(max(int(number) if number.isdecimal() and len(number) < 9 else 1, 1), last)
    rows = ImportRow.objects.filter(run=run).order_by("number")
    if outcome:
        rows = rows.filter(outcome=outcome)
    return RowPage(
        rows=[_told(row) for row in rows[(page - 1) * ROWS : page * ROWS]],
        outcome=outcome,
        filters=[
            ("", _("All"), sum(counts.values())),
            *((one.value, str(WOULD[one]), n) for one, n in counts.items() if n),
        ],
        page=page,
        previous=page - 1,
        next=page + 1 if page < last else 0,
    )


def _told(row: ImportRow) -> tuple[ImportRow, str, str]:
    outcome = Outcome(row.outcome)
    return row, OUTCOME_TONES[outcome], str(WOULD[outcome])
