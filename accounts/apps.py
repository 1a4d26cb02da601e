from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import record  # noqa: F401  registers the type
        from crm.ui.nav import NavItem, NewItem, register, register_new
        from crm.users.access import may

        sees = partial(may, verb="view", key="accounts")
        makes = partial(may, verb="create", key="accounts")
        register(NavItem("accounts", _("Accounts"), "building-2", "accounts:list", 20, phone=False, visible=sees))
        register_new(NewItem("accounts", _("Account"), "building-2", "accounts:new", 20, shortcut="a", visible=makes))
