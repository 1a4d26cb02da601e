"""Which contacts may be the same person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from crm.records.duplicates import SAME_EMAIL, SAME_PHONE, Alike, Likeness, Parts, objections_by, phones_of, values_of
from crm.records.natural import email_of, whole_name
from crm.tenants.spellings import person_spellings, rough_person

_COMPARED = ("first_name", "last_name", "email", "phone", "mobile", "account")


def about(contact: Contact) -> str:
    return contact.account.shown_name if contact.account else ""


def _at_the_account(values: Mapping[str, Any]) -> Parts:
    account_id = getattr(values.get("account"), "pk", None)
    return (person_spellings(whole_name(values)), [account_id]) if account_id else ((), ())


def _roughly_at_the_account(values: Mapping[str, Any]) -> Parts:
    account_id = getattr(values.get("account"), "pk", None)
    return ([rough_person(whole_name(values))], [account_id]) if account_id else ((), ())


REACHED_ALIKE = (
    Likeness(SAME_EMAIL, ("email_key",), lambda values: ([email_of(values)],)),
    Likeness(SAME_PHONE, ("phone_key",), phones_of),
    Likeness(SAME_PHONE, ("mobile_key",), phones_of),
)
CONTACTS = Alike(
    "contacts",
    (
        *REACHED_ALIKE,
        Likeness(
            _("same name and account"),
            ("sort_name", "account_id"),
            _at_the_account,
            roughly=_roughly_at_the_account,
        ),
    ),
    about,
    related=("account",),
)
objections_to_contacts = objections_by(CONTACTS, _("This contact may be there already."))


def compared(contact: Contact) -> dict[str, Any]:
    return values_of(contact, _COMPARED)
