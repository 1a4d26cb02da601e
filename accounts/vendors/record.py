"""The vendor as a record type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.keys import ACCOUNT_KEYS
from accounts.vendors.actions import VENDOR_ACTIONS
from accounts.vendors.duplicates import VENDORS, load_alike, objections_to_vendors
from accounts.vendors.fields import VENDOR_FIELDS
from accounts.vendors.headers import HEADERS
from accounts.vendors.models import Vendor
from accounts.vendors.services import create_vendor, delete_vendor, prepare_vendor, restore_vendor, update_vendor
from crm import catalogue
from crm.catalogue.searched import NAME, Searched, several_numbers
from crm.catalogue.types import DefaultView, Panel, RecordType, Section

_COLUMNS = ("name", "industry", "owner", "phone", "email", "city", "country", "contract_ends_on")

VENDOR = RecordType(
    key="vendors",
    noun="vendor",
    headers=HEADERS,
    model=Vendor,
    label=_("Vendor"),
    label_plural=_("Vendors"),
    icon="truck",
    urls="accounts.vendors.urls",
    order=45,
    shortcut="v",
    is_company=True,
    told_apart_by=("website", "city"),
    brought_along=("website", "phone", "city", "country", "external_id"),
    searched=Searched(
        parts=(
            NAME,
            ("website", "domain"),
            ("email", "email_key"),
            ("phone", "phone_key"),
            ("phone", several_numbers("phone")),
            ("customer_number", "replace(customer_number_key, '''', '')"),
        ),
        edition=5,
        called=(NAME, ("website", "domain")),
        emails=(("email", "email_key"),),
        phones=(("phone", "phone_key"),),
        notes=("city", "owner"),
    ),
    actions=VENDOR_ACTIONS,
    panels=(Panel("duplicates", "pages/duplicates_panel.html", load_alike, order=15),),
    description=_("A vendor is a company you buy from."),
    fields=VENDOR_FIELDS,
    sections=(
        Section(_("Company"), ("name", "industry", "website", "email", "phone")),
        Section(_("Purchasing"), ("customer_number", "contract_ends_on")),
        Section(_("Address"), ("street", "city", "region", "postal_code", "country")),
        Section(_("More"), ("description", "owner", "team", "tags", "external_id")),
    ),
    columns=_COLUMNS,
    headline=("industry", "website", "phone", "owner", "tags"),
    create=create_vendor,
    update=update_vendor,
    delete=delete_vendor,
    restore=restore_vendor,
    sort="name",
    prepare=prepare_vendor,
    natural_keys=ACCOUNT_KEYS,
    objections=objections_to_vendors,
    alike=VENDORS,
    views=(
        DefaultView(_("All vendors"), (), _COLUMNS, "name", is_default=True),
        DefaultView(_("My vendors"), (("owner", "is", ("me",)),), _COLUMNS, "name"),
        DefaultView(_("Contract ends"), (("contract_ends_on", "filled", ()),), _COLUMNS, "contract_ends_on"),
        DefaultView(_("Recently added"), (), _COLUMNS, "-created_at"),
    ),
    fixed_first=("industry", "owner", "country", "contract_ends_on"),
)

catalogue.register(VENDOR)
