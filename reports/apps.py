from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crm.ui.nav import NavItem, register


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        register(NavItem("reports", _("Reports"), "chart-column", "reports:index", order=70))
