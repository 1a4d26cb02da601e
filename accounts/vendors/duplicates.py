"""Which vendors may be the same firm: what makes accounts alike does so here, and an e-mail address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.duplicates import ACCOUNTS
from accounts.vendors.models import Vendor
from crm.records.duplicates import SAME_EMAIL, Alike, Likeness, find_each, load_duplicates, objections_by, values_of
from crm.records.natural import email_of
from crm.users.models import Membership

_COMPARED = ("name", "website", "email", "phone", "city", "country")


def _emails(values: Mapping[str, Any]) -> tuple[list[str]]:
    return ([email_of(values)],)


VENDORS = Alike(
    "vendors",
    (*ACCOUNTS.likenesses, Likeness(SAME_EMAIL, ("email_key",), _emails)),
    about=ACCOUNTS.about,
    weak=ACCOUNTS.weak,
)
objections_to_vendors = objections_by(VENDORS, _("This vendor may be there already."))


def load_alike(actor: Membership, vendor: Vendor) -> dict[str, Any] | None:
    return load_duplicates(find_each(actor, [(VENDORS, values_of(vendor, _COMPARED), [vendor.pk])]))
