from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "crm.home"

    def ready(self) -> None:
        from crm.ui.nav import NavItem, register

        register(NavItem("home", _("Home"), "house", "home:my_day", order=0, phone=True))
