"""What admins change of mailing lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.phrases import Called
from crm.preferences.rows import IS_ACTIVE, NAME, SetupRow

MAILING_LIST = SetupRow("mailing_list", {"name": NAME, "description": Called(_("description")), "is_active": IS_ACTIVE})
