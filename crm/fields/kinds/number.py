"""Numbers and money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from crm.fields.currencies import currencies_in_use, known_currency
from crm.fields.kinds.base import refuse_shape, text_in, whole_in
from crm.fields.money import LARGEST_MINOR, Money
from crm.fields.parsing import ParseContext
from crm.fields.reading import (
    NUMBERS,
    PERCENTS,
    Style,
    bounded,
    read_amount,
    read_number,
    read_percent,
)
from crm.fields.spec import FieldSpec, Kind, Predicate
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.ui.paging import Ordering
from crm.users.models import Membership

CURRENCY_SUFFIX = "_currency"  # of the column of a file that holds the currencies of an amount
CANONICAL = Style(".", ",")  # of amounts in URLs and saved views
STORED = Style(".", ",", exact=True)  # of numbers there: 1.234 is one and some decimals


class Number(Kind):
    """A whole number from ``least`` to ``most``."""

    operators = ("is", "from", "to", "empty", "filled")
    reads = NUMBERS
    places = 0  # decimals

    def __init__(self, least: int = 0, most: int = 2**31 - 1) -> None:
        self.least = least
        self.most = most

    def words(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else formats.number(value)

    def exported(self, spec: FieldSpec, record: Any) -> tuple[Any, ...]:
        return (self.value(spec, record),)

    def told(self, kept: Any) -> str:
        return formats.number_exact(Decimal(str(kept)))

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        return int(bounded(self.number(text, context.style(spec.name)), text, self.least, self.most))

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> Any:
        if sent is None:
            return None
        number = whole_in(sent, _("a whole number or null"))
        if not self.least <= number <= self.most:
            words = {"least": self.least, "most": self.most}
            raise ValidationError(_("Expected a whole number from %(least)s to %(most)s.") % words)
        return number

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {"type": ["integer", "null"], "minimum": self.least, "maximum": self.most}

    def number(self, text: str, style: Style) -> Decimal:
        return read_number(text, style, self.places)

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        if operator == "is":
            return Q(**{f"{spec.column}__in": [self.read(value) for value in values]})
        lookup = "gte" if operator == "from" else "lte"
        # Django leaves a bound out that no value of the column can exceed, and with it finds those that have none
        return Q(**{f"{spec.column}__{lookup}": self.bound(operator, values), f"{spec.column}__isnull": False})

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        numbers = [self.read(one) for one in values]

        def compares(record: Any) -> bool:
            value = self.value(spec, record)
            return value is not None and _compared(operator, self.counted(value), numbers)

        return compares

    def bound(self, operator: str, values: list[str]) -> int:
        """That of "from" or "to": of several values the one that lets the most through, as any of them is enough."""
        return (min if operator == "from" else max)(self.read(value) for value in values)

    def counted(self, value: Any) -> int:
        """What stands in the column for ``value``."""
        return int(value)

    def read(self, text: str) -> int:
        """The number of a filter; one between two whole ones finds none, and bounds as it is."""
        return int(bounded(self.number(text, STORED), text, -(2**63), 2**63 - 1))

    def split(self, text: str) -> list[str]:
        return [text]  # 1,000 is one number


class Year(Number):
    """A calendar year, shown without grouping."""

    def __init__(self) -> None:
        super().__init__(1000, 2200)

    def words(self, spec: FieldSpec, record: Any) -> str:
        return self.text(spec, record)

    def told(self, kept: Any) -> str:
        return str(kept)


class Percent(Number):
    """A whole number of per cent, 0 to 100."""

    reads = PERCENTS

    def __init__(self) -> None:
        super().__init__(0, 100)

    def words(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else formats.percent(value / 100)

    def told(self, kept: Any) -> str:
        return formats.percent(kept / 100)

    def number(self, text: str, style: Style) -> Decimal:
        return read_percent(text, style)

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return super().schema(spec) | {"description": "In per cent: 25 is a quarter."}


class MoneyKind(Kind):
    """Two columns: ``<column>_minor`` (bigint) and a currency shared by the record's amounts."""

    operators = ("is", "from", "to", "empty", "filled")
    grouping = ""
    reads = NUMBERS

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

    def words(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else formats.money(value.minor, value.currency)

    def text(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else f"{value.major:f} {value.currency}"

    def headers(self, spec: FieldSpec) -> tuple[str, ...]:
        return (spec.name, f"{spec.name}{CURRENCY_SUFFIX}")

    def exported(self, spec: FieldSpec, record: Any) -> tuple[Any, ...]:
        """A spreadsheet adds up numbers, not texts with a currency."""
        value = self.value(spec, record)
        return (None, "") if value is None else (value.major, value.currency)

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> Money | None:
        if sent is None:
            return None
        wanted = _("an object with “minor” and “currency”, or null")
        if not isinstance(sent, dict) or sent.keys() != {"minor", "currency"}:
            refuse_shape(sent, wanted)
        minor = whole_in(sent["minor"], _("a whole number of minor units"))
        if abs(minor) > LARGEST_MINOR:
            raise ValidationError(_("This amount is too large."))
        return Money(minor, known_currency(text_in(sent["currency"], _("the code of a currency"))))

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {
            "type": ["object", "null"],
            "properties": {
                "minor": {"type": "integer", "minimum": -LARGEST_MINOR, "maximum": LARGEST_MINOR},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            },
            "required": ["minor", "currency"],
            "additionalProperties": False,
            "description": (
                "“minor” counts the smallest unit of “currency”, an ISO 4217 code: 1234 is 12.34 in USD, "
                "1234 in JPY, which has no cents, and 1.234 in KWD, which has three decimals."
            ),
        }

    def history(self, value: Money | None) -> Any:
        return None if value is None else {"minor": value.minor, "currency": value.currency}

    def restored(self, kept: Any) -> Money | None:
        return None if kept is None else Money(kept["minor"], kept["currency"])

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Money:
        return read_amount(text, context.style(spec.name), context.currency)

    def currency_of(self, spec: FieldSpec, record: Any) -> str:
        """The currency that amounts of the record are in, "" where it has none yet."""
        return str(getattr(record, self.currency))

    def empty(self, spec: FieldSpec) -> Q:
        return Q(**{f"{self.minor(spec)}__isnull": True})

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        """By currency first: what is 100 in one is nothing that 100 in another could be compared with."""
        return (self.currency, self.minor(spec))

    def ordering(
        self, spec: FieldSpec, descending: bool, filters: Sequence[tuple[str, list[str]]], actor: Membership
    ) -> Ordering:
        return replace(super().ordering(spec, descending, filters, actor), first=current_tenant().currency)

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """Amounts in a filter are whole units of the tenant's currency, or ``100 EUR``."""
        lookup = {"is": "exact", "from": "gte", "to": "lte"}[operator]
        condition = Q()
        for money in map(self.read, values):
            condition |= Q(**{f"{self.minor(spec)}__{lookup}": money.minor, self.currency: money.currency})
        return condition

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        amounts: dict[str, list[int]] = {}
        for one in map(self.read, values):
            amounts.setdefault(one.currency, []).append(one.minor)

        def compares(record: Any) -> bool:
            value = self.value(spec, record)
            return (
                value is not None
                and value.currency in amounts
                and _compared(operator, value.minor, amounts[value.currency])
            )

        return compares

    def read(self, text: str) -> Money:
        return read_amount(text, CANONICAL, current_tenant().currency)

    def split(self, text: str) -> list[str]:
        return [text]

    def not_compared(self, spec: FieldSpec, value: str, records: QuerySet, most: int) -> tuple[str, dict[str, int]]:
        """The currency of a filter's ``value``; and how many of the first ``most`` of the ``records`` in others have an
        amount, which is not compared with it: by currency."""
        currency = self.read(value).currency
        if currencies_in_use() == [currency]:  # looking for what there is not would read every record
            return currency, {}
        others = records.exclude(**{self.minor(spec): None}).exclude(**{self.currency: currency})
        found = Counter(others.order_by().values_list(self.currency, flat=True)[:most])
        return currency, dict(sorted(found.items()))

    def sums(self, spec: FieldSpec, records: QuerySet) -> dict[str, int]:
        """The sum over ``records`` for each currency, in minor units."""
        rows = records.exclude(**{self.minor(spec): None}).order_by().values_list(self.currency)
        return {currency: int(total) for currency, total in rows.annotate(total=Sum(self.minor(spec)))}


def _compared(operator: str, number: int, wanted: list[int]) -> bool:
    if operator == "is":
        return number in wanted
    return number >= min(wanted) if operator == "from" else number <= max(wanted)
