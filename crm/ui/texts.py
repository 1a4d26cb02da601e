"""``_`` and its sisters as templates call them: a text in the page's language, and what is put into it.

``{{ _("Move %(name)s to…", name=card.name) }}``. The text may hold tags; values are escaped, and shut off from the
direction of the sentence (``crm.ui.bidi``).
"""

from __future__ import annotations

from typing import Any

from django.utils import translation
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape


@pass_eval_context
def gettext(context: EvalContext, text: str, /, **values: Any) -> str:
    return _filled(context, translation.gettext(text), values)


@pass_eval_context
def pgettext(context: EvalContext, about: str, text: str, /, **values: Any) -> str:
    return _filled(context, translation.pgettext(about, text), values)


@pass_eval_context
def ngettext(context: EvalContext, one: str, many: str, number: int, /, **values: Any) -> str:
    return _filled(context, translation.ngettext(one, many, number), values)


def _filled(context: EvalContext, text: str, values: dict[str, Any]) -> str:
    if not context.autoescape:
        return text % values if values else text
    return Markup(text % {name: escape(value) for name, value in values.items()} if values else text)
