"""A last row that adds up those above it: as a record it would count everything twice, so it is asked about."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.ground.text import sort_key
from crm.imports.answers import TOTALS
from crm.imports.models import Import
from crm.imports.reading.cells import without_unreadable
from crm.imports.storing import FileRow, read_rows

LEAVE, TAKE = "leave", "take"
LAST = 3  # rows of a file that are looked at
LEAST = 2  # rows of which there is a sum
SHOWN = 300  # characters
_WORDS = frozenset(
    sort_key(word)
    for word in (
        "total, totals, grand total, sum, sums, subtotal, sub total, overall, summe, summen, gesamt, gesamtsumme, "
        "insgesamt, zwischensumme, endsumme, totaal, eindtotaal, subtotaal, totale, totali, somma, total général, "
        "total general, totaux, somme, sous-total, suma, sumas, soma, total geral, razem, ogółem, łącznie, celkem, "
        "součet, spolu, összesen, toplam, genel toplam, ara toplam, totalt, summa, i alt, sum total, yhteensä, kokku, "
        'kopā, iš viso, ukupno, skupaj, σύνολο, итого, всего, разом, всього, общо, المجموع, الإجمالي, סה"כ, 合计, '
        "总计, 小计, 合計, 總計, 小計, 합계, 총계"
    ).split(", ")
)


@dataclass(frozen=True)
class TotalsQuestion:
    """What becomes of ``rows`` (number and cells) that look like sums."""

    rows: list[tuple[int, str]]
    answer: str

    anchor = "question-totals"
    name = "totals"

    @property
    def label(self) -> str:
        return _("Totals")

    @property
    def heading(self) -> str:
        return _("Is the last row one of totals?")

    @property
    def is_open(self) -> bool:
        return not self.answer


def about_totals(run: Import) -> TotalsQuestion | None:
    """What to ask of the file's last rows; None where none of them looks like a sum."""
    found = rows_of_totals(run)
    shown = [(row.number, without_unreadable(" · ".join(filter(None, row)))[:SHOWN]) for row in found]
    return TotalsQuestion(shown, run.answers.get(TOTALS, {}).get(TOTALS, "")) if found else None


def totals_left_out(run: Import) -> frozenset[int]:
    """The numbers of the rows that are left out as sums."""
    leaves = run.answers.get(TOTALS, {}).get(TOTALS) == LEAVE
    return frozenset(row.number for row in rows_of_totals(run)) if leaves else frozenset()


def refused_totals(rows: list[FileRow], totals: Set[int]) -> dict[int, list[str]]:
    """Which of ``rows``, by their places, are among ``totals``, and what to say of them."""
    return {place: [_("Left out: a row of totals.")] for place, row in enumerate(rows) if row.number in totals}


def rows_of_totals(run: Import) -> list[FileRow]:
    """The last rows that look like sums."""
    if run.total < LEAST:
        return []
    last = list(read_rows(run, start=max(0, run.total - LAST)))
    return [row for row in last if _is_total(row)]


def _is_total(row: FileRow) -> bool:
    """Whether the row begins with such a word, and holds a number."""
    filled = [cell for cell in row if cell]
    if not filled or sort_key(filled[0].rstrip(" :.")) not in _WORDS:
        return False
    return any(any(map(str.isdecimal, cell)) for cell in filled[1:])
