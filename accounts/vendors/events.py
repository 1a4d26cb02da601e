"""What happens to vendors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.types import Noun
from crm.records import events as records

VENDOR = Noun("vendors", "vendor", _("Vendor"))
CREATED = records.CREATED.of(VENDOR)
CHANGED = records.CHANGED.of(VENDOR)
DELETED = records.DELETED.of(VENDOR)
RESTORED = records.RESTORED.of(VENDOR)
