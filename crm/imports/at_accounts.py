"""Which of several people of one name a row means: the one at the account that the row names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from crm.catalogue import find_type, record_type
from crm.catalogue.types import RecordType
from crm.fields.kinds import Lookup
from crm.fields.spec import FieldSpec
from crm.imports.answers import word_key
from crm.imports.cells import Cells
from crm.imports.reading.cells import without_unreadable
from crm.imports.reading.limits import LONGEST_WORD

MOST_PEOPLE, MOST_BESIDE = 2_000, 20  # names, and accounts of each, that are remembered
MOST_CHARACTERS = 500_000  # of those accounts

Firms = dict[str, list[str]]  # by name, the texts of the accounts in its rows; "" stands for none, or too many


class Beside(NamedTuple):
    """A row's ``link`` to an account, of the type ``firms``, at which the people of its type ``people`` are: that is
    in their ``column``."""

    link: str
    firms: str
    people: str
    column: str

    @property
    def words(self) -> tuple[str, str]:
        """What an account and one of the people are called inside of a sentence."""
        return record_type(self.firms).in_text, record_type(self.people).in_text


def beside_of(record_type: RecordType, spec: FieldSpec) -> Beside | None:
    """What tells of the people whom ``spec`` links to at which account they are."""
    people = find_type(spec.kind.key) if isinstance(spec.kind, Lookup) else None
    if people is None or not people.is_person:
        return None
    firms = {one.kind.key: one for one in people.specs(people.searched.through) if isinstance(one.kind, Lookup)}
    for one in record_type.fields:
        if one.importable and isinstance(one.kind, Lookup) and one.kind.key in firms:
            return Beside(one.name, one.kind.key, people.key, f"{firms[one.kind.key].column}_id")
    return None


def person_at(cells: Cells, beside: Beside, text: str, account: Any) -> Any:
    """The one person of that name at the account, or None."""
    account_id = getattr(account, "pk", None)
    if account_id is None:
        return None
    same = [one for one in cells.records_called(beside.people, text) if getattr(one, beside.column) == account_id]
    return same[0] if len(same) == 1 else None


class People:
    """Remembers the accounts that rows name beside people, by column: in ``kept``."""

    def __init__(
        self,
        kept: Sequence[Firms],
        record_type: RecordType,
        specs: Sequence[FieldSpec | None],
        place: Mapping[str, int],
    ) -> None:
        found = ((at, beside_of(record_type, spec)) for at, spec in enumerate(specs) if spec)
        self._columns = [(kept[at], at, place.get(one.link)) for at, one in found if one is not None]
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
    cells: Cells,
    beside: Beside,
    firms: Mapping[str, Sequence[str]],
    texts: Iterable[str],
    account_of: Callable[[str], Any],
) -> set[str]:
    """Those of ``texts`` of which the account in each of their rows says who is meant."""
    wanted = {text: firms.get(word_key(text)) or ("",) for text in texts}
    cells.load_records(beside.firms, [one for some in wanted.values() for one in some if one])

    def is_told(text: str, firm: str) -> bool:
        try:
            return person_at(cells, beside, text, account_of(firm)) is not None
        except ValidationError:
            return False

    return {text for text, some in wanted.items() if all(is_told(text, firm) for firm in some)}
