"""How a field looks: its HTML, its form field, and what a filter by it offers and says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms

from crm.fields.look.markup import marked
from crm.fields.spec import FieldSpec
from crm.users.models import Membership


class Look:
    """The look of one field, made by ``look_of(spec)``; draw many records by one.

    ``numeric`` cells align right; ``wide`` fields take a form's full width; ``order_hint`` is what the head of a column
    says of its order.
    """

    numeric = False
    wide = False
    order_hint: Any = ""

    def __init__(self, spec: FieldSpec) -> None:
        self.spec = spec
        self.kind: Any = spec.kind
        self.value: Callable[[Any], Any] = partial(spec.kind.value, spec)
        self.words: Callable[[Any], str] = partial(spec.kind.words, spec)

    def html(self, record: Any) -> str:
        """The value for a cell or page, escaped, formatted in the person's language; "" when empty."""
        return marked("{}", self.words(record))

    def form_field(self, actor: Membership) -> forms.Field:
        raise NotImplementedError

    def initial(self, record: Any) -> Any:
        """What ``form_field`` starts with for the record."""
        return self.value(record)

    def options(self, actor: Membership) -> list[tuple[str, str]]:
        """What a filter offers to pick from: (value, label); none = type it."""
        return []

    def describe(self, values: list[str], actor: Membership) -> str:
        """The values of a filter as words, for its chip."""
        return ", ".join(values)

    def typed(self, text: str) -> str:
        """What a person typed into the form of a filter, as URLs and saved views hold it: the same to everybody.

        Raises ``ValidationError``. ``describe`` writes it as the person does again.
        """
        return text

    def retyped(self, value: str, actor: Membership) -> str:
        """A value of a filter as ``typed`` takes it, for its form."""
        return self.describe([value], actor)
