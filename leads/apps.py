from functools import partial
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        from crm.tenants.new_workspace import on_new_workspace
        from crm.ui.nav import NewItem, register_new
        from crm.users.access import may
        from leads import record, workflows  # noqa: F401  they register themselves
        from leads.intake.policy import choose_card_source

        on_new_workspace(create_criteria)
        on_new_workspace(choose_card_source)
        makes = partial(may, verb="create", key="leads")
        register_new(NewItem("card", _("Business card"), "id-card", "leads:card", 12, shortcut="b", visible=makes))


def create_criteria(actor: Any) -> None:
    from leads.vetting.setup import create_shipped_criteria

    create_shipped_criteria()
