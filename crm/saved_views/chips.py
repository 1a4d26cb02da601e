"""The conditions of a list as chips: phrases, each with the address of the list without it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.queries.address import named
from crm.queries.condition import Condition, Group, Part
from crm.saved_views.state import ViewState
from crm.users.models import Membership


@dataclass(frozen=True)
class Chip:
    """A condition: “Owner **is** me”. ``parameter`` is its place in the address."""

    condition: Condition
    parameter: str
    label: str
    operator: str
    value: str
    without: str
    is_unreadable: bool = False
    is_gone: bool = False  # no field, or none that can be asked by: it can be removed, not changed

    @property
    def phrase(self) -> str:
        return f"{self.label} {self.operator} {self.value}".strip()

    @property
    def leaves(self) -> list[Chip]:
        return [self]


@dataclass(frozen=True)
class GroupChip:
    """A group: “Rating is **Hot** or Source is **Web form**”; ``parameter`` is the path of its conditions."""

    group: Group
    parameter: str
    chips: tuple[Chip | GroupChip, ...]
    without: str

    @property
    def is_any(self) -> bool:
        return self.group.how == "any"

    @property
    def word(self) -> str:
        """What stands between its conditions."""
        return _("or") if self.is_any else _("and")

    @property
    def phrase(self) -> str:
        return f" {self.word} ".join(
            f"({one.phrase})" if isinstance(one, GroupChip) and len(one.chips) > 1 else one.phrase for one in self.chips
        )

    @property
    def leaves(self) -> list[Chip]:
        return [leaf for one in self.chips for leaf in one.leaves]


def chips(state: ViewState, actor: Membership, unreadable: Collection[Condition] = ()) -> tuple[Chip | GroupChip, ...]:
    """The conditions of ``state``; those of ``unreadable``, and those by nothing, are marked."""

    def drawn(parts: tuple[Part, ...], path: str) -> tuple[Chip | GroupChip, ...]:
        return tuple(draw(part, f"{path}{name}") for name, part in named(parts))

    def draw(part: Part, parameter: str) -> Chip | GroupChip:
        if isinstance(part, Group):
            return GroupChip(part, parameter, drawn(part.parts, f"{parameter}."), state.without(parameter))
        spec = part.spec(state.query.type)
        return Chip(
            part,
            parameter,
            *part.said(state.query.type, actor),
            state.without(parameter),
            is_unreadable=part in unreadable or bool(part.fault(state.query.type)),
            is_gone=spec is None or not spec.kind.operators,
        )

    return drawn(state.query.conditions, "")
