"""The page on which the columns of a file get their fields, and its questions their answers."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.imports import selectors, services
from crm.imports.answers import ACCEPT
from crm.imports.cell_questions import bad_cells, bare_amounts
from crm.imports.encoding_question import ENCODING
from crm.imports.forms import COLUMN, OF_GAP, OPTIONS, ColumnsForm, SentAnswers
from crm.imports.guessing import column_label
from crm.imports.http import import_of
from crm.imports.left_out import left_out, told_left_out
from crm.imports.models import UPLOADED, Import
from crm.imports.newer import about_newer
from crm.imports.planned import planning
from crm.imports.questions import Questions, questions_of
from crm.imports.samples import samples_of
from crm.imports.styles import decisions_of, read_answers, settled, still_offered
from crm.imports.survey import survey_of
from crm.imports.totals import about_totals
from crm.imports.upload_views import reading_context
from crm.imports.uploading import choose_encoding
from crm.imports.word_questions import FIND, PAGE
from crm.tenants.context import current_tenant
from crm.ui.http import go, respond
from crm.ui.toasts import say
from crm.users.choices import currency_name
from crm.users.http import WorkspaceRequest


def columns(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """GET shows the columns and what has to be asked. POST keeps what was said and comes back with what there is to ask
    now; ``dry_run`` and ``import`` start once nothing is left to ask, and nothing starts that was not named."""
    run, record_type = import_of(request, run_id)
    if run.state != UPLOADED:
        return go(request, reverse("imports:page", args=[run.pk]))
    before = run.headers
    is_read_again = request.method == "POST" and _take_encoding(request, run, record_type)
    if run.headers != before:
        return go(request, reverse("imports:columns", args=[run.pk]))
    with planning(run):
        form = ColumnsForm(run, record_type, request.POST or None)
        sent = SentAnswers(run, record_type, request.POST)
        is_saved = request.method == "POST" and form.is_valid() and _save(request, run, record_type, form, sent)
    if request.method == "POST":
        if not is_saved:
            _set_as_sent(run, form, sent)
        _link_errors(run, record_type, form, sent)
    is_kept = is_saved and not form.errors and not form.linked_errors
    with planning(run):  # by now perhaps others
        if is_kept and (is_read_again or not {"dry_run", "import"} & request.POST.keys()):
            return go(request, reverse("imports:columns", args=[run.pk]) + _looked_for(request))
        if is_kept and _start(request, run, record_type, form):
            return go(request, reverse("imports:page", args=[run.pk]))
        try:
            return _page(request, run, record_type, form, sent)
        except ValidationError:  # it was started meanwhile
            return go(request, reverse("imports:page", args=[run.pk]))


def _looked_for(request: WorkspaceRequest) -> str:
    """The rest of the address: which of many words were shown, or are to be shown now (a button says field and page).

    Those that are looked for, be it with the Enter key, are shown from their first page on."""
    query, sent = request.GET.copy(), request.POST
    field, _colon, page = sent.get("look", "").partition(":")
    finds = {name.removeprefix(FIND): text.strip() for name, text in sent.dict().items() if name.startswith(FIND)}
    new = [name for name, text in finds.items() if text != query.get(f"{FIND}{name}", "").strip()]
    if new and field not in new:
        field = new[0]
    if not field:
        accepted = sent.get(ACCEPT, "").partition(":")[0]
        place = f"#question-{quote(accepted)}" if accepted else ""
        return (f"?{query.urlencode()}" if query else "") + place
    query[f"{PAGE}{field}"], query[f"{FIND}{field}"] = "1" if new else page, finds.get(field, "")
    return f"?{query.urlencode()}#question-{quote(field)}"


def _take_encoding(request: WorkspaceRequest, run: Import, record_type: RecordType) -> bool:
    """Keep which encoding the file is in; True when it was read again, which is to be seen before anything starts."""
    if not (encoding := request.POST.get(ENCODING)):
        return False
    try:
        is_other = choose_encoding(run=run, record_type=record_type, actor=request.actor, encoding=encoding)
    except ValidationError as error:
        say(request, _("Nothing was changed. %(reason)s") % {"reason": " ".join(error.messages)}, tone="warning")
        return True
    if is_other:
        say(request, _("The file was read again."))
    return is_other


def _save(
    request: WorkspaceRequest, run: Import, record_type: RecordType, form: ColumnsForm, sent: SentAnswers
) -> bool:
    """Keep what was sent; False when nothing was kept, and the form then says why."""
    try:
        with transaction.atomic():
            services.set_columns(
                run=run,
                record_type=record_type,
                mapping=form.mapping(),
                fixed=form.fixed(),
                answers=form.with_day(sent.answers),
                options=form.options(),
                kinds=form.kinds(),
            )
            with planning(run):
                _keep_styles(request, run, record_type)
    except ValidationError as error:
        form.linked_errors += [("columns", message) for message in error.messages]
        run.refresh_from_db()
        return False
    return True


def _set_as_sent(run: Import, form: ColumnsForm, sent: SentAnswers) -> None:
    """What was answered beside something wrong stands on the page again, unsaved."""
    run.answers = sent.answers
    for index, kind in form.kinds().items():
        if plan := run.planned.get(run.mapping[index]):
            plan |= {"kind": kind, "said": True}


def _link_errors(run: Import, record_type: RecordType, form: ColumnsForm, sent: SentAnswers) -> None:
    with planning(run):
        asked = questions_of(run, record_type, survey_of(run)) if sent.errors else Questions()
    anchors = {question.name: question.anchor for question in asked.words}
    anchors |= {f"{OF_GAP}{question.name}": question.anchor for question in asked.gaps}
    form.linked_errors += [(anchors.get(name, "columns"), message) for name, message in sent.errors.items()]


def _keep_styles(request: WorkspaceRequest, run: Import, record_type: RecordType) -> None:
    decisions = decisions_of(run, record_type, survey_of(run))
    services.set_styles(run=run, styles=settled(record_type, decisions, read_answers(decisions, request.POST)))


def _start(request: WorkspaceRequest, run: Import, record_type: RecordType, form: ColumnsForm) -> bool:
    """Start what was asked for, unless something is left to be answered."""
    for one in questions_of(run, record_type, survey_of(run)).all_open:
        form.linked_errors.append((one.anchor, _("“%(field)s”: something is asked below.") % {"field": one.label}))
    if (totals := about_totals(run)) and totals.is_open:
        form.linked_errors.append((totals.anchor, totals.heading))
    if (older := about_newer(run, record_type)) and older.is_open:
        form.linked_errors.append((older.anchor, _("Something was changed here after this file was written.")))
    if form.linked_errors:
        return False
    try:
        with transaction.atomic():
            services.start_import(run=run, actor=request.actor, dry_run="dry_run" in request.POST)
    except ValidationError as error:
        form.add_error(None, error)
    return not form.errors


def _page(
    request: WorkspaceRequest, run: Import, record_type: RecordType, form: ColumnsForm, sent: SentAnswers
) -> HttpResponse:
    survey = survey_of(run)
    decisions = decisions_of(run, record_type, survey)
    is_sent = request.method == "POST"
    known = read_answers(decisions, request.POST) if is_sent else still_offered(decisions, run.styles)
    styles = settled(record_type, decisions, known)
    if styles != run.styles:
        services.set_styles(run=run, styles=styles)
    questions = questions_of(run, record_type, survey, sent.refused, request.GET.dict())
    totals = about_totals(run)
    newer = about_newer(run, record_type)
    asked = [one for one in (newer, totals) if one and one.is_open]
    kinds = {one.index: one for one in questions.kinds}
    samples = samples_of(run, record_type, survey, {one.name for one in questions.styles if one.is_open})
    context = {
        "run": run,
        "type": record_type,
        "form": form,
        "columns": [
            (column_label(index, header), form[f"{COLUMN}{index}"], samples[index], kinds.get(index))
            for index, header in enumerate(run.headers)
        ],
        "questions": questions,
        "open_questions": [] if form.errors or form.linked_errors else [*asked, *questions.all_open],
        "newer": newer,
        "totals": totals,
        "bad_cells": bad_cells(run, record_type, survey, decisions),
        "bare_amounts": bare_amounts(run, record_type, survey),
        "workspace_currency": currency_name(current_tenant().currency),
        **told_left_out(run, left_out(run, survey), request.actor),
        "survey": survey,
        "keys": [natural.label for natural in record_type.natural_keys if natural.within is not None],
        "fixed": [form[name] for name in form.offered_first],
        "more_fixed": [form[name] for name in form.offered_then],
        "more_is_used": any(form[name].value() for name in form.offered_then),
        "options": [form[name] for name in (*OPTIONS, "moved_on") if name in form.fields],
        "rows": selectors.preview(run),
        "reading": reading_context(run, request.actor),
    }
    return respond(request, "imports/columns.html", context, status=422 if form.errors or form.linked_errors else 200)
