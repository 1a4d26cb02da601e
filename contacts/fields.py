"""The fields of a contact."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.vendors.models import Vendor
from contacts.settings import NEED_ACCOUNT
from crm.activities.fields import FIRST_CONTACTED, LAST_CONTACTED
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.keys.names import split_name
from crm.mailing_lists.fields import OPTED_OUT
from crm.picklists.selectors import default_choice
from crm.records.standard import ADDRESS_FIELDS, STANDARD_FIELDS

PART_LENGTH = 100  # of a first and of a last name


class FullName(kinds.Text):
    """A person's whole name: shown from ``name``, and split into first and last name when it comes as one."""

    def __init__(self) -> None:
        super().__init__(300, key="sort_name")

    def assign(self, spec: FieldSpec, record: Any, value: Any) -> None:
        value = " ".join((value or "").split())
        if value and value == " ".join(record.name.split()):
            return  # it is called so already, in parts that a person may have set otherwise
        first, last = split_name(value)
        if max(len(first), len(last)) > PART_LENGTH:
            message = _("Neither first nor last name may be longer than %(limit)s characters.") % {"limit": PART_LENGTH}
            raise ValidationError({spec.name: message})
        record.first_name, record.last_name = first, last


def _about_account() -> str:
    return _("Needed, or a vendor: here every contact belongs to a company.") if NEED_ACCOUNT.value() else ""


FULL_NAME = FieldSpec("name", gettext_lazy("Name"), FullName(), on_create=False, on_edit=False)
FIRST_NAME = FieldSpec("first_name", gettext_lazy("First name"), kinds.Text(PART_LENGTH), always_seen=True)
LAST_NAME = FieldSpec("last_name", gettext_lazy("Last name"), kinds.Text(PART_LENGTH), always_seen=True)
JOB_TITLE = FieldSpec("job_title", gettext_lazy("Job title"), kinds.Text(200))
EMAIL = FieldSpec("email", gettext_lazy("E-mail"), kinds.Email(), fills=("email_domain",))
PHONE = FieldSpec("phone", gettext_lazy("Phone"), kinds.Phone())
DESCRIPTION = FieldSpec("description", gettext_lazy("Description"), kinds.LongText())

CONTACT_FIELDS = (
    FULL_NAME,
    FIRST_NAME,
    LAST_NAME,
    JOB_TITLE,
    FieldSpec(
        "account",
        gettext_lazy("Account"),
        kinds.Lookup(Account.type_key),
        help=lazy(_about_account, str)(),
    ),
    FieldSpec(
        "vendor",
        gettext_lazy("Vendor"),
        kinds.Lookup(Vendor.type_key),
        help=gettext_lazy("Instead of an account: for people at a company you buy from."),
    ),
    FieldSpec(
        "relationship",
        gettext_lazy("Relationship"),
        kinds.ChoiceOf("relationship"),
        default=lambda: default_choice("relationship"),
    ),
    EMAIL,
    PHONE,
    FieldSpec(
        "mobile",
        gettext_lazy("Mobile"),
        kinds.Phone("mobile_key"),
    ),
    FieldSpec("reports_to", gettext_lazy("Reports to"), kinds.Lookup("contacts")),
    OPTED_OUT,
    *ADDRESS_FIELDS,
    DESCRIPTION,
    FIRST_CONTACTED,
    LAST_CONTACTED,
    *STANDARD_FIELDS,
)
