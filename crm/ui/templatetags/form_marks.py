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
    request: Any = context.get("request")
    actor = getattr(request, "actor", None)  # whom the workspace has let in
    mark = mark_of(request.user, request.workspace_slug) if actor is not None else ""
    field = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    return field + format_html('<input type="hidden" name="{}" value="{}">', FORM_OF, mark) if mark else field
