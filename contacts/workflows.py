"""What follows by itself: people follow their account, from prospect to client when it becomes a customer, and back.
Who belongs to a vendor is a vendor's contact, unless a person has said otherwise, and no longer one without it.
Who came by a file that does not say what they are has the relationship that the account tells, or none.

Like the account's own life (``opportunities.workflows``) the handler acts on the facts as they are by then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.events import TYPE_EVENTS
from contacts.events import CHANGED, CREATED, RESTORED
from contacts.models import Contact
from contacts.picklists import Relationship
from contacts.selectors import next_relationship, relationship_is
from contacts.services import COMPANIES, settle_relationship
from crm import events
from crm.events.models import Event
from crm.events.selectors import acted_by_a_person, still_stands
from crm.ground.writes import collect_inserts
from crm.picklists.selectors import ids_meaning


def _concerns(event: Event) -> bool:
    """A contact's own events do when they are about its account or vendor."""
    if event.record_type == "contacts":
        return event.was(RESTORED) or not event.changes.keys().isdisjoint(COMPANIES)
    return "type" in event.changes


@events.on_many(
    *TYPE_EVENTS,
    CREATED,
    CHANGED,
    RESTORED,
    key="contact-relationship",
    label=_("Relationship of contacts"),
    when=_concerns,
)
def follow_accounts(happened: Sequence[Event]) -> dict[UUID, str]:
    """Bring the relationship of the contacts that the events touch in line with their accounts."""
    own = {event.record_id: event for event in happened if event.record_type == "contacts"}
    of_accounts = {event.record_id: event for event in happened if event.record_type != "contacts"}
    contacts = _locked(own.keys() | _followers(of_accounts))
    by_hand = _said_by_hand(contacts)
    changed: Counter[UUID] = Counter()
    with collect_inserts():
        for contact in contacts:
            because = own.get(contact.pk) or of_accounts.get(contact.account_id)
            if because is None:  # it has just gone to another account: that will be told too
                continue
            changed[because.pk] += settle_relationship(contact, because, by_hand=contact.pk in by_hand)
    return {event_id: _outcome(count) for event_id, count in changed.items() if count}


def _outcome(count: int) -> str:
    return ngettext("%(count)s relationship changed.", "%(count)s relationships changed.", count) % {"count": count}


def _followers(account_ids: Iterable[UUID | None]) -> set[UUID | None]:
    """The contacts of these accounts whose relationship may follow."""
    ids = list(account_ids)
    if not ids:
        return set()
    known = Q(relationship_id__in=ids_meaning("relationship", Relationship.PROSPECT, Relationship.CLIENT))
    following = Contact.objects.filter(known | Q(relationship_id=None), account_id__in=ids)
    return set(following.values_list("pk", flat=True))


def _locked(ids: Iterable[UUID | None]) -> list[Contact]:
    """With what the event that will follow names; what is of long tables has a query of its own."""
    rows = Contact.objects.filter(pk__in=list(ids)).select_related("owner", "created_by").order_by("pk")
    return list(rows.prefetch_related("account", "vendor", "reports_to").select_for_update(of=("self",), no_key=True))


def what_follows(contact: Contact, is_new: bool) -> dict[str, Any]:
    """Which values ``follow_accounts`` will give the contact. Only where it would change is the log asked for more."""
    follows = next_relationship(contact, by_hand=False, came_by_file=is_new)
    return {} if not follows or (not is_new and _said_by_hand([contact])) else follows


def _said_by_hand(contacts: Sequence[Contact]) -> set[UUID]:
    """Those whose relationship a person was the last to change; what a new contact came with is nobody's last word."""
    prospects = [
        one.pk for one in contacts if one.relationship_id is None or relationship_is(one) == Relationship.PROSPECT
    ]
    if not prospects:
        return set()
    changes = Event.objects.filter(
        record_type="contacts", record_id__in=prospects, name=CHANGED.name, changes__has_key="relationship"
    )
    last = changes.filter(still_stands()).order_by("record_id", "-at", "-id").distinct("record_id")
    said = last.annotate(by_a_person=ExpressionWrapper(acted_by_a_person(), output_field=BooleanField()))
    return {contact_id for contact_id, by_a_person in said.values_list("record_id", "by_a_person") if by_a_person}
