"""What an import cell's text may have to be looked up in."""

from __future__ import annotations

from typing import Any, Protocol

from crm.fields.reading import Style
from crm.picklists.models import Choice, Stage
from crm.users.models import Membership, Team


class ParseContext(Protocol):
    """Finds (and, if the importer chose so, makes) what a text names; raises ``ValidationError`` otherwise."""

    def choice(self, picklist: str, text: str) -> Choice: ...

    def stage(self, text: str) -> Stage: ...

    def person(self, text: str) -> Membership: ...

    def team(self, text: str) -> Team: ...

    def tags(self, names: tuple[str, ...]) -> None:
        """Check the names, and make the tags that are new where rows are taken in."""
        ...

    def record(self, type_key: str, text: str) -> Any: ...

    @property
    def currency(self) -> str: ...

    def style(self, name: str) -> Style:
        """How the texts of the field ``name`` are written."""
        ...
