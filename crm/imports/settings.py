"""What is chosen about imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.preferences.pages import SetupPage
from crm.preferences.setting import Setting
from crm.tenants.stored import Whole
from crm.users.settings import WORKSPACE

FILES = SetupPage(
    WORKSPACE,
    50,
    "setup:import_files",
    _("Imported files"),
    _("For how many days the files of imports are kept."),
    "file-spreadsheet",
)
MOST_DAYS = 3650
DAYS_KEPT: Setting[int] = Setting(
    "import_files_days",
    Whole(1, MOST_DAYS, _("Give a number of days from 1 to %(most)s.")),
    90,
    label=_("Days"),
    called=_("days for which imported files are kept"),
    page=FILES,
)
