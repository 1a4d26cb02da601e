"""Which contacts may be the same person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from crm.keys.spellings import person_spellings, rough_person
from crm.records.duplicates import SAME_EMAIL, SAME_PHONE, Alike, Likeness, Parts, objections_by, phones_of, values_of
from crm.records.natural import email_of, whole_name

_COMPARED = ("first_name", "last_name", "email", "phone", "mobile", "account", "vendor")


def about(contact: Contact) -> str:
    company = contact.account or contact.vendor
    return company.shown_name if company else ""


def _same_name_at(link: str, label: Any) -> Likeness:
    """The same name at the same company, which the field ``link`` tells."""

    def ways(values: Mapping[str, Any]) -> Parts:
        company_id = getattr(values.get(link), "pk", None)
        return (person_spellings(whole_name(values)), [company_id]) if company_id else ((), ())

    def roughly(values: Mapping[str, Any]) -> Parts:
        company_id = getattr(values.get(link), "pk", None)
        return ([rough_person(whole_name(values))], [company_id]) if company_id else ((), ())

    return Likeness(label, ("sort_name", f"{link}_id"), ways, roughly=roughly)


REACHED_ALIKE = (
    Likeness(SAME_EMAIL, ("email_key",), lambda values: ([email_of(values)],)),
    Likeness(SAME_PHONE, ("phone_key",), phones_of),
    Likeness(SAME_PHONE, ("mobile_key",), phones_of),
)
CONTACTS = Alike(
    "contacts",
    (
        *REACHED_ALIKE,
        _same_name_at("account", _("same name and account")),
        _same_name_at("vendor", _("same name and vendor")),
    ),
    about,
    related=("account", "vendor"),
)
objections_to_contacts = objections_by(CONTACTS, _("This contact may be there already."))


def compared(contact: Contact) -> dict[str, Any]:
    return values_of(contact, _COMPARED)
