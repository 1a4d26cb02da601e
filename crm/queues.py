"""Where jobs wait, and for how long one of them works before others have their turn.

Long work has workers of its own, so that nothing short ever waits behind it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

QUICK = "quick"  # what a person waits for, or what wakes other jobs: workflows, reminders, sweeps. Two seconds at most.
LONG = "long"  # runs (``crm/runs``), and what goes through all workspaces: in turns

TURN_SECONDS = 20.0  # of a job in LONG
HOUR = 3600  # seconds

clock = time.monotonic


def begin_turn() -> Callable[[], bool]:
    """Begin a turn of a job in ``LONG``; what is returned tells whether it is over."""
    ends = clock() + TURN_SECONDS
    return lambda: clock() >= ends
