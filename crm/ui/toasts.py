"""Short messages after an action, kept over the redirect, with an Undo when there is one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

LEVELS = {"success": messages.SUCCESS, "info": messages.INFO, "warning": messages.WARNING, "danger": messages.ERROR}


def say(
    request: HttpRequest, text: str, *, tone: str = "success", undo_url: str = "", undo_verb: str = "DELETE"
) -> None:
    """Show ``text`` as a toast on the next page. ``undo_url`` gets ``undo_verb`` when the person presses Undo."""
    extra = f"undo {undo_verb} {undo_url}" if undo_url else ""
    messages.add_message(request, LEVELS[tone], text, extra_tags=extra)


def undo_of(message: Message) -> dict[str, str] | None:
    """What Undo does for ``message``: ``{"verb": …, "url": …}``, or ``None``."""
    word, _, rest = (message.extra_tags or "").partition(" ")
    if word != "undo":
        return None
    verb, _, url = rest.partition(" ")
    return {"verb": verb, "url": url}
