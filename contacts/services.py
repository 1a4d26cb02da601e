"""Writing contacts."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.models import Contact
from contacts.picklists import Relationship
from contacts.selectors import next_relationship
from contacts.settings import NEED_ACCOUNT
from crm import catalogue
from crm.events.models import Event
from crm.events.phrases import is_of_import
from crm.ground.addresses import email_domain
from crm.ground.writes import are_collected, service
from crm.keys.names import join_name
from crm.picklists.models import Choice
from crm.records.chains import refuse_circle
from crm.records.hiding import fill_in
from crm.records.services import create_record, delete_record, restore_record, update_derived, update_record
from crm.users.models import Membership

COMPANIES = ("account", "vendor")  # a contact belongs to one of them at most


def prepare_contact(contact: Contact) -> None:
    """Fill the name and the domain that lookups compare; refuse a contact that nothing is known of."""
    contact.name = join_name(contact.first_name, contact.last_name) or contact.email
    if not contact.name:
        raise ValidationError({"last_name": _("Give a name or an e-mail address.")})
    contact.email_domain = email_domain(contact.email)[:253]


@service
def create_contact(
    *, actor: Membership | None, values: dict[str, Any], because: Event | None = None, **attributes: Any
) -> Contact:
    """Create a contact from ``values`` (by field name); raise ``ValidationError`` keyed by field.

    Whether it needs an account, or a vendor, is the workspace's choice. What it is to us follows from that company at
    once; of many that are made together, the workflow sees to it.
    """
    if values.get("account") is None and values.get("vendor") is None:
        _refuse_without_account()
    contacts = catalogue.record_type("contacts")
    contact: Any = create_record(contacts, actor=actor, values=values, because=because, **attributes)
    if not are_collected():
        settle_relationship(contact, contact._created_event, by_hand=False)
    return cast(Contact, contact)


def update_contact(
    contact: Contact, *, actor: Membership | None, values: dict[str, Any], because: Event | None = None
) -> Event | None:
    """Write what of ``values`` differs; return the event, or None when nothing did.

    Where contacts need an account, or a vendor, it can be changed but not taken off; a contact that has none may stay
    without.
    """
    fill_in(contact)
    _refuse_to_lose_company(contact, values)
    _refuse_circle(contact, values)
    attributes: dict[str, Any] = {}
    if "relationship" in values and _id(values["relationship"]) != contact.relationship_id:
        attributes["relationship_because_id"] = None  # a person's word
        cause_id = contact.relationship_because_id
        attributes["data"] = {"cause_before": str(cause_id) if cause_id else None}  # for ``take_relationship_back``
    return update_record(
        catalogue.record_type("contacts"), contact, actor=actor, values=values, because=because, **attributes
    )


def take_relationship_back(
    contact: Contact,
    /,
    *,
    event: Event,
    values: dict[str, Any],
    actor: Membership | None,
    because: Event | None = None,
) -> Event | None:
    """Give the contact the relationship that it had before ``event``, for the reason of then."""
    _refuse_to_lose_company(contact, values)
    _refuse_circle(contact, values)
    cause = Event.objects.filter(pk=event.data.get("cause_before")).first()
    return update_record(
        catalogue.record_type("contacts"),
        contact,
        actor=actor,
        values=values,
        because=because,
        data={"undoes": str(event.pk)},
        relationship_because_id=cause.pk if cause else None,
    )


def _id(choice: Choice | None) -> UUID | None:
    return choice.pk if choice is not None else None


@service
def settle_relationship(contact: Contact, because: Event, *, by_hand: bool) -> bool:
    """Bring the relationship in line with the contact's company, because of the event; return whether it changed. The
    reason that is kept is that of the account's type.

    A prospect at a customer is a client. One who became a client so is a prospect again without that customer.

    A past customer's people stay what they are, and so does whatever a person has said. Who is a prospect only because
    the account was one when a file brought them is none at a past customer: what they are is not known.
    """
    came_by_file = because.record_id == contact.pk and is_of_import(because)
    follows = next_relationship(contact, by_hand=by_hand, came_by_file=came_by_file)
    if "relationship" not in follows:
        return False
    relationship, cause_id = follows["relationship"], None
    if relationship is not None and (
        came_by_file or relationship.meaning in (Relationship.CLIENT, Relationship.VENDOR)
    ):
        cause_id = (contact.account.type_because_id if contact.account else None) or because.pk
    changed = update_derived(
        catalogue.record_type("contacts"),
        contact,
        because=because,
        relationship=relationship,
        relationship_because_id=cause_id,
    )
    return changed is not None


def delete_contact(contact: Contact, *, actor: Membership | None, because: Event | None = None) -> None:
    """Move the contact to the recycle bin."""
    delete_record(catalogue.record_type("contacts"), contact, actor=actor, because=because)


def restore_contact(contact: Contact, *, actor: Membership | None, because: Event | None = None) -> None:
    """Bring the contact back from the recycle bin."""
    restore_record(catalogue.record_type("contacts"), contact, actor=actor, because=because)


def _refuse_to_lose_company(contact: Contact, values: dict[str, Any]) -> None:
    had = [name for name in COMPANIES if getattr(contact, f"{name}_id") is not None]
    kept = any(values.get(name, name in had) for name in COMPANIES)
    if had and not kept:
        _refuse_without_account()


def _refuse_without_account() -> None:
    if NEED_ACCOUNT.value():
        raise ValidationError({"account": _("Choose an account or a vendor: here every contact belongs to a company.")})


def _refuse_circle(contact: Contact, values: dict[str, Any]) -> None:
    chosen = values.get("reports_to")
    itself, others = (
        _("Nobody reports to themselves."),
        _("%(name)s reports to this contact, directly or through others."),
    )
    refuse_circle(contact, "reports_to", values, circle=itself if chosen == contact else others)
