"""What is chosen about contacts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.picklists.settings import SELLING
from crm.preferences.pages import SetupPage
from crm.preferences.setting import Setting
from crm.tenants.stored import Flag

WITHOUT_ACCOUNT = SetupPage(
    SELLING,
    40,
    "setup:contact_accounts",
    _("Contacts without account"),
    _("Whether people can be contacts without belonging to a company."),
    "contact",
)
# New contacts: those that have none stay as they are
NEED_ACCOUNT: Setting[bool] = Setting(
    "contacts_need_account",
    Flag(),
    False,
    label=_("Every new contact belongs to an account or a vendor"),
    called=_("contacts need an account"),
    page=WITHOUT_ACCOUNT,
)
