from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpportunitiesConfig(AppConfig):
    name = "opportunities"

    def ready(self) -> None:
        from crm.ui.nav import NavItem, NewItem, register, register_new
        from crm.users.access import may
        from opportunities import panels, record, workflows  # noqa: F401  they register themselves

        sees = partial(may, verb="view", key="opportunities")
        makes = partial(may, verb="create", key="opportunities")
        register(
            NavItem("opportunities", _("Opportunities"), "target", "opportunities:list", 40, phone=True, visible=sees)
        )
        register_new(
            NewItem("opportunities", _("Opportunity"), "target", "opportunities:new", 40, shortcut="o", visible=makes)
        )
