"""Which currencies are offered, and how."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from crm.tenants.context import current_tenant
from crm.users.choices import currencies

COMMON = ("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "INR", "CNY", "BRL")


@lru_cache(maxsize=1)
def _all_codes() -> frozenset[str]:
    return frozenset(list_currencies())


def known_currency(code: str) -> str:
    """Return ``code``, one that is or was a currency; a record keeps one that has gone out of use."""
    if code not in _all_codes():
        raise ValidationError(_("“%(text)s” is not a currency.") % {"text": code[:20]})
    return code


def currency_choices(present: str = "") -> list[tuple[str, str]]:
    """The tenant's own currency first, then the common ones, then all others in use today, by code and name; and
    ``present``, which a record has already, wherever it stands."""
    named = dict(currencies())
    first = [code for code in dict.fromkeys((current_tenant().currency, *COMMON)) if code]
    codes = dict.fromkeys((*first, *named))
    if present:
        codes[present] = None
    return [(code, named.get(code, code)) for code in codes]


class CurrencySelect(forms.Select):
    """Offers some hundred and fifty currencies; drawn in one go, since Django renders a template for each option."""

    template_name = "fields/currency.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super(forms.widgets.ChoiceWidget, self).get_context(name, value, attrs)
        lines = (
            f'<option value="{escape(code)}"{" selected" if code == value else ""}>{escape(label)}</option>'
            for code, label in currency_choices(value if value in _all_codes() else "")
        )
        context["widget"]["options"] = mark_safe("".join(lines))
        return context
