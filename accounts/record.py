"""The account as a record type."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.duplicates import ACCOUNTS, compared, objections_to_accounts
from accounts.fields import ACCOUNT_FIELDS
from accounts.headers import HEADERS
from accounts.keys import ACCOUNT_KEYS, ACCOUNT_MOVES, CUSTOMER_SINCE
from accounts.look import life_line
from accounts.models import Account
from accounts.picklists import AccountType
from accounts.services import (
    create_account,
    delete_account,
    prepare_account,
    restore_account,
    take_type_back,
    update_account,
)
from crm import catalogue
from crm.catalogue.searched import NAME, Searched, several_numbers
from crm.catalogue.types import Badge, DefaultView, Panel, RecordType, Section
from crm.fields.currencies import find_currencies_in
from crm.records.duplicates import find_each, load_duplicates
from crm.users.access import can
from crm.users.models import Membership

SEARCHED = Searched(
    parts=(NAME, ("website", "domain"), ("phone", "phone_key"), ("phone", several_numbers("phone"))),
    called=(NAME, ("website", "domain")),
    phones=(("phone", "phone_key"),),
    notes=("city", "owner"),
    state="type",
)
_COLUMNS = ("name", "type", "industry", "owner", "phone", "city", "country", "updated_at")
_CUSTOMER_COLUMNS = ("name", "type_since", "industry", "owner", "annual_revenue", "contract_ends_on", "country")


def badges(account: Account) -> list[Badge]:
    """What stands beside the name of an account."""
    lost_only = Badge(_("Lost only"), "danger", title=_("Every opportunity of this account was lost."))
    return [lost_only] if account.lost_only else []


def load_life(actor: Membership, account: Account) -> dict[str, Any]:
    """What the account is and was to us, since when and why."""
    return {
        "account": account,
        "chapters": life_line(account, actor),
        "may_change": can(actor, "edit", account),
    }


def load_alike(actor: Membership, account: Account) -> dict[str, Any] | None:
    return load_duplicates(find_each(actor, [(ACCOUNTS, compared(account), [account.pk])]))


def _of_type(meaning: AccountType) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return (("type", "is", (f"meaning:{meaning}",)),)


ACCOUNT = RecordType(
    key="accounts",
    noun="account",
    headers=HEADERS,
    model=Account,
    label=_("Account"),
    label_plural=_("Accounts"),
    icon="building-2",
    urls="accounts.urls",
    order=20,
    shortcut="a",
    is_company=True,
    told_apart_by=("website", "city"),
    brought_along=(
        "website",
        "phone",
        "industry",
        "employees",
        "annual_revenue",
        "street",
        "city",
        "region",
        "postal_code",
        "country",
        "external_id",
    ),
    searched=SEARCHED,
    panels=(
        Panel("life", "accounts/life_panel.html", load_life, order=10),
        Panel("duplicates", "pages/duplicates_panel.html", load_alike, order=15),
    ),
    description=_("An account is a company you sell to: a prospect until you win an opportunity, then a customer."),
    fields=ACCOUNT_FIELDS,
    sections=(
        Section(_("Company"), ("name", "type", "industry", "website", "phone", "parent")),
        Section(_("Size"), ("employees", "annual_revenue", "founded", "contract_ends_on")),
        Section(_("Address"), ("street", "city", "region", "postal_code", "country")),
        Section(_("More"), ("description", "owner", "team", "tags", "external_id")),
    ),
    columns=_COLUMNS,
    headline=("type", "industry", "website", "phone", "owner", "tags"),
    create=create_account,
    update=update_account,
    delete=delete_account,
    restore=restore_account,
    sort="name",
    prepare=prepare_account,
    set_by_move=("type",),
    move_back=take_type_back,
    natural_keys=ACCOUNT_KEYS,
    unknown_in_files=("type_since",),
    moves=ACCOUNT_MOVES,
    splits=(CUSTOMER_SINCE,),
    objections=objections_to_accounts,
    alike=ACCOUNTS,
    badges=badges,
    views=(
        DefaultView(
            _("Active customers"),
            _of_type(AccountType.CUSTOMER),
            _CUSTOMER_COLUMNS,
            "name",
            is_default=True,
        ),
        DefaultView(_("Prospective accounts"), _of_type(AccountType.PROSPECT), _COLUMNS, "name"),
        DefaultView(_("All accounts"), (), _COLUMNS, "name"),
        DefaultView(_("My accounts"), (("owner", "is", ("me",)),), _COLUMNS, "name"),
        DefaultView(_("Past customers"), _of_type(AccountType.PAST_CUSTOMER), _CUSTOMER_COLUMNS, "name"),
        DefaultView(_("Lost only"), (("lost_only", "is", ("yes",)),), _COLUMNS, "name"),
    ),
    fixed_first=("type", "industry", "owner", "country", "lost_only"),
)


catalogue.register(ACCOUNT)
find_currencies_in(Account, where="deleted_at IS NULL AND currency <> ''")
