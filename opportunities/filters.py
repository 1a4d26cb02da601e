"""Finding opportunities by what is no field of their own, and stands in no column of a list."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.models import Contact
from crm.fields import kinds
from crm.fields.currencies import known_currency
from crm.fields.kinds.base import text_in
from crm.fields.spec import FieldSpec, Kind, Predicate
from crm.picklists.selectors import choice, ids_meaning
from crm.users.access import reach
from crm.users.models import Membership
from opportunities.look import CurrencyLook
from opportunities.models import OpportunityContact
from opportunities.picklists import LOSS_REASON


class AccountType(kinds.OfLinked, kinds.ChoiceOf):
    """The type of the account."""


# A filter, to which the report of accounts by type links.
ACCOUNT_TYPE = FieldSpec(
    "account_type",
    _("Account type"),
    AccountType(Account.type_key, "account_type"),
    attr="account__type",
    on_create=False,
    on_edit=False,
    importable=False,
)


class Involved(kinds.Lookup):
    """The main contact, and whoever else plays a part. A filter only: the page of the opportunity shows them all."""

    grouping = ""
    sortable = False

    def value(self, spec: FieldSpec, record: Any) -> None:
        return None

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        return ()

    def empty(self, spec: FieldSpec) -> Q:
        return ~Q(pk__in=_ids_of(OpportunityContact.objects.all()))

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        same = Q(pk__in=_ids_of(self._parts_of(values, actor)))
        return ~same if operator == "not" else same

    def is_empty(self, spec: FieldSpec, record: Any) -> bool:
        """Its parts are looked up."""
        return not OpportunityContact.objects.filter(opportunity=record.pk).exists()

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        """A record's parts are looked up."""
        parts = self._parts_of(values, actor)
        return lambda record: parts.filter(opportunity=record.pk).exists() != (operator == "not")

    def _parts_of(self, values: list[str], actor: Membership) -> QuerySet[OpportunityContact]:
        return self._parts(actor).filter(contact__in=self.read(values, actor))

    def _parts(self, actor: Membership) -> QuerySet[OpportunityContact]:
        """The parts of those whom ``actor`` may see; the main contact has one too."""
        parts, seen = OpportunityContact.objects.all(), reach(actor, self.key, path="contact__")
        return parts if seen is None else parts.filter(seen)

    def _seen(self, spec: FieldSpec, actor: Membership) -> Q | None:
        return None if reach(actor, self.key) is None else Q(pk__in=_ids_of(self._parts(actor)))

    def _sees(self, spec: FieldSpec, record: Any, actor: Membership) -> bool:
        return self._parts(actor).filter(opportunity=record.pk).exists()


def _ids_of(parts: QuerySet[OpportunityContact]) -> QuerySet[Any]:
    return parts.values("opportunity_id")


# A filter, to which the page of a contact links.
INVOLVED_CONTACT = FieldSpec(
    "involved_contact",
    _("Involved contact"),
    Involved(Contact.type_key),
    on_create=False,
    on_edit=False,
    importable=False,
)


class LossClass(kinds.Fixed):
    """Whose failure the loss was: what its reason means."""

    grouping = ""
    sortable = False
    operators = ("is", "not", "empty", "filled")

    def __init__(self) -> None:
        super().__init__(LOSS_REASON.meanings)

    def value(self, spec: FieldSpec, record: Any) -> str:
        reason = choice(record.loss_reason_id) if record.loss_reason_id else None
        return reason.meaning if reason and reason.meaning in self.labels else ""

    def empty(self, spec: FieldSpec) -> Q:
        return ~self._of(*self.labels)

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        same = self._of(*self.read(values))
        return ~same if operator == "not" else same

    def is_empty(self, spec: FieldSpec, record: Any) -> bool:
        return not self.value(spec, record)

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        wanted = self.read(values)
        return lambda record: (self.value(spec, record) in wanted) != (operator == "not")

    def _of(self, *meanings: str) -> Q:
        return Q(loss_reason_id__in=ids_meaning("loss_reason", *meanings))


class CurrencyOf(Kind):
    """The currency of the amount. A filter, to which the charts of reports lead: a length is of one currency."""

    sortable = False
    operators = ("is", "not")

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> str:
        return known_currency(text_in(sent))

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z]{3}$", "description": "An ISO 4217 code."}

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        same = Q(currency__in=[known_currency(value) for value in values])
        return ~same if operator == "not" else same

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        wanted = {known_currency(value) for value in values}
        return lambda record: (record.currency in wanted) != (operator == "not")


CURRENCY = FieldSpec(
    "currency",
    _("Currency"),
    CurrencyOf(),
    on_create=False,
    on_edit=False,
    importable=False,
    follows=("amount",),
    look=CurrencyLook,
)


SET_BY_HAND = FieldSpec(
    "probability_overridden",
    _("Probability set by hand"),
    kinds.Flag(),
    follows=("probability",),
    on_create=False,
    on_edit=False,
    importable=False,
)


LOSS_CLASS = FieldSpec(
    "loss_class",
    _("Class of loss"),
    LossClass(),
    attr="loss_reason",
    on_create=False,
    on_edit=False,
    importable=False,
)
