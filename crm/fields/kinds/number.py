"""Numbers and money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Sum
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from crm.fields.kinds.base import Kind
from crm.fields.money import Money, minor_digits, money_from_major, parse_decimal
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.users.models import Membership

COMMON_CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "INR", "CNY", "BRL")


class Number(Kind):
    """A whole number from ``least`` to ``most``."""

    operators = ("is", "from", "to", "empty", "filled")
    numeric = True

    def __init__(self, least: int = 0, most: int = 2**31 - 1) -> None:
        self.least = least
        self.most = most

    def form_field(self, spec: FieldSpec, actor: Membership) -> forms.Field:
        return forms.IntegerField(min_value=self.least, max_value=self.most, required=spec.required)

    def html(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else formats.number(value)

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> int:
        value = parse_decimal(text)
        if value != value.to_integral_value() or not self.least <= value <= self.most:
            raise ValidationError(
                _("“%(text)s” is not a whole number from %(least)s to %(most)s.")
                % {"text": text, "least": self.least, "most": self.most}
            )
        return int(value)

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        lookup = {"is": "in", "from": "gte", "to": "lte"}[operator]
        numbers = [self.read(value) for value in values]
        return Q(**{f"{spec.column}__{lookup}": numbers if lookup == "in" else numbers[0]})

    def read(self, text: str) -> int:
        return int(parse_decimal(text))

    def split(self, text: str) -> list[str]:
        return [text]  # 1,000 is one number


class Year(Number):
    """A calendar year, shown without grouping."""

    def __init__(self) -> None:
        super().__init__(1000, 2200)

    def html(self, spec: FieldSpec, record: Any) -> str:
        return self.text(spec, record)


class Percent(Number):
    """A whole number of per cent, 0 to 100."""

    def __init__(self) -> None:
        super().__init__(0, 100)

    def html(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else formats.percent(value / 100)

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> int:
        return super().parse(spec, text.rstrip("% "), context)


def currency_choices() -> list[tuple[str, str]]:
    """The tenant's own currency first, then the common ones, then the rest."""
    own = current_tenant().currency
    first = dict.fromkeys((own, *COMMON_CURRENCIES))
    rest = sorted(list_currencies() - set(first))
    return [(code, code) for code in (*first, *rest)]


class CurrencySelect(forms.Select):
    """Offers three hundred currencies; drawn in one go, since Django renders a template for each option."""

    template_name = "fields/currency.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super(forms.widgets.ChoiceWidget, self).get_context(name, value, attrs)
        lines = (("selected" if code == value else "", code) for code, _code in currency_choices())
        context["widget"]["options"] = mark_safe("".join(f"<option {mark}>{code}</option>" for mark, code in lines))
        return context


class MoneyWidget(forms.MultiWidget):
    template_name = "fields/money.html"
    use_fieldset = False  # one label, that of the amount

    def __init__(self) -> None:
        amount = forms.TextInput(attrs={"inputmode": "decimal"})
        currency = CurrencySelect(attrs={"aria-label": _("Currency")})
        super().__init__({"": amount, "currency": currency})

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, Money):
            return [f"{value.major:f}", value.currency]
        return [None, current_tenant().currency]


class MoneyField(forms.MultiValueField):
    """An amount and its currency; cleans to ``Money`` or ``None``."""

    def __init__(self, *, required: bool) -> None:
        currency = forms.ChoiceField(choices=currency_choices, required=False)
        parts = (forms.CharField(required=False, max_length=40), currency)
        super().__init__(parts, widget=MoneyWidget(), required=required, require_all_fields=False)

    def compress(self, data_list: list[Any]) -> Money | None:
        amount, currency = data_list or (None, None)
        if not amount:
            return None
        return money_from_major(parse_decimal(amount), currency or current_tenant().currency)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.clean(data)
        except ValidationError:
            return True


class MoneyKind(Kind):
    """Two columns: ``<column>_minor`` (bigint) and a currency shared by the record's amounts."""

    operators = ("is", "from", "to", "empty", "filled")
    numeric = True

    def __init__(self, currency: str = "currency") -> None:
        self.currency = currency

    def minor(self, spec: FieldSpec) -> str:
        return f"{spec.column}_minor"

    def attributes(self, spec: FieldSpec) -> tuple[str, ...]:
        return (self.minor(spec), self.currency)

    def value(self, spec: FieldSpec, record: Any) -> Money | None:
        minor = getattr(record, self.minor(spec))
        return None if minor is None else Money(minor, getattr(record, self.currency))

    def assign(self, spec: FieldSpec, record: Any, value: Money | None) -> None:
        setattr(record, self.minor(spec), None if value is None else value.minor)
        if value is not None:
            setattr(record, self.currency, value.currency)

    def form_field(self, spec: FieldSpec, actor: Membership) -> forms.Field:
        return MoneyField(required=spec.required)

    def html(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else formats.money(value.minor, value.currency)

    def text(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else f"{value.major:f} {value.currency}"

    def json(self, value: Money | None) -> Any:
        return None if value is None else {"minor": value.minor, "currency": value.currency}

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Money:
        code = next((word for word in text.upper().split() if word.isalpha() and len(word) == 3), context.currency)
        return money_from_major(parse_decimal(text), code if code in list_currencies() else context.currency)

    def empty(self, spec: FieldSpec) -> Q:
        return Q(**{f"{self.minor(spec)}__isnull": True})

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        return (self.minor(spec),)

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """Amounts in a filter are whole units of the tenant's currency, or ``100 EUR``."""
        number, _space, code = values[0].strip().partition(" ")
        currency = code.upper() if code.upper() in list_currencies() else current_tenant().currency
        minor = int(Decimal(parse_decimal(number)).scaleb(minor_digits(currency)))
        lookup = {"is": "exact", "from": "gte", "to": "lte"}[operator]
        return Q(**{f"{self.minor(spec)}__{lookup}": minor, self.currency: currency})

    def split(self, text: str) -> list[str]:
        return [text]

    def sums(self, spec: FieldSpec, records: QuerySet) -> dict[str, int]:
        """The sum over ``records`` for each currency, in minor units."""
        rows = records.exclude(**{self.minor(spec): None}).order_by().values_list(self.currency)
        return {currency: int(total) for currency, total in rows.annotate(total=Sum(self.minor(spec)))}
