"""Writing vendors."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.vendors.models import Vendor
from crm import catalogue
from crm.events.models import Event
from crm.ground.addresses import domain_key
from crm.keys.firms import company_key
from crm.records.services import create_record, delete_record, restore_record, update_record
from crm.users.models import Membership


def prepare_vendor(vendor: Vendor) -> None:
    """Fill the keys that lookups compare."""
    vendor.name = vendor.name.strip()
    if not vendor.name:
        raise ValidationError({"name": _("Give the vendor a name.")})
    vendor.name_key = company_key(vendor.name)
    vendor.domain = domain_key(vendor.website)[:253]


def create_vendor(
    *, actor: Membership | None, values: dict[str, Any], because: Event | None = None, **attributes: Any
) -> Vendor:
    """Create a vendor from ``values`` (by field name); raise ``ValidationError`` keyed by field."""
    return create_record(catalogue.record_type("vendors"), actor=actor, values=values, because=because, **attributes)


def update_vendor(
    vendor: Vendor, *, actor: Membership | None, values: dict[str, Any], because: Event | None = None
) -> Event | None:
    """Write what of ``values`` differs; return the event, or None when nothing did."""
    return update_record(catalogue.record_type("vendors"), vendor, actor=actor, values=values, because=because)


def delete_vendor(vendor: Vendor, *, actor: Membership | None, because: Event | None = None) -> None:
    """Move the vendor to the recycle bin."""
    delete_record(catalogue.record_type("vendors"), vendor, actor=actor, because=because)


def restore_vendor(vendor: Vendor, *, actor: Membership | None, because: Event | None = None) -> None:
    """Bring the vendor back from the recycle bin."""
    restore_record(catalogue.record_type("vendors"), vendor, actor=actor, because=because)
