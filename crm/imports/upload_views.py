"""Bringing a file in, the first step: choosing it, and how it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.imports import selectors
from crm.imports.mappable import mappable
from crm.imports.models import Import
from crm.imports.reading.encodings import ENCODINGS
from crm.imports.reading.files import SPREADSHEETS
from crm.imports.reading.text import SEPARATORS
from crm.imports.remembered import LABELS
from crm.imports.storing import FileReading, Odd
from crm.imports.upload_forms import ReadingForm, UploadForm
from crm.imports.uploading import read_again, upload_import
from crm.runs.selectors import may_see
from crm.ui.format import number
from crm.ui.http import go, respond
from crm.ui.once import once
from crm.ui.toasts import say
from crm.ui.uploads import has_too_much, says_of_long_name
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require
from crm.users.models import Membership


@once
def new(request: WorkspaceRequest, key: str) -> HttpResponse:
    """GET asks for the file, POST keeps it."""
    record_type = _type(request, key)
    form = UploadForm(request.POST or None, request.FILES or None)
    if has_too_much(request):
        form.errors["file"] = form.error_class([_("The file is larger than 50 MB. Split it.")])
    if why_not := says_of_long_name(request):
        form.errors["file"] = form.error_class([why_not])
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with transaction.atomic():
                made = upload_import(
                    actor=request.actor, record_type=record_type, file_name=file.name, content=_content(file)
                )
            return go(request, reverse("imports:columns", args=[made.pk]))
        except ValidationError as error:
            form.add_error("file", error)
    context = {"type": record_type, "form": form, "fields": [*mappable(record_type).fields.values()]}
    return respond(request, "imports/new.html", context, status=422 if form.errors else 200)


def reading(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """POST reads the file in another way, and goes back to the columns."""
    require(request.method == "POST" and request.actor.role.can_import)
    run = selectors.get_import(request.actor, run_id)
    back = reverse("imports:columns", args=[run.pk])
    form = ReadingForm(FileReading.of(run), request.POST) if run.reading else None
    if form is None or not form.is_valid():
        say(request, _("Choose how the file is read from the lists."), tone="warning")
        return go(request, back)
    try:
        with transaction.atomic():
            read_again(
                run=run,
                record_type=catalogue.seen_type(run.record_type, run.made_by),
                actor=request.actor,
                **form.choices(),
            )
        say(request, _("The file was read again."))
    except ValidationError as error:
        say(request, _("Nothing was changed. %(reason)s") % {"reason": " ".join(error.messages)}, tone="warning")
    return go(request, back)


def reading_context(run: Import, actor: Membership) -> dict[str, Any]:
    """What ``ui.reading`` shows of how the file is read."""
    found = FileReading.of(run)
    first = found.top[0][0] if found.top else found.header
    return {
        "form": ReadingForm(found),
        "parts": list(_parts(found)),
        "notes": list(_notes(found)),
        "unnamed": sum(1 for header in run.headers if not header),
        "is_open": found.header != first or (len(found.format.readings) > 1 and not found.format.likely),
        "remembered": [str(LABELS[part]) for part in run.remembered],
        "is_mine": run.made_by_id == actor.pk,
        "earlier": [(one, may_see(actor, one)) for one in selectors.same_file(run)],
    }


def _parts(found: FileReading) -> list[str]:
    how = found.format
    if how.kind in SPREADSHEETS:
        parts = [_("Sheet %(name)s") % {"name": how.sheet}]
    else:
        words: list[str] = next((one["words"] for one in how.readings if one["encoding"] == how.encoding), [])
        label = str(ENCODINGS[how.encoding][0])
        parts = [f"{label}: {', '.join(words)}" if words else label]
        parts.append(str(SEPARATORS.get(how.separator, how.separator)))
    if found.header:
        return [*parts, _("row %(row)s names the columns") % {"row": number(found.header)}]
    return [*parts, _("no row names the columns")]


def _notes(found: FileReading) -> list[str]:
    """What is odd, with the number of rows and the first of them."""
    return [
        text % {"count": number(odd.count), "row": number(odd.row), "text": odd.text}
        for odd, text in (
            (found.unreadable, _unreadable(found.unreadable)),
            (found.errors, _errors(found.errors)),
            (found.swallowed, _swallowed(found.swallowed)),
            (found.quotes, _quotes(found.quotes)),
            (found.lost, _lost(found.lost)),
            (found.hidden, _hidden(found.hidden)),
            (found.merged, _merged(found.merged)),
            (found.shortened, _shortened(found.shortened)),
        )
        if odd.count
    ]


def _unreadable(odd: Odd) -> str:
    return ngettext(
        "%(count)s row holds a character that cannot be read (row %(row)s). It will be refused, unless another encoding"
        " reads it.",
        "%(count)s rows hold characters that cannot be read (first row %(row)s). They will be refused, unless another"
        " encoding reads them.",
        odd.count,
    )


def _errors(odd: Odd) -> str:
    return ngettext(
        "%(count)s row holds an error of the spreadsheet, such as #N/A (row %(row)s). It will be refused if its column"
        " is imported, unless you let such cells be left empty.",
        "%(count)s rows hold errors of the spreadsheet, such as #N/A (first row %(row)s). They will be refused if the"
        " column is imported, unless you let such cells be left empty.",
        odd.count,
    )


def _swallowed(odd: Odd) -> str:
    return ngettext(
        "%(count)s row has a cell with lines that look like rows (row %(row)s). A quotation mark may be missing there.",
        "%(count)s rows have cells with lines that look like rows (first row %(row)s). A quotation mark may be missing"
        " there.",
        odd.count,
    )


def _quotes(odd: Odd) -> str:
    return ngettext(
        "%(count)s row has a quotation mark where none should be (row %(row)s). It was kept as it stands there:"
        " %(text)s",
        "%(count)s rows have quotation marks where none should be (first row %(row)s). They were kept as they stand"
        " there: %(text)s",
        odd.count,
    )


def _lost(odd: Odd) -> str:
    return ngettext(
        "%(count)s row holds � where a letter was lost before the file came here (row %(row)s).",
        "%(count)s rows hold � where letters were lost before the file came here (first row %(row)s).",
        odd.count,
    )


def _hidden(odd: Odd) -> str:
    return ngettext(
        "%(count)s row is hidden in the sheet (row %(row)s). It comes in like the others.",
        "%(count)s rows are hidden in the sheet (first row %(row)s). They come in like the others.",
        odd.count,
    )


def _merged(odd: Odd) -> str:
    return ngettext(
        "%(count)s cell is merged over several rows (row %(row)s). Its value counts for the first of them only.",
        "%(count)s cells are merged over several rows (first row %(row)s). Their values count for the first row only.",
        odd.count,
    )


def _shortened(odd: Odd) -> str:
    return ngettext(
        "%(count)s row has a number that the sheet shows in thousands or millions without saying so (row %(row)s). It"
        " comes in whole: what shows as 500 may be 500,000.",
        "%(count)s rows have numbers that the sheet shows in thousands or millions without saying so (first row"
        " %(row)s). They come in whole: what shows as 500 may be 500,000.",
        odd.count,
    )


def _content(file: UploadedFile) -> bytes | Path:
    """A large file lies on the disk already."""
    return Path(file.temporary_file_path()) if isinstance(file, TemporaryUploadedFile) else file.read()


def _type(request: WorkspaceRequest, key: str) -> RecordType:
    require(request.actor.role.can_import and may(request.actor, "create", key))
    try:
        return catalogue.seen_type(key, request.actor)
    except KeyError as error:
        raise Http404 from error
