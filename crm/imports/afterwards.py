"""What follows from an import, said on its page when it is done, and by a dry run before: an upper app registers what
its records bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.imports.models import Import
from crm.users.models import Membership


@dataclass(frozen=True)
class Afterwards:
    """A sentence, and the page where one can look at it or change it ("" = none for this person)."""

    sentence: Any
    url: str = ""


Tell = Callable[[Membership], Afterwards | None]
_by_key: dict[str, list[Tell]] = {}


def register(key: str, tell: Tell) -> None:
    """Ask ``tell`` after each import of the record type ``key``."""
    known = _by_key.setdefault(key, [])
    if tell not in known:
        known.append(tell)


def afterwards(key: str, actor: Membership) -> list[Afterwards]:
    """Return what there is to say to ``actor`` after an import of the record type ``key``."""
    return [said for tell in _by_key.get(key, ()) if (said := tell(actor)) is not None]


TRIED = "+"  # before what ``Import.added`` keeps of what follows, by the key of its sentence
NAMED = 5

Rehearse = Callable[[datetime, Membership], dict[str, list[str]]]
_rehearsals: dict[str, tuple[Rehearse, Mapping[str, Callable[[int], str]]]] = {}


def register_rehearsal(key: str, rehearse: Rehearse, sentences: Mapping[str, Callable[[int], str]]) -> None:
    """Ask ``rehearse`` in a dry run of the record type ``key``, whose rows are in the database until it returns: what
    follows from what the person has done there since that moment, as names by the key of their sentence."""
    _rehearsals[key] = rehearse, sentences


def rehearsed(job: Import, since: datetime) -> dict[str, list[str]]:
    """What follows from the rows of a dry run that were taken in ``since``."""
    rehearse, _sentences = _rehearsals.get(job.record_type, (None, {}))
    found = rehearse(since, job.made_by) if rehearse else {}
    return {f"{TRIED}{key}": names for key, names in found.items() if names}


def told_before(job: Import) -> list[Afterwards]:
    """What a dry run has to say of what will follow."""
    _rehearse, sentences = _rehearsals.get(job.record_type, (None, {}))
    said = []
    for key, sentence in sentences.items():
        if names := job.added.get(f"{TRIED}{key}", []):
            count = len(names) + job.added_more.get(f"{TRIED}{key}", 0)
            more = " …" if count > NAMED else ""
            said.append(Afterwards(f"{sentence(count)} {', '.join(names[:NAMED])}{more}"))
    return said
