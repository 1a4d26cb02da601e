"""Teams in the order of their tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crm.users.models import Team


@dataclass(frozen=True)
class TeamRow:
    """``above`` are the names of the teams that ``team`` is part of, the topmost first."""

    team: Team
    above: tuple[str, ...]
    people: int


def team_tree(teams: list[Team]) -> list[TeamRow]:
    """Return ``teams`` (see ``users.selectors.teams``), each followed by those below it."""

    def below(parent_id: object, above: tuple[str, ...]) -> Iterator[TeamRow]:
        for team in teams:
            if team.parent_id == parent_id:
                yield TeamRow(team, above, len(team.member_ids))  # type: ignore[attr-defined]
                yield from below(team.pk, (*above, team.name))

    return list(below(None, ()))
