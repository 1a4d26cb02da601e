"""The kinds of a workspace's own fields: the built-in ones, with the value in JSON and filters over typed rows.

A value is read from and written to ``record.custom[key]``. A filter compares the column of ``CustomValue`` that the
kind names (``row_column``) and finds records by their ids; a kind whose field keeps no rows offers no filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from crm.fields.kinds.base import refuse_shape
from crm.fields.kinds.choice import ChoiceOf, Flag, OneOf, Person
from crm.fields.kinds.number import STORED, MoneyKind, Number
from crm.fields.kinds.text import Email, LongText, Phone, Text, Url, refuse_nul, refuse_to_look_for
from crm.fields.kinds.time import Date
from crm.fields.models import CustomField, CustomValue, FieldKind
from crm.fields.money import Money
from crm.fields.parsing import ParseContext
from crm.fields.reading import Style, read_plain_or_percent
from crm.fields.spec import FieldSpec, Kind
from crm.ground.text import sort_key
from crm.keys.phones import phone_key
from crm.picklists.selectors import default_choice
from crm.ui import format as formats
from crm.ui.paging import Ordering, Ranking
from crm.users.models import Membership

PLACES = 4  # digits after the point that a number may have
LARGEST = 10**11  # with those, a number that JSON and a bigint both keep exactly


class Stored(Kind):
    """Mixed into a built-in kind: where the value stands, and how it is found.

    Two of the same field are equal, so that what is built from specs can be kept across requests.
    """

    row_column = ""
    nothing: Any = None  # the value of a record that has none
    can_sort = False

    def grouped_by(self, spec: FieldSpec, actor: Membership) -> Any:
        return ""

    def __init__(self, field: CustomField, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.field_id = field.pk
        self.json_key = field.key
        self.offered = field.is_filterable and field.is_indexed and bool(self.row_column)
        self.operators = type(self).operators if self.offered else ()
        self.sortable = self.offered and self.can_sort

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stored) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[Any, ...]:
        return (type(self), self.field_id, self.json_key, self.offered)

    def read_kept(self, kept: Any) -> Any:
        """The Python value of what ``record.custom`` keeps; ``nothing`` when it means nothing any more."""
        return kept

    def kept(self, value: Any) -> Any:
        """What ``record.custom`` keeps of ``value``; raises ``ValidationError`` for what it cannot be."""
        return value

    def typed_row(self, kept: Any) -> dict[str, Any]:
        """The typed columns of what JSON keeps."""
        return {self.row_column: kept}

    def attributes(self, spec: FieldSpec) -> tuple[str, ...]:
        return ()

    def value(self, spec: FieldSpec, record: Any) -> Any:
        kept = record.custom.get(self.json_key)
        return self.nothing if kept is None else self.read_kept(kept)

    def assign(self, spec: FieldSpec, record: Any, value: Any) -> None:
        # A new dictionary: the old one is what the record is compared with afterwards.
        custom = {key: kept for key, kept in record.custom.items() if key != self.json_key}
        if value is not None and value is not False and value != "":  # 0 is a value
            custom[self.json_key] = self.kept(value)
        record.custom = custom

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        return ()

    def typed_rows(self) -> QuerySet[CustomValue]:
        return CustomValue.objects.filter(field_id=self.field_id)

    def empty(self, spec: FieldSpec) -> Q:
        return ~Q(pk__in=self.typed_rows().values("record_id"))

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        positive = "is" if operator == "not" else operator
        found = Q(pk__in=self.typed_rows().filter(self.on_row(spec, positive, values, actor)).values("record_id"))
        return ~found if operator == "not" else found

    def on_row(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """The condition as one on the typed row."""
        return super().compare(replace(spec, attr=self.row_column), operator, values, actor)

    @property
    def row_columns(self) -> tuple[str, ...]:
        """What rows are ordered by."""
        return (self.row_column,)

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        return tuple(f"order_{spec.name}_{column}" for column in self.row_columns)

    def ordering(
        self, spec: FieldSpec, descending: bool, filters: Sequence[tuple[str, list[str]]], actor: Membership
    ) -> Ordering:
        """By the typed rows, of which there is one for each record that has a value."""
        rows = self.typed_rows()
        for operator, values in filters:
            if operator not in ("not", "empty", "filled"):  # else the database looks for them from the wrong end
                rows = rows.filter(self.on_row(spec, operator, values, actor))
        ranking = Ranking(rows, dict(zip(self.order(spec), self.row_columns, strict=True)), "record_id")
        return replace(super().ordering(spec, descending, filters, actor), ranking=ranking)


class CustomText(Stored, Text):
    row_column = "v_text"
    nothing = ""
    can_sort = True

    def __init__(self, field: CustomField, *args: Any, **options: Any) -> None:
        super().__init__(field, *args, key=self.row_column, **options)

    def kept(self, value: Any) -> str:
        return refuse_nul(self.clean(str(value)))

    def typed_row(self, kept: Any) -> dict[str, Any]:
        return {self.row_column: self.to_key(kept)}

    def kept_key(self, text: str) -> str:
        return self.to_key(text)

    def written(self, text: str) -> str:
        refuse_to_look_for(text)  # the row has the key alone

    def fill_key(self, spec: FieldSpec, record: Any) -> None:
        """The row has it."""


class CustomLongText(Stored, LongText):
    nothing = ""

    def kept(self, value: Any) -> str:
        return refuse_nul(str(value))


class CustomUrl(CustomText, Url):
    pass


class CustomEmail(CustomText, Email):
    pass


class CustomPhone(CustomText, Phone):
    can_sort = False

    def to_key(self, text: str) -> str:
        return phone_key(text) or sort_key(text)

    def dialled(self, record: Any, value: str) -> str:
        return phone_key(value) or value


class CustomNumber(Stored, Number):
    """A number with up to four digits after the point; the row counts its ten-thousandths."""

    row_column = "v_int"
    can_sort = True
    places = PLACES

    def __init__(self, field: CustomField) -> None:
        super().__init__(field)

    def words(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else formats.number_exact(Decimal(str(value)))

    def number(self, text: str, style: Style) -> Decimal:
        return read_plain_or_percent(text, style, self.places)

    def text(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else f"{Decimal(str(value)):f}"  # no 1e-05

    def exported(self, spec: FieldSpec, record: Any) -> tuple[Any, ...]:
        value = self.value(spec, record)
        return (None if value is None else Decimal(str(value)),)

    def kept(self, value: Any) -> int | float:
        exact = Decimal(str(value))
        if not exact.is_finite() or abs(exact) >= LARGEST or exact != round(exact, PLACES):
            raise ValidationError(
                _("“%(text)s” is not a number below a hundred billion with at most four decimal places.")
                % {"text": value}
            )
        return int(exact) if exact == exact.to_integral_value() else float(exact)

    def dump(self, spec: FieldSpec, value: Any) -> int | float | None:
        return None if value is None else self.kept(value)

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> int | float | None:
        if sent is None:
            return None
        if isinstance(sent, bool) or not isinstance(sent, int | float):
            refuse_shape(sent, _("a number or null"))
        if abs(sent) >= LARGEST:  # also what is infinite, or too long to be written
            raise ValidationError(_("This number is too large."))
        return self.kept(sent)

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {
            "type": ["number", "null"],
            "exclusiveMinimum": -LARGEST,
            "exclusiveMaximum": LARGEST,
            "description": f"With at most {PLACES} decimal places.",
        }

    def typed_row(self, kept: Any) -> dict[str, Any]:
        return {self.row_column: self.scaled(Decimal(str(kept)))}

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        return self.kept(self.number(text, context.style(spec.name)))

    def read(self, text: str) -> int:
        return self.scaled(self.kept(self.number(text, STORED)))

    def counted(self, value: Any) -> int:
        return self.scaled(value)

    def scaled(self, number: Decimal | int | float) -> int:
        return int(Decimal(str(number)).scaleb(PLACES))


class CustomMoney(Stored, MoneyKind):
    """The row has the minor units, and the currency beside them."""

    row_column = "v_int"
    can_sort = True

    def __init__(self, field: CustomField) -> None:
        super().__init__(field, currency="v_text")

    def minor(self, spec: FieldSpec) -> str:
        return self.row_column

    @property
    def row_columns(self) -> tuple[str, ...]:
        return ("v_text", "v_int")

    def currency_of(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return value.currency if value else ""

    def read_kept(self, kept: Any) -> Money:
        return Money(kept["minor"], kept["currency"])

    def kept(self, value: Money) -> dict[str, Any]:
        return {"minor": value.minor, "currency": value.currency}

    def typed_row(self, kept: Any) -> dict[str, Any]:
        return {"v_int": kept["minor"], "v_text": kept["currency"]}

    def rows_of(self, records: QuerySet) -> QuerySet[CustomValue]:
        return self.typed_rows().filter(record_id__in=records.order_by().values("pk")).order_by()

    def not_compared(self, spec: FieldSpec, value: str, records: QuerySet, most: int) -> tuple[str, dict[str, int]]:
        return super().not_compared(spec, value, self.rows_of(records), most)

    def sums(self, spec: FieldSpec, records: QuerySet) -> dict[str, int]:
        if not self.offered:
            return {}
        rows = self.rows_of(records).values_list("v_text")
        return {currency: int(total) for currency, total in rows.annotate(total=Sum("v_int"))}


class CustomDate(Stored, Date):
    row_column = "v_date"
    can_sort = True

    def read_kept(self, kept: Any) -> date:
        return date.fromisoformat(kept)

    def kept(self, value: date) -> str:
        return value.isoformat()


class CustomFlag(Stored, Flag):
    """Yes has a row; no is having none, so that records from before the field was made answer no."""

    row_column = "v_int"
    nothing = False

    def typed_row(self, kept: Any) -> dict[str, Any]:
        return {"v_int": 1}

    compare = Flag.compare

    def yes(self, spec: FieldSpec) -> Q:
        return Q(pk__in=self.typed_rows().values("record_id"))


class OneOfStored(Stored, OneOf):
    """What JSON keeps the id of; one that is gone reads as nothing."""

    def row_id(self, spec: FieldSpec, record: Any) -> UUID | None:
        value = self.value(spec, record)
        return None if value is None else value.pk

    def read_kept(self, kept: Any) -> Any:
        try:
            return self.row(UUID(kept))
        except (ObjectDoesNotExist, LookupError):
            return None

    def kept(self, value: Any) -> str:
        return str(value.pk)

    def typed_row(self, kept: Any) -> dict[str, Any]:
        return {f"{self.row_column}_id": UUID(kept)}


class CustomChoice(OneOfStored, ChoiceOf):
    row_column = "v_choice"

    def __init__(self, field: CustomField) -> None:
        super().__init__(field, field.picklist)


class CustomPerson(OneOfStored, Person):
    row_column = "v_person"


_KINDS: dict[str, type[Stored]] = {
    FieldKind.TEXT: CustomText,
    FieldKind.LONG_TEXT: CustomLongText,
    FieldKind.NUMBER: CustomNumber,
    FieldKind.MONEY: CustomMoney,
    FieldKind.DATE: CustomDate,
    FieldKind.YES_NO: CustomFlag,
    FieldKind.CHOICE: CustomChoice,
    FieldKind.PERSON: CustomPerson,
    FieldKind.URL: CustomUrl,
    FieldKind.EMAIL: CustomEmail,
    FieldKind.PHONE: CustomPhone,
}


@dataclass(frozen=True)
class DefaultChoice:
    """What a new record starts with; equal for the same list, as the kinds are."""

    picklist: str

    def __call__(self) -> Any:
        return default_choice(self.picklist)


def stored_kind(field: CustomField) -> Stored:
    return _KINDS[field.kind](field)


def spec_of(field: CustomField) -> FieldSpec:
    """Return ``field`` as what forms, lists, filters, imports, exports and histories are built from."""
    return FieldSpec(
        field.name,
        field.label,
        stored_kind(field),
        required=field.required,
        help=field.help,
        default=DefaultChoice(field.picklist) if field.kind == FieldKind.CHOICE else None,
    )
