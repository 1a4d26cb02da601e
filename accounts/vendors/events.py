"""What happens to vendors, and to accounts that become one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.events import ACCOUNT
from crm.events.types import Noun, declare
from crm.records import events as records

VENDOR = Noun("vendors", "vendor", _("Vendor"))
CREATED = records.CREATED.of(VENDOR)
CHANGED = records.CHANGED.of(VENDOR)
DELETED = records.DELETED.of(VENDOR)
RESTORED = records.RESTORED.of(VENDOR)

MOVED = declare(
    "account.moved_to_vendors",
    _("Account moved to vendors"),
    _("%(actor)s moved %(this)s to the vendors"),
    about=ACCOUNT.key,
    payload={
        "vendor": "the id of the vendor that it became",
        "described": "which fields went into the description, as a vendor has none for them",
    },
)
MOVED_BACK = declare(
    "account.moved_from_vendors",
    _("Account moved back from vendors"),
    _("%(actor)s moved %(this)s back from the vendors"),
    about=ACCOUNT.key,
    payload={"vendor": "the id of the vendor that it had become"} | records.UNDOES,
    undoes=True,
)
