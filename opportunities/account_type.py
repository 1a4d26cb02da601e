"""The type of an opportunity's account: a filter, to which the report of accounts by type links."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.users.models import Membership


class AccountType(kinds.ChoiceOf):
    """An opportunity whose account lies in the recycle bin, or that has none, has no such type."""

    sortable = False

    def value(self, spec: FieldSpec, record: Any) -> Any:
        account = record.account
        return self.row(account.type_id) if account is not None and account.deleted_at is None else None

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        return ("account",)

    def empty(self, spec: FieldSpec) -> Q:
        return Q(account_id__isnull=True) | Q(account__deleted_at__isnull=False)

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        same = Q(account__type_id__in=self.read(values, actor), account__deleted_at__isnull=True)
        return self.empty(spec) | ~same if operator == "not" else same


ACCOUNT_TYPE = FieldSpec(
    "account_type",
    _("Account type"),
    AccountType("account_type"),
    attr="account__type",
    on_create=False,
    on_edit=False,
    importable=False,
)
