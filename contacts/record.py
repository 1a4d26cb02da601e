"""The contact as a record type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.duplicates import CONTACTS, objections_to_contacts
from contacts.fields import CONTACT_FIELDS
from contacts.headers import HEADERS
from contacts.keys import CONTACT_KEYS
from contacts.models import Contact
from contacts.panels import REPORTS_PANEL
from contacts.services import (
    create_contact,
    delete_contact,
    prepare_contact,
    restore_contact,
    take_relationship_back,
    update_contact,
)
from contacts.workflows import what_follows
from crm import catalogue
from crm.catalogue.searched import NAME, Searched, several_numbers
from crm.catalogue.types import DefaultView, RecordType, Section
from crm.mailing_lists.filters import on_list

SEARCHED = Searched(
    parts=(
        NAME,
        ("email", "email_key"),
        ("phone", "phone_key"),
        ("mobile", "mobile_key"),
        ("phone", several_numbers("phone")),
        ("mobile", several_numbers("mobile")),
    ),
    emails=(("email", "email_key"),),
    phones=(("phone", "phone_key"), ("mobile", "mobile_key")),
    through=("account", "vendor"),
    notes=("job_title", "account", "vendor", "city", "owner"),
    state="relationship",
)
_COLUMNS = ("name", "job_title", "account", "email", "phone", "owner")

CONTACT = RecordType(
    key="contacts",
    noun="contact",
    headers=HEADERS,
    model=Contact,
    label=_("Contact"),
    label_plural=_("Contacts"),
    icon="contact",
    urls="contacts.urls",
    order=30,
    shortcut="c",
    is_person=True,
    told_apart_by=("account", "vendor", "city", "email"),
    searched=SEARCHED,
    panels=(REPORTS_PANEL,),
    description=_("A contact is a person you deal with or soon will: at a customer, a prospect, a vendor, a partner."),
    fields=CONTACT_FIELDS,
    sections=(
        Section(
            _("Person"), ("first_name", "last_name", "job_title", "account", "vendor", "relationship", "reports_to")
        ),
        Section(_("Reach"), ("email", "phone", "mobile", "opted_out", "first_contacted_at", "last_contacted_at")),
        Section(_("Address"), ("street", "city", "region", "postal_code", "country")),
        Section(_("More"), ("description", "owner", "team", "tags", "external_id")),
    ),
    columns=_COLUMNS,
    headline=("account", "vendor", "job_title", "email", "phone", "owner", "tags"),
    create=create_contact,
    update=update_contact,
    delete=delete_contact,
    restore=restore_contact,
    sort="name",
    prepare=prepare_contact,
    either=(("account", "vendor"),),
    set_by_move=("relationship",),
    unknown_in_files=("relationship",),
    move_back=take_relationship_back,
    natural_keys=CONTACT_KEYS,
    objections=objections_to_contacts,
    alike=CONTACTS,
    follows=what_follows,
    views=(
        DefaultView(_("All contacts"), columns=_COLUMNS, sort="name", is_default=True),
        DefaultView(_("My contacts"), (("owner", "is", ("me",)),), _COLUMNS, "name"),
        DefaultView(_("Without account"), (("account", "empty", ()), ("vendor", "empty", ())), _COLUMNS, "name"),
        DefaultView(_("Recently added"), (), _COLUMNS, "-created_at"),
    ),
    fixed_first=("account", "vendor", "relationship", "owner", "email", "city", "last_contacted_at"),
    derived=(on_list("contacts"),),
)

catalogue.register(CONTACT)
