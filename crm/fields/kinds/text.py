"""Text, and what is written as text: addresses, numbers to call, links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from crm.fields.kinds.base import text_in
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec, Kind, Predicate
from crm.ground.addresses import email_key, refuse_unseen_host, validate_address
from crm.ground.text import one_line, sort_key
from crm.keys.firms import company_key, company_start
from crm.keys.phones import phone_key
from crm.users.models import Membership


def refuse_nul(text: str) -> str:
    """PostgreSQL cannot store U+0000; everything else is kept as typed."""
    if "\x00" in text:
        raise ValidationError(_("Null characters are not allowed."))
    return text


def refuse_to_look_for(text: str) -> NoReturn:
    raise ValidationError(_("“%(text)s” cannot be looked for.") % {"text": text})


class Text(Kind):
    """One line. It is searched and ordered by a normalised column that ``fill_key`` fills: the one that ``key`` names,
    or else ``<column>_key`` beside it. What is ``exact`` has none: an id of another system.
    """

    operators: tuple[str, ...] = ("is", "not", "starts", "empty", "filled")

    def __init__(self, max_length: int = 200, *, key: str = "", exact: bool = False) -> None:
        self.max_length = max_length
        self.key = key
        self.exact = exact

    @property
    def is_grouped_by_key(self) -> bool:  # type: ignore[override]
        return not self.exact

    def grouped_by(self, spec: FieldSpec, actor: Membership) -> Any:
        """By the key; a text of which none is left ("!!!") by itself, behind a blank, with which no key begins."""
        key = self.key_of(spec)
        if self.exact:
            return key
        without = Q(**{key: ""}) & ~Q(**{spec.column: ""})
        by_itself = Concat(Value(" "), F(spec.column), output_field=TextField())
        return Case(When(without, then=by_itself), default=F(key), output_field=TextField())

    def key_of(self, spec: FieldSpec) -> str:
        """The column to search and order by."""
        return spec.column if self.exact else self.key or f"{spec.column}_key"

    def fill_key(self, spec: FieldSpec, record: Any) -> None:
        if not self.exact:
            setattr(record, self.key_of(spec), self.kept_key(getattr(record, spec.column)))

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> str:
        return self.checked(text)

    def checked(self, text: str) -> str:
        """``text``, which is not empty, as it is kept; raises ``ValidationError``."""
        text = self.clean(text)
        if len(text) > self.max_length:
            raise ValidationError(_("Longer than %(limit)s characters.") % {"limit": self.max_length})
        return refuse_nul(text)

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> str:
        text = self.clean(text_in(sent))
        return self.checked(text) if text else ""

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length}

    def clean(self, text: str) -> str:
        """``text`` as it is kept."""
        return one_line(text)

    def assign(self, spec: FieldSpec, record: Any, value: Any) -> None:
        setattr(record, spec.column, self.clean(value or ""))

    def told(self, kept: Any) -> str:
        return str(kept)  # "2026-11-21" too: it is no day here

    def empty(self, spec: FieldSpec) -> Q:
        return Q(**{spec.column: ""})

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        return (self.key_of(spec),)

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        column = self.key_of(spec)
        if operator == "starts":
            condition = Q()
            for value in values:
                condition |= self.starting(column, value)
            return condition
        keys, texts = self.looked_for(values)
        same = Q(**{f"{column}__in": keys})
        if texts:
            same |= Q(**{column: "", f"{spec.column}__in": texts})
        return ~same if operator == "not" else same

    def looked_for(self, values: list[str]) -> tuple[list[str], list[str]]:
        """The keys of ``values``; and those of which no key is left, which are found as they are written."""
        if self.exact:
            return values, []
        keys = {value: self.kept_key(value) for value in values}
        return [key for key in keys.values() if key], [self.written(value) for value, key in keys.items() if not key]

    def written(self, text: str) -> str:
        """A ``text`` without a key as it is kept; raises ``ValidationError`` for one that is found by its key alone."""
        if not (kept := self.clean(text)):
            refuse_to_look_for(text)
        return kept

    def starting(self, column: str, text: str) -> Q:
        return Q(**{f"{column}__prefix": text if self.exact else self.read_key(text)})

    def is_empty(self, spec: FieldSpec, record: Any) -> bool:
        return not self.value(spec, record)

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        if operator == "starts":
            begun = [self.beginning(value) for value in values]
            return lambda record: any(begins(self.kept_key(self.value(spec, record))) for begins in begun)
        keys, texts = map(set, self.looked_for(values))

        def is_one(record: Any) -> bool:
            text = self.value(spec, record)
            key = self.kept_key(text)
            return key in keys or (not key and text in texts)

        return lambda record: is_one(record) != (operator == "not")

    def beginning(self, text: str) -> Callable[[str], bool]:
        """``starting`` for keys in memory."""
        begun = text if self.exact else self.read_key(text)
        return lambda key: key.startswith(begun)

    def split(self, text: str) -> list[str]:
        return [text]

    def to_key(self, text: str) -> str:
        """What ``text`` is looked for by."""
        return sort_key(text)

    def kept_key(self, text: str) -> str:
        """What stands in the column to search by for the value ``text``."""
        return text if self.exact else self.to_key(text)

    def read_key(self, text: str) -> str:
        """``to_key`` for what a text starts with: one of which nothing is left would find everything."""
        return self.to_key(text) or refuse_to_look_for(text)


class Company(Text):
    """A company's name, found with and without its legal form; the key column holds ``company_key`` of it."""

    def __init__(self, key: str = "company_key") -> None:
        super().__init__(300, key=key)

    def to_key(self, text: str) -> str:
        return company_key(text)

    def starting(self, column: str, text: str) -> Q:
        begun, legal_form_begun = company_start(text)
        if not begun:
            return super().starting(column, text)
        condition = Q(**{f"{column}__prefix": begun})
        return condition | Q(**{column: legal_form_begun}) if legal_form_begun else condition

    def beginning(self, text: str) -> Callable[[str], bool]:
        begun, legal_form_begun = company_start(text)
        if not begun:
            return super().beginning(text)
        return lambda key: key.startswith(begun) or bool(legal_form_begun and key == legal_form_begun)


class LongText(Text):
    """Several lines."""

    operators = ("empty", "filled")
    longest = 1_000_000  # only counted
    sortable = False

    def __init__(self, max_length: int = 20_000) -> None:
        super().__init__(max_length, exact=True)

    def clean(self, text: str) -> str:
        return text


class Email(Text):
    def __init__(self, key: str = "email_key") -> None:
        super().__init__(254, key=key)

    def to_key(self, text: str) -> str:
        return email_key(text) or text.strip().casefold()

    def kept_key(self, text: str) -> str:
        return email_key(text)[:254]

    def checked(self, text: str) -> str:
        validate_address(text)
        return super().checked(text)

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return super().schema(spec) | {"anyOf": [{"const": ""}, {"format": "idn-email"}]}


class Phone(Text):
    """Kept as typed; found by its key column, E.164 where the number can be read."""

    def __init__(self, key: str = "phone_key") -> None:
        super().__init__(50, key=key)

    def to_key(self, text: str) -> str:
        return phone_key(text)

    def dialled(self, record: Any, value: str) -> str:
        return getattr(record, self.key) or value


class Url(Text):
    """A web address; ``https://`` is added when it was left out."""

    def __init__(self, key: str = "") -> None:
        super().__init__(500, key=key)

    def checked(self, text: str) -> str:
        address = text if "://" in text else f"https://{text}"
        refuse_unseen_host(address)
        URLValidator(schemes=["http", "https"])(address)
        return super().checked(address)

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return super().schema(spec) | {"anyOf": [{"const": ""}, {"format": "iri"}]}
