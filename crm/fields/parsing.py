"""What an import cell's text may have to be looked up in."""

from __future__ import annotations

from typing import Any, Protocol

from crm.fields.reading import Style
from crm.picklists.models import Choice, Stage
from crm.users.models import Membership, Team


class NumberText(str):
    """A number that was a number in its file, not text: digits, a point before the decimals, no separators else.

    A currency's sign or code may stand before it, a percent sign behind it. It is never to be read in another way.
    """


class ParseContext(Protocol):
    """Finds (and, if the importer chose so, makes) what a text names; raises ``ValidationError`` otherwise."""

    def choice(self, picklist: str, text: str) -> Choice: ...

    def stage(self, text: str) -> Stage: ...

    def person(self, text: str) -> Membership: ...

    def team(self, text: str) -> Team: ...

    def record(self, type_key: str, text: str) -> Any: ...

    @property
    def currency(self) -> str: ...

    def style(self, name: str) -> Style:
        """How the texts of the field ``name`` are written."""
        ...
