"""What somebody said of a file when it was brought before: the same file again starts with those answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.catalogue.types import RecordType
from crm.imports.answers import MOVED, NEWER, Answers, without
from crm.imports.guessing import is_of_refusals
from crm.imports.mappable import mappable
from crm.imports.models import UPLOADED, Import
from crm.imports.reading.files import Format, changed_format
from crm.imports.split import one_field_each
from crm.imports.storing import FileReading

LOOKED_AT = 20  # of a person's last imports, for the one that refused the rows of a file
READING, COLUMNS, WORDS, STYLES = "reading", "columns", "words", "styles"  # what ``Import.remembered`` holds
LABELS: dict[str, Any] = {
    READING: _("how the file is read"),
    COLUMNS: _("the field of each column"),
    WORDS: _("what words and unreadable cells become"),
    STYLES: _("how numbers and dates are written"),
}


def earlier_import(run: Import) -> Import | None:
    """The last one of the same file, by its content, whose columns the same person has set."""
    same = Import.objects.filter(digest=run.digest, record_type=run.record_type, made_by=run.made_by_id)
    before = same.exclude(pk=run.pk).exclude(digest="").filter(made_at__lte=run.made_at)
    return before.exclude(state=UPLOADED).defer("survey").order_by("-made_at", "-pk").first()


def refused_by(run: Import) -> Import | None:
    """The last import of the same person from which a file of refused rows is, by its columns; None for other files."""
    headers = _of_file(run.headers)
    if headers == run.headers:
        return None
    before = Import.objects.filter(record_type=run.record_type, made_by=run.made_by_id, made_at__lte=run.made_at)
    found = before.exclude(pk=run.pk).exclude(state=UPLOADED).defer("survey").order_by("-made_at", "-pk")
    return next((one for one in found[:LOOKED_AT] if _of_file(one.headers) == headers), None)


def _of_file(headers: list[str]) -> list[str]:
    return [header for header in headers if not is_of_refusals(header)]


def read_as_then(path: Path, how: Format, before: FileReading) -> Format:
    """The format with the encoding, separator and sheet that were chosen then."""
    then = before.format
    if then.kind != how.kind:
        return how
    try:
        found = changed_format(path, how, encoding=then.encoding, separator=then.separator, sheet=then.sheet)
    except ValidationError:  # it is no choice any more
        return how
    return replace(found, is_chosen=then.is_chosen)


def remember(run: Import, record_type: RecordType, before: Import | None, *, is_read_as_then: bool) -> None:
    """Fill in what was said ``before``: of columns, words, gaps, and of how numbers and dates are written. All of it is
    shown, and can be changed; what becomes of records that exist is chosen anew."""
    run.remembered = [READING] if is_read_as_then else []
    if before is None or _of_file(before.headers) != _of_file(run.headers):
        run.save(update_fields=["remembered"])
        return
    can_be = mappable(record_type, run.made_by)
    known, completed = can_be.names | {""}, can_be.completed
    then = [name for header, name in zip(before.headers, before.mapping, strict=True) if not is_of_refusals(header)]
    is_same = all(name in known and completed.get(name, name) in then for name in then)
    if is_same:
        fields = iter(then)
        mapping = ["" if is_of_refusals(header) else next(fields) for header in run.headers]
        run.mapping = one_field_each(record_type, mapping)
    run.answers = _about_words(without(before.answers, set(before.planned)))
    run.styles = {name: kept for name, kept in before.styles.items() if name in run.mapping}
    said = any(any(kept.get("answer", {}).values()) for kept in run.styles.values())
    found = {COLUMNS: is_same, WORDS: bool(run.answers), STYLES: said}
    run.remembered += [part for part, is_filled in found.items() if is_filled]
    run.save(update_fields=["mapping", "answers", "styles", "remembered"])


def _about_words(answers: Answers) -> Answers:
    """The answers without the day that was given for changes of records that exist."""
    kept = {
        name: {key: answer for key, answer in words.items() if key not in (MOVED, NEWER)}
        for name, words in answers.items()
    }
    return {name: words for name, words in kept.items() if words}
