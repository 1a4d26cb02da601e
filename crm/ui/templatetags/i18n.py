"""Django's own ``{% load i18n %}``, whose sentences keep the names in them from turning the words around."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, Parser, Token, TokenType
from django.template.context import Context
from django.templatetags import i18n as original
from django.utils.safestring import SafeString, mark_safe

from crm.ui.bidi import isolate

register = template.Library()
register.tags = dict(original.register.tags)
register.filters = dict(original.register.filters)


def isolated(value: Any) -> Any:
    """``value``; a text of another direction shut off from its surroundings."""
    if not isinstance(value, str):
        return value
    return mark_safe(isolate(value)) if isinstance(value, SafeString) else isolate(value)


class _Isolated:
    """A variable of the tag, resolved like any other."""

    def __init__(self, expression: FilterExpression) -> None:
        self.expression = expression

    def resolve(self, context: Context) -> Any:
        return isolated(self.expression.resolve(context))


class IsolatingNode(original.BlockTranslateNode):
    def render(self, context: Context, nested: bool = False) -> SafeString:
        tokens = [*self.singular, *(self.plural or ())]
        names = {token.contents for token in tokens if token.token_type == TokenType.VAR}
        with context.push(**{name: isolated(context[name]) for name in names if name in context}):
            result = super().render(context, nested)
            told = context[self.asvar] if self.asvar else None
        if self.asvar:
            context[self.asvar] = told
        return SafeString(result)


@register.tag("blocktranslate")
@register.tag("blocktrans")
def blocktranslate(parser: Parser, token: Token) -> template.Node:
    """``{% blocktranslate %}``, as Django has it."""
    node = original.do_block_translate(parser, token)
    node.__class__ = IsolatingNode
    node.extra_context = {name: _Isolated(value) for name, value in node.extra_context.items()}
    return node
