"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from crm.ui.frame import Frame


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``actor``, ``workspace`` and ``frame``, of which nothing is drawn until a page asks."""
    drawn = Frame(request)
    return {"actor": drawn.actor, "workspace": drawn.workspace, "frame": drawn}
