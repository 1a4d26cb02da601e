"""``{% csrf_token %}`` also says whose form it is (a builtin of all templates)."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.ui.form_marks import FORM_OF, mark_of

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: template.Context) -> SafeString:
    """The token against forged requests, and the mark by which a form is given back to who has filled it in."""
    token: Any = context.get("csrf_token")
    if not token or token == "NOTPROVIDED":
        return SafeString("")
    user = getattr(context.get("request"), "user", None)
    mark = mark_of(user) if user is not None and user.is_authenticated else ""
    field = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    return field + format_html('<input type="hidden" name="{}" value="{}">', FORM_OF, mark) if mark else field
