"""Template tags of the frame and its components: ``{% load ui %}``."""

from __future__ import annotations

from django import template
from django.contrib.messages.storage.base import Message
from django.utils.safestring import SafeString

from crm.ui.icons import icon as draw_icon
from crm.ui.toasts import undo_of

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """``{% icon "phone" %}``, ``{% icon "phone" "icon-l" %}``, ``{% icon "flame" label="hot" %}``."""
    return draw_icon(name, css, label)


@register.filter
def undo(message: Message) -> dict[str, str] | None:
    """What Undo does for a message: ``{% with message|undo as undo %}``."""
    return undo_of(message)
