"""The log of what happened, and the workflows that follow from it.

``types`` has what can happen. ``record`` writes an event in the transaction of the change itself; ``on`` declares a
handler, which a worker calls after the commit, and ``on_many`` one that takes many events at once. See ``services`` and
``handlers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm.events.handlers import changed, on, on_many

if TYPE_CHECKING:
    from crm.events.services import record

__all__ = ["changed", "on", "on_many", "record"]


def __getattr__(name: str) -> Any:
    # Django imports this package before models may be loaded, and ``services`` needs them.
    if name == "record":
        from crm.events.services import record

        return record
    raise AttributeError(name)
