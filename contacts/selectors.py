"""Questions about contacts."""

from __future__ import annotations

from accounts.models import Account
from accounts.picklists import AccountType
from accounts.services import meaning_of
from accounts.vendors.models import Vendor
from contacts.models import Contact
from contacts.picklists import Relationship
from crm import catalogue
from crm.picklists.models import Choice
from crm.picklists.selectors import choice, choices
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.records.access import linked_records
from crm.users.models import Membership

AT_VENDOR = "vendor"  # what an account never is
# What somebody at such a company is, as long as nobody says otherwise
_FOLLOWS = {AccountType.CUSTOMER.value: Relationship.CLIENT, AT_VENDOR: Relationship.VENDOR}


def without_account(actor: Membership) -> Query:
    """Ask for the contacts that have neither an account nor a vendor."""
    contacts = catalogue.seen_type(Contact.type_key, actor)
    return Query(contacts, (Condition("account", "empty"), Condition("vendor", "empty")))


def contacts_of(actor: Membership, company: Account | Vendor) -> Query:
    """Ask for the people of ``company``."""
    contacts = catalogue.seen_type(Contact.type_key, actor)
    return Query(contacts, (Condition(link_to(company), "is", (str(company.pk),)),))


def by_name(actor: Membership, link: str, record: Account | Vendor | Contact, most: int) -> list[Contact]:
    """Return the first ``most`` contacts whose ``link`` is ``record`` and whom ``actor`` may see."""
    contacts = catalogue.record_type(Contact.type_key)
    return linked_records(actor, contacts, link, record.pk, order=("sort_name", "pk"), most=most)


def link_to(company: Account | Vendor) -> str:
    """The field by which contacts are those of ``company``."""
    return "vendor" if isinstance(company, Vendor) else "account"


def next_relationship(contact: Contact, *, by_hand: bool, came_by_file: bool) -> dict[str, Choice | None]:
    """The relationship that it is to have; nothing: it stays, or the workspace does without the word."""
    at, now = _company_is(contact), relationship_is(contact)
    is_unknown, has_followed = contact.relationship_id is None, contact.relationship_because_id is not None
    if at == AccountType.PAST_CUSTOMER and now == Relationship.PROSPECT and has_followed:
        return {"relationship": None}
    is_none_any_more = has_followed and (
        (at not in (AccountType.CUSTOMER, AccountType.PAST_CUSTOMER) and now == Relationship.CLIENT)
        or (at != AT_VENDOR and now == Relationship.VENDOR)
    )
    is_one_by_file = at == AccountType.PROSPECT and is_unknown and came_by_file and not by_hand
    word = Relationship.PROSPECT if is_none_any_more or is_one_by_file else ""
    if at in _FOLLOWS and (is_unknown or now == Relationship.PROSPECT or is_none_any_more) and not by_hand:
        word = _FOLLOWS[at]
    found = _first(word) if word else None
    return {"relationship": found} if found is not None else {}


def _company_is(contact: Contact) -> str:
    """What the contact's company is to us: an account by its type, or a vendor."""
    if contact.account is not None:
        return meaning_of(contact.account)
    return AT_VENDOR if contact.vendor_id is not None else ""


def relationship_is(contact: Contact) -> str:
    return choice(contact.relationship_id).meaning if contact.relationship_id else ""


def _first(meaning: str) -> Choice | None:
    return next((one for one in choices("relationship") if one.meaning == meaning), None)
