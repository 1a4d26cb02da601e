"""What follows from an import, said on its page when it is done, and by a dry run before: an upper app registers what
its records bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from crm.ground.text import sort_key
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


NAMED = 5
MOST = 10_000  # records that are counted: each batch of a dry run may find them again
KEY_LENGTH = 12

Rehearse = Callable[[datetime, Membership], Mapping[str, Iterable[Any]]]
_rehearsals: dict[str, tuple[Rehearse, Mapping[str, Callable[[int], str]]]] = {}


def register_rehearsal(key: str, rehearse: Rehearse, sentences: Mapping[str, Callable[[int], str]]) -> None:
    """Ask ``rehearse`` in a dry run of the record type ``key``, whose rows are in the database until it returns: what
    follows from what the person has done there since that moment, as records by the key of their sentence."""
    _rehearsals[key] = rehearse, sentences


def rehearsed(run: Import, since: datetime) -> dict[str, dict[str, str]]:
    """What follows from the rows of a dry run that were taken in ``since``: by the key of its sentence, names by a key
    of each record."""
    rehearse, _sentences = _rehearsals.get(run.record_type, (None, {}))
    found = rehearse(since, run.made_by) if rehearse else {}
    return {key: {_key_of(run, record): record.name for record in records} for key, records in found.items()}


def _key_of(run: Import, record: Any) -> str:
    """Those that the dry run makes, each batch makes anew: they are told apart by their names and external ids."""
    is_new = run.tried_at is not None and record.created_at >= run.tried_at
    called = f"{sort_key(record.name)} {record.external_id}" if is_new else str(record.pk)
    return sha256(called.encode()).hexdigest()[:KEY_LENGTH]


def note_following(run: Import, found: Mapping[str, Mapping[str, str]]) -> None:
    """Keep, in ``Import.follows``, which records they are, and the names of the first."""
    for what, names in found.items():
        kept = run.follows.setdefault(what, {"keys": [], "names": []})
        known = {*kept["keys"]}
        new = {key: name for key, name in names.items() if key not in known}
        kept["names"] += [*new.values()][: NAMED - len(kept["names"])]
        kept["keys"] += [*new][: MOST - len(known)]


def told_before(run: Import) -> list[Afterwards]:
    """What a dry run has to say of what will follow."""
    _rehearse, sentences = _rehearsals.get(run.record_type, (None, {}))
    said = []
    for key, sentence in sentences.items():
        kept = run.follows.get(key, {"keys": [], "names": []})
        if count := len(kept["keys"]):
            more = " …" if count > NAMED else ""
            more += " " + _("There are more; only so many are counted.") if count == MOST else ""
            said.append(Afterwards(f"{sentence(count)} {', '.join(kept['names'])}{more}"))
    return said
