"""The look of numbers and money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.fields import kinds
from crm.fields.kinds.custom import LARGEST, PLACES
from crm.fields.kinds.number import CANONICAL, STORED
from crm.fields.look.base import Look
from crm.fields.look.inputs import MoneyField, NumberField, PercentField
from crm.fields.money import Money, minor_digits
from crm.fields.reading import Style, current_style, read_amount, written
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.users.models import Membership


class NumberLook(Look):
    numeric = True
    kind: kinds.Number

    def form_field(self, actor: Membership) -> forms.Field:
        return NumberField(
            least=self.kind.least, most=self.kind.most, places=self.kind.places, required=self.spec.required
        )

    def typed(self, text: str) -> str:
        return STORED.write(self.kind.number(text, current_style()))

    def describe(self, values: list[str], actor: Membership) -> str:
        numbers = [self.kind.number(value, STORED) for value in values]
        style, places = current_style(), self.kind.places
        return _(" or ").join(
            written(one, style, places, grouped=True) or style.write(one, grouped=True) for one in numbers
        )


class PercentLook(NumberLook):
    kind: kinds.Percent

    def form_field(self, actor: Membership) -> forms.Field:
        return PercentField(least=0, most=100, required=self.spec.required)


class OwnNumberLook(NumberLook):
    """Of a number with decimals."""

    def form_field(self, actor: Membership) -> forms.Field:
        most = LARGEST - Decimal(1).scaleb(-PLACES)
        return NumberField(least=-most, most=most, places=PLACES, required=self.spec.required)

    def initial(self, record: Any) -> Any:
        value = self.value(record)
        return None if value is None else Decimal(str(value))


class MoneyLook(Look):
    numeric = True
    order_hint = gettext_lazy("By currency, the workspace’s own first, then by amount")
    kind: kinds.Money

    def form_field(self, actor: Membership) -> forms.Field:
        return MoneyField(required=self.spec.required)

    def typed(self, text: str) -> str:
        return _in_words(read_amount(text, current_style(), current_tenant().currency), CANONICAL)

    def describe(self, values: list[str], actor: Membership) -> str:
        """With the currency, always: amounts of others are not compared with it, and so not found."""
        amounts = [self.kind.read(value) for value in values]
        return _(" or ").join(formats.money(one.minor, one.currency) for one in amounts)

    def retyped(self, value: str, actor: Membership) -> str:
        return _in_words(self.kind.read(value), current_style(), with_code=True)


def _in_words(money: Money, style: Style, *, with_code: bool = False) -> str:
    """An amount in ``style`` that is read as the same again, with its code unless it is the workspace's currency."""
    digits = minor_digits(money.currency)
    whole = money.major == money.major.to_integral_value()
    text = style.write(money.major, 0 if whole else digits, grouped=digits < 3 and style != CANONICAL)
    return f"{text} {money.currency}" if with_code or money.currency != current_tenant().currency else text
