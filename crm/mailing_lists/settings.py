"""Where the setup has mailing lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.picklists.settings import LISTS
from crm.preferences.pages import SetupPage

LISTS_OF_PEOPLE = SetupPage(
    LISTS,
    900,
    "setup:mailing_lists",
    _("Mailing lists"),
    _("Newsletters and other lists that leads and contacts are put on."),
    "mails",
)
