"""The forms of the first step: which file, and how it is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from crm.imports.reading.encodings import ENCODINGS
from crm.imports.reading.files import SPREADSHEETS
from crm.imports.reading.header import NONE
from crm.imports.reading.text import SEPARATORS
from crm.imports.storing import FileReading

SHOWN_CELLS = 5  # of each of the first rows
SHOWN_CHARACTERS = 24  # of each of those


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "An Excel sheet (.xlsx), an OpenDocument sheet (.ods), or CSV in any encoding and with any separator."
            " Up to 50 MB and 200 columns."
        ),
        error_messages={"empty": gettext_lazy("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.ods,text/csv"}),
    )


class ReadingForm(forms.Form):
    """How a file is read; what cannot be chosen for its kind is not asked."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"))
    separator = forms.ChoiceField(label=gettext_lazy("Cells are separated by"))
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"))
    header = forms.TypedChoiceField(label=gettext_lazy("Names of the columns"), coerce=int)

    def __init__(self, found: FileReading, data: Any = None) -> None:
        how = found.format
        chosen = {"encoding": how.encoding, "separator": how.separator, "sheet": how.sheet, "header": found.header}
        super().__init__(data=data, initial=chosen)
        self._set("header", _headers(found))
        if how.kind in SPREADSHEETS:
            del self.fields["encoding"], self.fields["separator"]
            self._set("sheet", [(name, name) for name in how.sheets])
        else:
            del self.fields["sheet"]
            self._set("encoding", _encodings(found))
            self._set(
                "separator", list({**SEPARATORS, how.separator: SEPARATORS.get(how.separator, how.separator)}.items())
            )

    def _set(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def choices(self) -> dict[str, Any]:
        """What was chosen, as ``uploading.read_again`` takes it."""
        return {"encoding": "", "separator": "", "sheet": "", **self.cleaned_data}


def _headers(found: FileReading) -> list[tuple[Any, Any]]:
    rows = [
        (number, gettext("Row %(row)s: %(cells)s") % {"row": number, "cells": first_cells(cells)})
        for number, cells in found.top
    ]
    return [*rows, (NONE, gettext("No row: the first one is a record already"))]


def first_cells(cells: list[str]) -> str:
    """The beginning of a row, to be known by."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    shown = [
        cell if len(cell) <= SHOWN_CHARACTERS else f"{cell[: SHOWN_CHARACTERS - 1]}…" for cell in filled[:SHOWN_CELLS]
    ]
    return " · ".join(" ".join(cell.split()) for cell in shown) + (" …" if len(filled) > SHOWN_CELLS else "")


def _encodings(found: FileReading) -> list[tuple[Any, Any]]:
    """The likely ones with the words that they make of the file, then all others."""
    likely = [(one["encoding"], _with_words(one)) for one in found.format.readings]
    named = {encoding for encoding, _label in likely}
    others = [(encoding, label) for encoding, (label, _weight) in ENCODINGS.items() if encoding not in named]
    return [(gettext("Likely"), likely), (gettext("Others"), others)]


def _with_words(one: dict[str, Any]) -> str:
    label = str(ENCODINGS[one["encoding"]][0])
    return f"{label}: {' · '.join(one['words'])}" if one["words"] else label
