"""What the makers of rows share: a workspace, a clock that goes back three years, ids, and the log."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crm.demo.big.copying import Sink
from crm.demo.big.ground import Ground, Owner
from crm.demo.big.names import Person
from crm.events.models import Event
from crm.events.types import EventType

DAY = 86_400_000  # milliseconds
HOUR = DAY // 24


@dataclass(frozen=True)
class Size:
    """How many records a workspace gets."""

    leads: int
    accounts: int
    contacts: int
    opportunities: int

    @classmethod
    def of(cls, leads: int) -> Size:
        """The other types in their usual relation to ``leads``."""
        return cls(leads, leads // 5, leads * 3 // 10, leads * 3 // 10)


@dataclass(frozen=True, slots=True)
class Deal:
    """What a lead has to know of the opportunity that it became."""

    id: str
    account: int
    contact: int
    owner: Owner
    opened: int  # millisecond
    name: str
    parts: list[dict[str, Any]]  # what was made with it, as ``crm.undo`` keeps it
    converted_event: str


@dataclass
class Filling:
    """One workspace while it is being filled. Lists are by number: the account 17 has the id ``account_ids[17]``."""

    ground: Ground
    size: Size
    sink: Sink
    now: int
    draw: random.Random
    account_ids: list[str] = field(default_factory=list)
    account_at: list[int] = field(default_factory=list)  # when they were created, in order
    account_owner: list[Owner] = field(default_factory=list)
    contact_ids: list[str] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    contact_account: list[int] = field(default_factory=list)
    contacts_of: list[list[int]] = field(default_factory=list)  # by account
    wins: dict[int, list[tuple[int, str]]] = field(default_factory=dict)  # by account: (when, event)
    not_lost: set[int] = field(default_factory=set)  # accounts with an open or won opportunity
    with_deals: set[int] = field(default_factory=set)
    deals: list[Deal] = field(default_factory=list)  # those that came of leads

    def __post_init__(self) -> None:
        self.owners_by_id = {owner.id: owner for owner in self.ground.owners}

    def moments(self, number: int, days: int) -> list[int]:
        """So many moments of working time in the last ``days``, more of them lately; in order."""
        draw, span = self.draw.random, days * DAY
        return sorted(self.working(self.now - int(span * (1 - draw() ** 0.75))) for _ in range(number))

    def working(self, moment: int) -> int:
        """The moment moved to a weekday between seven and six (UTC), never into the future."""
        day = moment - moment % DAY
        weekday = (day // DAY + 3) % 7  # the epoch was a Thursday
        day -= max(weekday - 4, 0) * DAY
        return min(day + 7 * HOUR + int(self.draw.random() * 11 * HOUR), self.now - 60_000)

    def id_at(self, moment: int) -> str:
        """A UUIDv7 made at ``moment``."""
        bits = self.draw.getrandbits(74)
        return (
            f"{moment >> 16:08x}-{moment & 0xFFFF:04x}-7{bits & 0xFFF:03x}"
            f"-{0x8000 | (bits >> 12) & 0x3FFF:04x}-{bits >> 26:012x}"
        )

    def base(self, record_id: str, at: int, owner: Owner, name: str, sort_name: str) -> dict[str, Any]:
        """The columns that every record has."""
        created = iso(at)
        return {
            "id": record_id,
            "tenant_id": self.ground.tenant_id,
            "name": name,
            "sort_name": sort_name,
            "owner_id": owner.id,
            "team_id": owner.team_id,
            "created_at": created,
            "created_by_id": owner.id or self.ground.admin.id,
            "updated_at": created,
        }

    def event(
        self,
        event_type: EventType,
        record_id: str,
        at: int,
        actor: Owner,
        *,
        event_id: str = "",
        changes: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        because: str | None = None,
    ) -> str:
        """Log that something happened; return the event's id."""
        event_id = event_id or self.id_at(at)
        self.sink.add(
            Event,
            {
                "id": event_id,
                "tenant_id": self.ground.tenant_id,
                "name": event_type.name,
                "record_type": event_type.about,
                "record_id": record_id,
                "actor_id": actor.id,
                "because_id": because,
                "changes": json.dumps(changes or {}, ensure_ascii=False),
                "data": json.dumps(data or {}, ensure_ascii=False),
                "at": iso(at),
            },
        )
        return event_id

    def creator(self, owner: Owner) -> Owner:
        """Who made a record: its owner, or the admin for those in the pool."""
        return owner if owner.id else self.ground.admin


def iso(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat()


def day(moment: int) -> str:
    return iso(moment)[:10]


def made(**values: Any) -> dict[str, list[Any]]:
    """The changes of an event of creation: the few fields by which a record is known."""
    return {name: [None, value] for name, value in values.items() if value}
