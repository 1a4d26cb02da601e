"""Short messages after an action, kept over the redirect, with an Undo when there is one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

LEVELS = {"success": messages.SUCCESS, "info": messages.INFO, "warning": messages.WARNING, "danger": messages.ERROR}


def say(
    request: HttpRequest, text: str, *, tone: str = "success", undo_url: str = "", undo_method: str = "DELETE"
) -> None:
    """Show ``text`` as a toast on the next page. ``undo_url`` gets ``undo_method`` when the person presses Undo."""
    extra = f"undo {undo_method} {undo_url}" if undo_url else ""
    messages.add_message(request, LEVELS[tone], text, extra_tags=extra)


def undo_of(message: Message) -> dict[str, str] | None:
    """What Undo does for ``message``: ``{"method": …, "url": …}``, or ``None``."""
    word, _, rest = (message.extra_tags or "").partition(" ")
    if word != "undo":
        return None
    method, _, url = rest.partition(" ")
    return {"method": method, "url": url}
