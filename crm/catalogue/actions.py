"""What can be done to many records of a list at once, and what is said of each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.fields.spec import FieldSpec
from crm.users.models import Membership


class Apply(Protocol):
    def __call__(
        self, record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
    ) -> Mapping[str, int] | Outcome | None: ...


class Rehearse(Protocol):
    """Says what ``Apply`` would do to one record, without writing; it may remember the records before.

    ``expect`` names the records that come next, so that it can look up at once what it needs to know of them. ``news``
    gives, as JSON, what it has begun to remember since it was asked last; ``recall`` takes that back in, in another
    process.
    """

    def __call__(self, record: Any, /) -> Outcome: ...

    def expect(self, records: Sequence[Any], /) -> None: ...

    def news(self) -> list[Any]: ...

    def recall(self, news: list[Any], /) -> None: ...


_UNDO = _("Undo the change of %(count)s %(records)s")
_UNDONE = _("The change of %(count)s %(records)s was undone")
# Of one record, by the event of what the run did to it
TakeBack = Callable[[RecordType, Any, Event, Membership], Mapping[str, int]]


@dataclass(frozen=True)
class Became:
    """A record of the type ``key`` that another one becomes; ``about`` says more of it, or why it was chosen."""

    key: str
    record_id: UUID
    name: str
    way: str
    about: tuple[str, ...] = ()

    NEW: ClassVar[str] = "new"
    EXISTING: ClassVar[str] = "existing"
    SHARED: ClassVar[str] = "shared"  # a new one that the same run has made of another record

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.key,
            "id": str(self.record_id),
            "label": self.name,
            "way": self.way,
            "about": [str(one) for one in self.about],
        }


@dataclass(frozen=True)
class Outcome:
    """What became, or would become, of a record; ``doubts`` are reasons to look at it before."""

    counts: Mapping[str, int]
    doubts: tuple[str, ...] = ()
    became: tuple[Became, ...] = ()


class LeftOutError(ValidationError):
    """A row that is not refused, but left for somebody to decide about: the reasons are its doubts."""


@dataclass(frozen=True)
class BulkAction:
    """Something that can be done to many records of a list at once (``crm/bulk``).

    ``asks`` are the fields asked once for all records, ``initial`` what they begin with, ``withheld`` those that others
    are asked for and the actor may not write; ``verb`` is what the actor must be allowed to do to each. ``apply`` does
    it to one through its services; a ``ValidationError`` or ``Http404`` makes a refused row. It may return counts,
    named by ``tells`` ("same": there was nothing to do), or an ``Outcome``. ``apply_to_batch`` looks up what many
    records need, and returns what then does it to each; what that inserts and updates (``crm.ground.writes``) is
    written for all of them together. ``heading`` (with %(count)s, %(records)s) says what will be done, ``done`` what
    was (with the %(value)s of the first of ``asks``; ``cleared``: left empty). With ``rehearse`` it is tried first.
    ``makes`` are the types of the records that outcomes name.
    """

    key: str
    label: Any
    icon: str
    heading: Any
    apply: Apply
    asks: Callable[[Membership], tuple[FieldSpec, ...]] = lambda actor: ()
    verb: str = "edit"
    shown: Callable[[Membership], bool] = lambda actor: True
    help: Any = ""
    group: Any = ""  # those of a group share a menu of that name
    hint: Any = ""  # beside its label there
    danger: bool = False
    order: int = 50
    most: int | None = None  # records that it takes at once
    apply_to_batch: Callable[[Sequence[Any], Membership, dict[str, Any]], Apply] | None = None
    tells: Mapping[str, Any] = field(default_factory=dict)
    rehearse: Callable[[Membership, dict[str, Any]], Rehearse] | None = None
    wait: Callable[..., None] | None = None  # for who does so to what the records (all of a transaction's) are about
    writes: tuple[str, ...] = ()  # fields of the record that it sets, whatever stood there
    reads: tuple[str, ...] = ()  # those by which ``rehearse`` said what would be done
    ends: bool = False  # who has worked on the record at all since the rows were chosen is heard first
    makes: tuple[str, ...] = ()
    initial: Callable[[], Mapping[str, Any]] = dict
    withheld: Callable[[Membership], tuple[FieldSpec, ...]] = lambda actor: ()
    backwards: bool = False  # the last row first
    undoes: bool = False  # whether what it did to the records can be taken back as a whole
    take_back: TakeBack | None = None  # how, where that is more than giving old values; the last row first
    undo_heading: Any = _UNDO
    undone: Any = _UNDONE
    done: Any = ""  # needed, unless ``rehearse``: what that has led to is shown as counts
    cleared: Any = ""
    already: Any = ""  # of how many (%(count)s) there was nothing to do; needed where ``tells`` has "same"
    already_cleared: Any = ""  # with ``cleared``
