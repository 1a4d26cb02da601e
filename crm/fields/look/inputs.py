"""Form fields for numbers, money, days and moments: they show a value as the person writes it, and read that back."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from crm.fields.currencies import currency_groups, known_currency
from crm.fields.money import Money
from crm.fields.reading import (
    bounded,
    current_style,
    read_amount,
    read_moment,
    read_number,
    read_only_day,
    read_percent,
    write_amount,
    written,
)
from crm.fields.reading.amounts import currency_words, known_codes
from crm.ground.addresses import LONGEST_ADDRESS, refuse_unseen_host, validate_address
from crm.ground.text import trimmed
from crm.tenants.context import current_tenant
from crm.ui.addresses import AddressInput
from crm.ui.clock import is_doubled

MOMENT_FORMAT = "%Y-%m-%dT%H:%M"
_DAY_LENGTH = len("2026-04-03")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)?")  # what calendars of browsers take
_UNSEEN = re.compile("[\x00-\x1f\x7f]")


class Trimmed:
    """Mixed into a form field of text: it loses the blanks around it, and nothing else."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.strip = False

    def to_python(self, value: Any) -> Any:
        return super().to_python(trimmed(value) if isinstance(value, str) else value)  # type: ignore[misc]


class TextField(Trimmed, forms.CharField):
    pass


class EmailField(Trimmed, forms.EmailField):
    widget = AddressInput
    default_validators = [validate_address]


class UrlField(Trimmed, forms.URLField):
    def to_python(self, value: Any) -> Any:
        address = trimmed(value) if isinstance(value, str) else ""
        if len(address) > LONGEST_ADDRESS or _UNSEEN.search(address):  # which reading an address would drop
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if isinstance(value, str):
            refuse_unseen_host(trimmed(value))
        return super().to_python(value)


class NumberField(forms.Field):
    """A number from ``least`` to ``most``; cleans to ``int`` or, with ``places`` decimals, to ``Decimal``."""

    widget = forms.TextInput

    def __init__(self, *, least: Decimal | int, most: Decimal | int, places: int = 0, required: bool) -> None:
        super().__init__(required=required)
        self.least, self.most, self.places = least, most, places
        self.widget.attrs |= {"inputmode": "decimal" if places else "numeric", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int | float | Decimal):
            return value
        number = Decimal(str(value))
        return written(number, current_style(), self.places) or current_style().write(number)

    def read(self, text: str) -> Decimal:
        return read_number(text, current_style(), self.places, lambda one: self.least <= one <= self.most)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        number = bounded(self.read(text), text, self.least, self.most, self.places)
        return number if self.places else int(number)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


class PercentField(NumberField):
    """A whole number of per cent, with or without the sign."""

    def read(self, text: str) -> Decimal:
        return read_percent(text, current_style())


class CurrencySelect(forms.Select):
    """Offers some hundred and fifty currencies; drawn in one go, since Django renders a template for each option."""

    template_name = "fields/currency.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super(forms.widgets.ChoiceWidget, self).get_context(name, value, attrs)
        groups = (
            f'<optgroup label="{escape(heading)}">{"".join(_option(*one, value) for one in offered)}</optgroup>'
            for heading, offered in currency_groups(value if value in known_codes() else "")
        )
        context["widget"]["options"] = mark_safe("".join(groups))
        return context


def _option(code: str, label: str, chosen: Any) -> str:
    return f'<option value="{escape(code)}"{" selected" if code == chosen else ""}>{escape(label)}</option>'


class MoneyWidget(forms.MultiWidget):
    template_name = "fields/money.html"
    use_fieldset = False  # one label, that of the amount

    def __init__(self) -> None:
        amount = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        currency = CurrencySelect(attrs={"aria-label": _("Currency")})
        super().__init__({"": amount, "currency": currency})

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, Money):
            return [write_amount(value), value.currency]
        return [None, current_tenant().currency]


class MoneyField(forms.MultiValueField):
    """An amount and its currency; cleans to ``Money`` or ``None``."""

    def __init__(self, *, required: bool) -> None:
        parts = (forms.CharField(required=False, max_length=60), forms.CharField(required=False, max_length=10))
        super().__init__(parts, widget=MoneyWidget(), required=required, require_all_fields=False)

    def compress(self, data_list: list[Any]) -> Money | None:
        text, code = data_list or (None, None)
        if not text:
            return None
        chosen = known_currency(code) if code else current_tenant().currency
        money = read_amount(text, current_style(), chosen)
        if code and money.currency != chosen and currency_words(text):
            raise ValidationError(
                _("“%(text)s” is in %(written)s, but %(chosen)s is chosen. Choose %(written)s, or leave it out here.")
                % {"text": text, "written": money.currency, "chosen": chosen}
            )
        return money

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.clean(data)
        except ValidationError:
            return True


class _AsTyped:
    """Mixed into a control with a calendar: what that cannot show stands in it as text, instead of being dropped."""

    format: str | None

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)  # type: ignore[misc]
        shown = context["widget"]["value"]
        if shown and not self._shows(shown):
            context["widget"]["type"] = "text"
        return context

    def _shows(self, text: str) -> bool:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return False
        is_local = _LOCAL.fullmatch(text) is not None
        return is_local and (len(text) == _DAY_LENGTH or not is_doubled(timezone.make_aware(moment)))


class DayInput(_AsTyped, forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(_AsTyped, forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format=MOMENT_FORMAT)


class DayField(forms.Field):
    """A day; browsers send it as ISO, and what was typed where they offer no calendar is read as the person writes."""

    widget = DayInput

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        return read_only_day(str(value), current_style())

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


class MomentField(forms.Field):
    """A moment in the person's time zone, to the minute; in the hour that the clock shows twice it says which one."""

    widget = MomentInput

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, datetime) or not timezone.is_aware(value):
            return value
        local = timezone.localtime(value)
        return local.isoformat(" ", "minutes") if is_doubled(local) else local

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        return read_moment(str(value), current_style(), timezone.get_current_timezone())

    def has_changed(self, initial: Any, data: Any) -> bool:
        shown = self.prepare_value(initial)
        if data == (shown.strftime(MOMENT_FORMAT) if isinstance(shown, datetime) else shown):
            return False  # the seconds are not shown
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True
