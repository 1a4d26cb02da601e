"""Moving many accounts to the vendors at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.fields import ACCOUNT_FIELDS
from accounts.models import Account
from accounts.vendors.models import Vendor
from accounts.vendors.moving import Plan, followers, move_account, move_back, plan_move, refuse_held
from crm import catalogue
from crm.catalogue.actions import Became, BulkAction, Outcome
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.ground.ids import uuid7
from crm.users.access import can, may
from crm.users.models import Membership

NEW, FOLLOW = "vendors.new", "follow"


def told_plan(plan: Plan, count: int) -> tuple[str, ...]:
    """What is said of a vendor that an account becomes: who follows, and what has no field there."""
    told = []
    if count:
        told.append(ngettext("%(count)s contact follows", "%(count)s contacts follow", count) % {"count": count})
    if plan.described:
        told.append(gettext("in the description: %(fields)s") % {"fields": ", ".join(plan.described)})
    return tuple(told)


def _outcome(account: Account, vendor_id: UUID, plan: Plan, count: int, doubts: tuple[str, ...] = ()) -> Outcome:
    became = Became(Vendor.type_key, vendor_id, account.name, Became.NEW, told_plan(plan, count))
    return Outcome({NEW: 1, FOLLOW: count}, doubts, (became,))


def _move(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> Outcome:
    plan, count = plan_move(record, actor), followers(record)
    vendor = move_account(record, actor=actor, because=because, plan=plan)
    return _outcome(record, vendor.pk, plan, count)


class Rehearsal:
    """Says account by account what it would become; writes nothing, and needs to remember nothing."""

    def __init__(self, actor: Membership, values: dict[str, Any]) -> None:
        self.actor = actor

    def __call__(self, account: Any, /) -> Outcome:
        refuse_held(account, self.actor)
        plan = plan_move(account, self.actor)
        if plan.problems:
            raise ValidationError(list(plan.problems))
        objection = catalogue.objection(catalogue.record_type(Vendor.type_key), self.actor, plan.values)
        doubts = (objection.text,) if objection is not None else ()
        return _outcome(account, uuid7(), plan, followers(account), doubts)

    def expect(self, accounts: Sequence[Any], /) -> None:
        return None

    def news(self) -> list[Any]:
        return []

    def recall(self, news: list[Any], /) -> None:
        return None


def _take_back(record_type: RecordType, record: Any, done: Event, actor: Membership, /) -> dict[str, int]:
    vendor = Vendor.objects.select_for_update(of=("self",)).filter(pk=done.data.get("vendor")).first()
    if vendor is None:
        return {"same": 1}
    if not can(actor, "delete", vendor):
        raise ValidationError(gettext("You may not delete the vendor that it became."))
    move_back(vendor, actor=actor)
    return {"changed": 1}


MOVE_TO_VENDORS = BulkAction(
    "move_to_vendors",
    _("Move to vendors"),
    "truck",
    _("Move %(count)s %(records)s to the vendors"),
    _move,
    verb="delete",
    shown=lambda actor: may(actor, "create", Vendor.type_key),
    help=_(
        "Each becomes a vendor; its contacts, activities and files follow. "
        "Accounts with opportunities stay accounts. You first see what would happen."
    ),
    order=60,
    tells={
        NEW: ngettext_lazy("new vendor", "new vendors", "n"),
        FOLLOW: ngettext_lazy("contact follows", "contacts follow", "n"),
    },
    rehearse=Rehearsal,
    makes=(Vendor.type_key,),
    reads=tuple(spec.name for spec in ACCOUNT_FIELDS if spec.on_edit),
    undoes=True,
    take_back=_take_back,
    undo_heading=_("Move %(count)s %(records)s back from the vendors"),
    undone=_("%(count)s %(records)s moved back from the vendors"),
)


def account_actions(record_type: RecordType) -> Iterable[BulkAction]:
    return (MOVE_TO_VENDORS,) if record_type.key == Account.type_key else ()


catalogue.add_bulk_actions(account_actions)
