from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from contacts import panels, record, workflows  # noqa: F401  they register themselves
        from crm.ui.nav import NavItem, NewItem, register, register_new
        from crm.users.access import may

        sees = partial(may, verb="view", key="contacts")
        makes = partial(may, verb="create", key="contacts")
        register(NavItem("contacts", _("Contacts"), "contact", "contacts:list", 30, phone=False, visible=sees))
        register_new(NewItem("contacts", _("Contact"), "contact", "contacts:new", 30, shortcut="c", visible=makes))
