"""Finding people by the mailing list that they are on: a type that declares this filter has its records on lists."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.catalogue.types import RecordType
from crm.fields.kinds.base import read_uuids, refuse_shape
from crm.fields.look import Look
from crm.fields.spec import FieldSpec, Kind, Predicate
from crm.mailing_lists.models import MailingListMember
from crm.mailing_lists.selectors import mailing_lists
from crm.users.models import Membership


class OnList(Kind):
    """A filter only: a record's lists are shown beside it, not in a column."""

    grouping = ""
    sortable = False

    def __init__(self, key: str) -> None:
        self.key = key  # of the record type

    def value(self, spec: FieldSpec, record: Any) -> Any:
        return None

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> None:
        if sent is not None:
            refuse_shape(sent, _("null"))

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {"type": "null", "description": "Records are found by it; their lists are no value of theirs."}

    def empty(self, spec: FieldSpec) -> Q:
        return ~Q(pk__in=self._places().values("record_id"))

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        there = Q(pk__in=self._places().filter(mailing_list_id__in=read_uuids(values)).values("record_id"))
        return ~there if operator == "not" else there

    def is_empty(self, spec: FieldSpec, record: Any) -> bool:
        """Its lists are looked up."""
        return not self._places().filter(record_id=record.pk).exists()

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        """A record's lists are looked up."""
        on_one = self._places().filter(mailing_list_id__in=read_uuids(values))
        return lambda record: on_one.filter(record_id=record.pk).exists() != (operator == "not")

    def _places(self) -> Any:
        return MailingListMember.objects.filter(record_type=self.key)


class OnListLook(Look):
    def describe(self, values: list[str], actor: Membership) -> str:
        names = dict(self.options(actor))
        return ", ".join(names.get(value, _("a list that is gone")) for value in values)

    def options(self, actor: Membership) -> list[tuple[str, str]]:
        return [(str(one.pk), one.name) for one in mailing_lists(active_only=False)]


def on_list(key: str) -> FieldSpec:
    """Put it among the ``derived`` fields of the type ``key``: then its records can be on mailing lists, and be found
    by them."""
    return FieldSpec(
        "mailing_list",
        gettext_lazy("Mailing list"),
        OnList(key),
        on_create=False,
        on_edit=False,
        importable=False,
        look=OnListLook,
    )


def can_be_on_lists(record_type: RecordType) -> bool:
    return any(isinstance(spec.kind, OnList) for spec in record_type.derived)
