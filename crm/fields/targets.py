"""Which model stands behind a record type's key: filled by the registry above, so that fields need not import it."""

from __future__ import annotations

from typing import Any

_models: dict[str, Any] = {}


def add_target(key: str, model: Any) -> None:
    _models[key] = model


def model_of(key: str) -> Any:
    """Return the record model of the type ``key``; raise ``KeyError`` for an unknown one."""
    return _models[key]
