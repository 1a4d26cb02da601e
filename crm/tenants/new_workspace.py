"""What a new workspace starts with: each app above adds its own step, so that signing up knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Step = Callable[[Any], None]
_steps: dict[str, Step] = {}


def on_new_workspace(step: Step) -> Step:
    """Have ``step(actor)`` run for every new workspace, inside its tenant context; ``actor`` is its first admin.

    Steps run in the order of registration, so in that of ``INSTALLED_APPS`` when an app registers in ``ready()``.
    """
    _steps[f"{step.__module__}.{step.__qualname__}"] = step
    return step


def furnish(actor: Any) -> None:
    """Run all steps for the workspace that is being signed up."""
    for step in _steps.values():
        step(actor)
