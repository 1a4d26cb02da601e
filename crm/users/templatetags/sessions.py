"""``{% load sessions %}``: a session in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from crm.users.leaving import words_for

register = template.Library()

# The first that is found counts: browsers also carry the names of those they are like.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@register.simple_tag(takes_context=True)
def deactivated_words(context: Any) -> str:
    """What somebody reads who can no longer come in; "" for everybody else, and where a page failed."""
    request = context.get("request")
    return words_for(request) if request is not None else ""


@register.filter
def browser(user_agent: str) -> str:
    """The browser and system that a User-Agent header names: “Firefox, Windows”."""
    found = [next((label for mark, label in marks if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found)) or _("Another program")
