"""A mailing list as a field of a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crm.fields.kinds.choice import OneOf
from crm.fields.spec import FieldSpec
from crm.mailing_lists.models import MailingList
from crm.mailing_lists.selectors import mailing_list, mailing_lists
from crm.users.models import Membership


class ListOf(OneOf):
    """One of the mailing lists."""

    def rows(self, actor: Membership, *, active_only: bool = True) -> Sequence[MailingList]:
        return mailing_lists(active_only=active_only)

    def row(self, row_id: UUID) -> MailingList:
        return mailing_list(row_id)


def lists_to_choose(label: Any) -> tuple[FieldSpec, ...]:
    """The field ``mailing_list`` for a form; none where a workspace has no lists."""
    return (FieldSpec("mailing_list", label, ListOf()),) if mailing_lists() else ()


def chosen_lists(values: dict[str, Any]) -> list[MailingList]:
    """What was chosen in that field, as services take it."""
    chosen = values.get("mailing_list")
    return [chosen] if chosen is not None else []
