"""Writing accounts, and what they are to us.

An account's type is set by a person, or by a workflow because of an event (``type_because``). A person may ask for
it to be kept (``type_kept``): workflows then leave it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.events import BECAME, TYPE_CHANGED
from accounts.models import Account
from accounts.selectors import Standing, standing_before
from crm import catalogue
from crm.events.models import Event
from crm.events.types import EventType
from crm.ground.addresses import domain_key
from crm.ground.writes import service
from crm.keys.firms import company_key
from crm.picklists.models import Choice
from crm.picklists.selectors import choice
from crm.records.chains import refuse_circle
from crm.records.hiding import fill_in
from crm.records.services import create_record, delete_record, restore_record, update_derived, update_record
from crm.records.times import refuse_future
from crm.tenants.clock import today
from crm.users.models import Membership


def prepare_account(account: Account) -> None:
    """Fill the keys that lookups compare."""
    account.name = account.name.strip()
    if not account.name:
        raise ValidationError({"name": _("Give the account a name.")})
    account.name_key = company_key(account.name)
    account.domain = domain_key(account.website)[:253]


def create_account(
    *, actor: Membership | None, values: dict[str, Any], because: Event | None = None, **attributes: Any
) -> Account:
    """Create an account from ``values`` (by field name); it is a prospect unless they say otherwise.

    It is so since today; an empty ``type_since`` among ``values`` means that nobody knows since when.
    Raises ``ValidationError`` keyed by field.
    """
    if values.get("type", ...) is None:  # an empty cell of an import means: the usual one
        values = {name: value for name, value in values.items() if name != "type"}
    values = {"type_since": attributes.pop("type_since", None) or today()} | values
    refuse_future("type_since", values["type_since"])
    return create_record(catalogue.record_type("accounts"), actor=actor, values=values, because=because, **attributes)


def update_account(
    account: Account, *, actor: Membership | None, values: dict[str, Any], because: Event | None = None
) -> Event | None:
    """Write what of ``values`` differs; return the event, or None when nothing did.

    A type among them counts as set by hand: it no longer says that a workflow did it. It is so since today, or since
    ``type_since`` (empty: nobody knows).
    """
    fill_in(account)
    refuse_circle(account, "parent", values, circle=_("An account cannot stand below itself."))
    refuse_future("type_since", values.get("type_since"))
    new_type = values.get("type")
    if new_type is not None and new_type.pk != account.type_id:
        standing = Standing(new_type, values.get("type_since", today()))
        others = {name: value for name, value in values.items() if name != "type_since"}
        return _change_type(account, standing, actor=actor, values=others, because=because)
    return update_record(catalogue.record_type("accounts"), account, actor=actor, values=values, because=because)


@service
def take_type_back(
    account: Account,
    /,
    *,
    event: Event,
    values: dict[str, Any],
    actor: Membership | None,
    because: Event | None = None,
) -> Event | None:
    """Give the account the type that it had before ``event``: since then, for that reason, and kept if it was."""
    if values["type"].pk == account.type_id:
        return update_account(account, actor=actor, values=values, because=because)
    before = standing_before(account, event, values["type"])
    return _change_type(account, before, actor=actor, values=values, because=because, undoes=event)


def delete_account(account: Account, *, actor: Membership | None, because: Event | None = None) -> None:
    """Move the account to the recycle bin."""
    delete_record(catalogue.record_type("accounts"), account, actor=actor, because=because)


def restore_account(account: Account, *, actor: Membership | None, because: Event | None = None) -> None:
    """Bring the account back from the recycle bin."""
    restore_record(catalogue.record_type("accounts"), account, actor=actor, because=because)


@service
def set_account_type(*, account: Account, type: Choice, actor: Membership, keep: bool = False) -> Event | None:
    """Make ``account`` a ``type`` because ``actor`` says so; return the event, or None when nothing changed.

    ``keep`` holds on to the type until a person changes it; without it, workflows may change it again.
    """
    lock_account(account)
    if type.pk == account.type_id and keep == account.type_kept:
        return None
    since = account.type_since if type.pk == account.type_id else today()
    return _change_type(account, Standing(type, since, is_kept=keep), actor=actor)


@service
def settle_account(
    account: Account,
    standing: Standing,
    *,
    because: Event | None,
    undoes: Event | None = None,
    lapse: Mapping[str, Any] | None = None,
) -> Event | None:
    """Let ``account``, which is locked, stand so by itself: a workflow found it out from ``because``.

    ``undoes``: the event that is taken back by that. ``lapse`` tells what the calendar noticed, when no event does it:
    ``reason`` is one that ``look.declare_lapse`` knows, the rest its words. Return the event, or None when neither
    the type nor its day is another: the reason alone is no news.
    """
    told: dict[str, Any] = {}
    if standing.type.pk != account.type_id:
        event_type, data = _told(account, standing, undoes)
        told = {"event_type": event_type, "data": data | dict(lapse or {})}
    accounts = catalogue.record_type("accounts")
    return update_derived(accounts, account, because=because, **told, **_columns(standing), type=standing.type)


@service
def set_lost_only(*, account: Account, lost_only: bool, because: Event | None = None) -> Event | None:
    """Note whether every opportunity of the account was lost; return the event, or None when that was known.

    The account must be locked (``get_locked_account``) before its opportunities are counted.
    """
    return update_derived(catalogue.record_type("accounts"), account, because=because, lost_only=lost_only)


def clear_lost_only(because: Mapping[UUID, Event]) -> None:
    """Take the note off the accounts that have just got an opportunity which is not lost: what happened, by account.

    All of them are locked after that opportunity was written: who counts their opportunities meanwhile is waited for.
    """
    for account in get_locked_accounts(because):
        set_lost_only(account=account, lost_only=False, because=because[account.pk])


def lock_account(account: Account) -> Account:
    """Hold the account, even a deleted one, until the transaction ends, and bring ``account`` up to date."""
    account.refresh_from_db(from_queryset=_to_lock())
    return account


def get_locked_account(account_id: UUID) -> Account:
    """Return the account, even a deleted one, held until the transaction ends."""
    return _to_lock().get(pk=account_id)


def get_locked_accounts(ids: Iterable[UUID]) -> list[Account]:
    """Return the accounts, deleted ones too, held until the transaction ends: in an order in which all do so."""
    return list(_to_lock().filter(pk__in=list(ids)).order_by("pk"))


def _to_lock() -> QuerySet[Account]:
    """Opportunities and contacts of a locked account go on being written: an import of them takes its time.

    What the event that will follow names comes with it. What is of long tables has a query of its own: in the middle of
    an import the database does not know yet how long they are, and would join them row by row.
    """
    rows = Account.all_objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("owner", "created_by", "type").prefetch_related("parent", "type_because")


def _change_type(
    account: Account,
    standing: Standing,
    *,
    actor: Membership | None,
    values: Mapping[str, Any] | None = None,
    because: Event | None = None,
    undoes: Event | None = None,
) -> Event | None:
    """The same as part of what ``actor`` writes."""
    event_type, data = _told(account, standing, undoes)
    return update_record(
        catalogue.record_type("accounts"),
        account,
        actor=actor,
        values={**(values or {}), "type": standing.type},
        because=because,
        event_type=event_type,
        data=data,
        **_columns(standing),
    )


def _columns(standing: Standing) -> dict[str, Any]:
    """Where the account keeps it, beside its type."""
    return {"type_since": standing.since, "type_because_id": standing.cause_id, "type_kept": standing.is_kept}


def _told(account: Account, standing: Standing, undoes: Event | None) -> tuple[EventType, dict[str, Any]]:
    """The event of its being set so, and what that tells: what ``standing_before`` needs, too."""
    moved = standing.type.pk != account.type_id
    was = {"kept": account.type_kept, "cause": str(account.type_because_id) if account.type_because_id else None}
    data = {"kept": standing.is_kept, "cause": str(standing.cause_id) if standing.cause_id else None, "was": was}
    undone = {"undoes": str(undoes.pk)} if undoes else {}
    return BECAME.get(standing.type.meaning, TYPE_CHANGED) if moved else TYPE_CHANGED, data | undone


def meaning_of(account: Account) -> str:
    """Return what the account's type means: prospect, customer, past_customer or other."""
    return choice(account.type_id).meaning
