"""Writing accounts, and what they are to us.

An account's type is set by a person, or by a workflow because of an event (``type_because``). A person may ask for
it to be kept (``type_kept``): workflows then leave it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.events import BECAME, TYPE_CHANGED
from accounts.models import Account
from crm import catalogue
from crm.events.models import Event
from crm.picklists.models import Choice
from crm.picklists.selectors import choice
from crm.records.chains import refuse_circle
from crm.records.services import create_record, delete_record, restore_record, update_record
from crm.records.times import refuse_future
from crm.tenants.bulk import atomic
from crm.tenants.clock import today
from crm.tenants.text import company_key, domain_key, phone_key
from crm.users.models import Membership


def prepare_account(account: Account) -> None:
    """Fill the keys that lookups compare."""
    account.name = account.name.strip()
    if not account.name:
        raise ValidationError({"name": _("Give the account a name.")})
    account.name_key = company_key(account.name)
    account.domain = domain_key(account.website)[:253]
    account.phone_key = phone_key(account.phone)


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
    refuse_circle(account, "parent", values, circle=_("An account cannot stand below itself."))
    refuse_future("type_since", values.get("type_since"))
    new_type = values.get("type")
    if new_type is not None and new_type.pk != account.type_id:
        values = dict(values)
        since = {"type_since": values.pop("type_since")} if "type_since" in values else {}
        return _change_type(account, new_type, actor=actor, values=values, because=because, **since)
    return update_record(catalogue.record_type("accounts"), account, actor=actor, values=values, because=because)


@atomic
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
    was = event.data.get("was", {})
    cause = Event.objects.filter(pk=was.get("cause")).first()
    attributes = {"type_because_id": cause.pk if cause else None, "type_kept": was.get("kept", False)}
    return _change_type(
        account,
        values["type"],
        actor=actor,
        values=values,
        because=because,
        more={"undoes": str(event.pk)},
        type_since=_since_before(account, event),
        **attributes,
    )


def _since_before(account: Account, event: Event) -> date | None:
    """Since when the account was what it was before ``event``; None: nobody knows."""
    later = Event.objects.filter(record_type="accounts", record_id=account.pk, at__gt=event.at)
    corrections = later.filter(changes__has_key="type_since").order_by("at", "id")
    told = event if "type_since" in event.changes else corrections.first()
    if told is None:
        return account.type_since
    old = told.changes["type_since"][0]
    return date.fromisoformat(old) if old else None


def delete_account(account: Account, *, actor: Membership | None, because: Event | None = None) -> None:
    """Move the account to the recycle bin."""
    delete_record(catalogue.record_type("accounts"), account, actor=actor, because=because)


def restore_account(account: Account, *, actor: Membership | None, because: Event | None = None) -> None:
    """Bring the account back from the recycle bin."""
    restore_record(catalogue.record_type("accounts"), account, actor=actor, because=because)


@atomic
def set_account_type(
    *,
    account: Account,
    type: Choice,
    actor: Membership | None,
    because: Event | None = None,
    keep: bool = False,
    cause: Event | None = None,
    lapse: Mapping[str, Any] | None = None,
    since: date | None = None,
    since_known: bool = True,
    is_locked: bool = False,
) -> Event | None:
    """Make ``account`` a ``type``; return the event, or None when nothing changed.

    ``because`` is the event that a workflow acts on. ``cause`` is the one to show as the reason (default: the same).
    ``keep`` holds on to the type until a person changes it; without it, workflows may change it again.
    ``lapse`` tells what the calendar noticed, when neither a person nor an event does it: ``reason`` is one that
    ``selectors.declare_lapse`` knows, the rest its words. ``since`` is the day from which on it is one (default:
    today), unless nobody knows it (``since_known``). ``is_locked``: the account is held, and as it was read then.
    """
    if not is_locked:
        lock_account(account)
    if type.pk == account.type_id and keep == account.type_kept:
        return None
    cause = cause or because
    attributes: dict[str, Any] = {"type_because_id": cause.pk if cause else None, "type_kept": keep}
    if since is not None or not since_known:
        attributes["type_since"] = since
    values = {"type": type}
    return _change_type(account, type, actor=actor, values=values, because=because, more=lapse, **attributes)


@atomic
def set_type_cause(*, account: Account, cause: Event | None) -> None:
    """Name another event as the reason for the type that the account has: the first one no longer holds."""
    account.type_because = cause
    account.save(update_fields=["type_because"])


@atomic
def set_type_since(*, account: Account, since: date | None, because: Event | None) -> Event | None:
    """Correct the day from which on the account is of its type (None: nobody knows); return the event, or None when
    it was that day.
    """
    accounts = catalogue.record_type("accounts")
    return update_record(accounts, account, actor=None, values={}, because=because, type_since=since)


@atomic
def set_lost_only(*, account: Account, lost_only: bool, because: Event | None = None) -> Event | None:
    """Note whether every opportunity of the account was lost; return the event, or None when that was known.

    The account must be locked (``get_locked_account``) before its opportunities are counted.
    """
    if account.lost_only == lost_only:
        return None
    accounts = catalogue.record_type("accounts")
    return update_record(accounts, account, actor=None, values={}, because=because, lost_only=lost_only)


def clear_lost_only(because: Mapping[UUID, Event]) -> None:
    """Take the note off the accounts that have just got an opportunity which is not lost: what happened, by account.

    All of them are locked after that opportunity was written: who counts their opportunities meanwhile is waited for.
    """
    for account in get_locked_accounts(because):
        if account.lost_only:
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
    return rows.select_related("owner", "created_by").prefetch_related("parent", "type_because")


def _change_type(
    account: Account,
    new_type: Choice,
    *,
    actor: Membership | None,
    values: dict[str, Any],
    because: Event | None,
    more: Mapping[str, Any] | None = None,
    **attributes: Any,
) -> Event | None:
    """``more`` is what else its event is to tell; in any case it keeps what ``take_type_back`` needs."""
    moved = new_type.pk != account.type_id
    cause_id = attributes.get("type_because_id")
    was = {"kept": account.type_kept, "cause": str(account.type_because_id) if account.type_because_id else None}
    data = {"kept": attributes.get("type_kept", False), "cause": str(cause_id) if cause_id else None, "was": was}
    return update_record(
        catalogue.record_type("accounts"),
        account,
        actor=actor,
        values=values,
        because=because,
        event_type=BECAME.get(new_type.meaning, TYPE_CHANGED) if moved else TYPE_CHANGED,
        data=data | dict(more or {}),
        **{
            "type_since": today() if moved else account.type_since,
            "type_because_id": None,
            "type_kept": False,
        }
        | attributes,
    )


def meaning_of(account: Account) -> str:
    """Return what the account's type means: prospect, customer, past_customer or other."""
    return choice(account.type_id).meaning
