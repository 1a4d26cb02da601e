"""What somebody said of a file when it was brought before: the same file again starts with those answers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.imports.answers import MOVED, Answers, without
from crm.imports.brought import brought_fields
from crm.imports.guessing import importable
from crm.imports.left_out import NOTES
from crm.imports.meant import completed_fields, more_columns
from crm.imports.models import Import, ImportState
from crm.imports.split import one_field_each
from crm.records.types import RecordType

COLUMNS, WORDS, STYLES = "columns", "words", "styles"  # what ``Import.remembered`` holds
LABELS: dict[str, Any] = {
    COLUMNS: _("the field of each column"),
    WORDS: _("what words and unreadable cells become"),
    STYLES: _("how numbers and dates are written"),
}


def earlier_import(job: Import) -> Import | None:
    """The last one of the same file, by its content, whose columns the same person has set."""
    same = Import.objects.filter(digest=job.digest, record_type=job.record_type, made_by=job.made_by_id)
    before = same.exclude(pk=job.pk).exclude(digest="").filter(made_at__lte=job.made_at)
    return before.exclude(state=ImportState.UPLOADED).defer("survey").order_by("-made_at", "-pk").first()


def remember(job: Import, record_type: RecordType) -> None:
    """Fill in what was said then: of columns, words, gaps, and of how numbers and dates are written. All of it is
    shown, and can be changed; what becomes of records that exist is chosen anew."""
    before = earlier_import(job)
    if before is None or before.headers != job.headers:
        return
    known = {spec.name for spec in importable(record_type)} | brought_fields(record_type).keys() | {NOTES, ""}
    known |= more_columns(record_type).keys()
    completed = completed_fields(record_type)
    can_be = all(name in known and completed.get(name, name) in before.mapping for name in before.mapping)
    if can_be:
        job.mapping = one_field_each(record_type, before.mapping)
    job.answers = _about_words(without(before.answers, set(before.planned)))
    job.styles = {name: kept for name, kept in before.styles.items() if name in job.mapping}
    said = any(any(kept.get("answer", {}).values()) for kept in job.styles.values())
    found = {COLUMNS: can_be, WORDS: bool(job.answers), STYLES: said}
    job.remembered = [part for part, is_filled in found.items() if is_filled]
    job.save(update_fields=["mapping", "answers", "styles", "remembered"])


def _about_words(answers: Answers) -> Answers:
    """The answers without the day that was given for changes of records that exist."""
    kept = {name: {key: answer for key, answer in words.items() if key != MOVED} for name, words in answers.items()}
    return {name: words for name, words in kept.items() if words}
