"""What follows by itself: people follow their account, from prospect to client when it becomes a customer, and back.

Like the account's own life (``opportunities.workflows``) the handler acts on the facts as they are by then.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import ngettext

from accounts.models import Account
from accounts.services import TYPE_CHANGED, TYPE_EVENTS, meaning_of
from contacts.models import Contact
from contacts.services import set_relationship
from crm import events
from crm.events.models import Event
from crm.events.selectors import said_by_a_person
from crm.picklists.models import Choice
from crm.picklists.selectors import choice, choices, ids_meaning


def _concerns(event: Event) -> bool:
    """A contact's own events do when they are about its account."""
    if event.record_type == "contacts":
        return event.name == "contact.restored" or "account" in event.changes
    return "type" in event.changes


@events.on(
    *TYPE_EVENTS.values(),
    TYPE_CHANGED,
    "contact.created",
    "contact.changed",
    "contact.restored",
    key="contact-relationship",
    when=_concerns,
)
def follow_account(event: Event) -> str:
    """Bring the relationship of the contacts that the event touches in line with their accounts."""
    if event.record_type == "contacts":
        touched = Contact.objects.filter(pk=event.record_id)
    else:
        touched = Contact.objects.filter(account_id=event.record_id).filter(
            relationship_id__in=ids_meaning("relationship", "prospect", "client")
        )
    changed = sum(_settle(contact, event) for contact in _locked(touched))
    if not changed:
        return ""
    return ngettext("%(count)s relationship changed.", "%(count)s relationships changed.", changed) % {"count": changed}


def _locked(contacts: QuerySet[Contact]) -> list[Contact]:
    named = ("account", "owner", "created_by", "reports_to")  # by the event that will follow
    return list(contacts.select_for_update(of=("self",)).select_related(*named).order_by("pk"))


def _settle(contact: Contact, because: Event) -> bool:
    """A prospect at a customer is a client. One who became a client so is a prospect again without that customer.

    A past customer's people stay what they are, and so does whatever a person has said.
    """
    relationship = _next(contact)
    if relationship is None:
        return False
    cause = (_reason(contact.account) or because) if relationship.meaning == "client" else None
    return set_relationship(contact=contact, relationship=relationship, because=because, cause=cause) is not None


def _next(contact: Contact) -> Choice | None:
    """What it is to become; None: it stays, or the workspace does without the word."""
    at = meaning_of(contact.account) if contact.account else ""
    is_now = choice(contact.relationship_id).meaning if contact.relationship_id else ""
    if at == "customer" and is_now == "prospect" and not _said_by_hand(contact):
        return _first("client")
    if at not in ("customer", "past_customer") and is_now == "client" and contact.relationship_because_id:
        return _first("prospect")
    return None


def what_follows(contact: Contact) -> dict[str, Any]:
    """Which values ``follow_account`` will give the contact."""
    relationship = _next(contact)
    return {} if relationship is None else {"relationship": relationship}


def _first(meaning: str) -> Choice | None:
    return next((one for one in choices("relationship") if one.meaning == meaning), None)


def _reason(account: Account | None) -> Event | None:
    """What made the account a customer, if an event did."""
    return account.type_because if account is not None else None


def _said_by_hand(contact: Contact) -> bool:
    """Whether a person was the last to change the relationship; what a new contact came with is nobody's last word."""
    changes = Event.objects.filter(
        record_type="contacts", record_id=contact.pk, name="contact.changed", changes__has_key="relationship"
    )
    last = changes.order_by("-at", "-id").first()
    return last is not None and Event.objects.filter(said_by_a_person(), pk=last.pk).exists()
