"""Which of several people of one name a row means: the one at the account that the row names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from crm.catalogue.types import RecordType
from crm.fields.kinds import Lookup
from crm.fields.spec import FieldSpec
from crm.imports.answers import CREATED_ON_DEMAND, word_key
from crm.imports.cells import Cells
from crm.imports.reading.cells import without_unreadable
from crm.imports.reading.limits import LONGEST_WORD

PEOPLE = "contacts"
MOST_PEOPLE, MOST_BESIDE = 2_000, 20  # names, and accounts of each, that are remembered
MOST_CHARACTERS = 500_000  # of those accounts

Beside = dict[str, list[str]]  # by name, the texts of the accounts in its rows; "" stands for none, or too many


def account_link(record_type: RecordType, spec: FieldSpec) -> str:
    """The field that tells of the people whom ``spec`` links to at which account they are; "" where none does."""
    if not (isinstance(spec.kind, Lookup) and spec.kind.key == PEOPLE):
        return ""
    links = (one for one in record_type.fields if isinstance(one.kind, Lookup) and one.kind.key == CREATED_ON_DEMAND)
    return next((one.name for one in links if one.importable), "")


def person_at(cells: Cells, text: str, account: Any) -> Any:
    """The one person of that name at the account, or None."""
    account_id = getattr(account, "pk", None)
    if account_id is None:
        return None
    same = [one for one in cells.records_called(PEOPLE, text) if one.account_id == account_id]
    return same[0] if len(same) == 1 else None


class People:
    """Remembers the accounts that rows name beside people, by column: in ``kept``."""

    def __init__(
        self,
        kept: Sequence[Beside],
        record_type: RecordType,
        specs: Sequence[FieldSpec | None],
        place: Mapping[str, int],
    ) -> None:
        links = {at: account_link(record_type, spec) for at, spec in enumerate(specs) if spec}
        self._columns = [(kept[at], at, place.get(link)) for at, link in links.items() if link]
        self._room = MOST_CHARACTERS

    def note(self, row: Sequence[str]) -> None:
        for beside, at, firm in self._columns:
            person = word_key(without_unreadable(row[at][:LONGEST_WORD]))
            if person in beside or len(beside) < MOST_PEOPLE:
                account = without_unreadable(row[firm]) if firm is not None else ""
                account = account if len(account) <= min(LONGEST_WORD, self._room) else ""
                some = beside.setdefault(person, [])
                if account not in some and len(some) <= MOST_BESIDE:
                    some.append(account if len(some) < MOST_BESIDE else "")
                    self._room -= len(account)


def told_by_accounts(
    cells: Cells, beside: Mapping[str, Sequence[str]], texts: Iterable[str], account_of: Callable[[str], Any]
) -> set[str]:
    """Those of ``texts`` of which the account in each of their rows says who is meant."""
    wanted = {text: beside.get(word_key(text)) or ("",) for text in texts}
    cells.load_records(CREATED_ON_DEMAND, [one for some in wanted.values() for one in some if one])

    def is_told(text: str, firm: str) -> bool:
        try:
            return person_at(cells, text, account_of(firm)) is not None
        except ValidationError:
            return False

    return {text for text, some in wanted.items() if all(is_told(text, firm) for firm in some)}
