from functools import partial
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        from crm.tenants.new_workspace import on_new_workspace
        from crm.ui.nav import NavItem, NewItem, register, register_new
        from crm.users.access import may
        from leads import panels, record, workflows  # noqa: F401  they register themselves
        from leads.intake.policy import choose_card_source
        from leads.vetting import panels as vetting_panels  # noqa: F401

        on_new_workspace(create_criteria)
        on_new_workspace(choose_card_source)

        sees = partial(may, verb="view", key="leads")
        makes = partial(may, verb="create", key="leads")
        register(NavItem("leads", _("Leads"), "user-plus", "leads:list", 10, phone=True, visible=sees))
        register_new(NewItem("card", _("Business card"), "id-card", "leads:card", 12, shortcut="b", visible=makes))
        register_new(NewItem("leads", _("Lead"), "user-plus", "leads:new", 10, shortcut="l", visible=makes))


def create_criteria(actor: Any) -> None:
    from leads.vetting.setup import create_shipped_criteria

    create_shipped_criteria()
