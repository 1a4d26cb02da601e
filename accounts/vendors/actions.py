"""The buttons that make a vendor of an account, and an account of a vendor that was one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.vendors.models import Vendor
from accounts.vendors.moving import account_before
from crm import catalogue
from crm.catalogue.types import Action
from crm.users.access import can, may
from crm.users.models import Membership


def _may_move(actor: Membership, account: Account) -> bool:
    return may(actor, "create", Vendor.type_key) and can(actor, "delete", account)


def _may_move_back(actor: Membership, vendor: Vendor) -> bool:
    return can(actor, "delete", vendor) and account_before(vendor, actor) is not None


VENDOR_ACTIONS = (
    Action(
        "move_back",
        _("Move back to accounts"),
        "undo-2",
        "vendors:moving_back",
        _may_move_back,
        method="DELETE",
        order=80,
        in_menu=True,
    ),
)

catalogue.add_action(
    Account.type_key,
    Action(
        "move_to_vendors",
        _("Move to vendors"),
        "truck",
        "vendors:moving",
        _may_move,
        dialog=True,
        order=80,
        in_menu=True,
    ),
)
