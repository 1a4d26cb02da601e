"""New records of a file that look for what other rows of it make: leads that arrive converted, of one firm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from crm.users.models import Membership

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Ties:
    """``tied`` says of a row's values whether it looks for others; ``keys`` is what it shares with rows whose records
    it may find: those are sent one after the other. Of rows that are sent together, ``look_up`` finds for all at once
    what is there already, and keeps it at hand while they are written."""

    tied: Callable[[Values], bool]
    keys: Callable[[Values], set[str]]
    look_up: Callable[[Membership, Sequence[Values]], AbstractContextManager[None]]
