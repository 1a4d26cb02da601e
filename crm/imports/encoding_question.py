"""What to ask of a file whose letters can be read in several encodings."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.imports.models import Import
from crm.imports.reading.encodings import ENCODINGS
from crm.imports.storing import FileReading

ENCODING = "in_encoding"  # what the page sends


@dataclass(frozen=True)
class EncodingQuestion:
    """``options``: encoding, what it is called, and words of the file in it."""

    options: tuple[tuple[str, str, tuple[str, ...]], ...]
    answer: str

    name = ENCODING
    anchor = "in-encoding-0"

    @property
    def label(self) -> str:
        return _("Encoding")

    @property
    def heading(self) -> str:
        return _("In which encoding is this file?")

    @property
    def is_open(self) -> bool:
        return not self.answer


def about_encoding(run: Import) -> list[EncodingQuestion]:
    """One question, or none where the encoding is certain."""
    how = FileReading.of(run).format if run.reading else None
    if how is None or not how.likely or (how.is_chosen and how.encoding not in {one["encoding"] for one in how.likely}):
        return []
    options = tuple((one["encoding"], str(ENCODINGS[one["encoding"]][0]), tuple(one["words"])) for one in how.likely)
    return [EncodingQuestion(options, how.encoding if how.is_chosen else "")]
