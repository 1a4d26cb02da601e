"""The log of what happened, and the workflows that follow from it.

``record`` writes an event in the transaction of the change itself; ``on`` declares a handler, which a worker calls
after the commit. See ``services`` and ``handlers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm.events.handlers import on

if TYPE_CHECKING:
    from crm.events.services import record

__all__ = ["on", "record"]


def __getattr__(name: str) -> Any:
    # Django imports this package before models may be loaded, and ``services`` needs them.
    if name == "record":
        from crm.events.services import record

        return record
    raise AttributeError(name)
