"""What admins change of mailing lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.phrases import Called
from crm.picklists.settings import LISTS
from crm.preferences.pages import SetupPage
from crm.preferences.rows import IS_ACTIVE, NAME, SetupRow

LISTS_OF_PEOPLE = SetupPage(
    LISTS,
    900,
    "setup:mailing_lists",
    _("Mailing lists"),
    _("Newsletters and other lists that leads and contacts are put on."),
    "mails",
)
MAILING_LIST = SetupRow("mailing_list", {"name": NAME, "description": Called(_("description")), "is_active": IS_ACTIVE})
