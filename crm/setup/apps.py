from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SetupConfig(AppConfig):
    name = "crm.setup"

    def ready(self) -> None:
        from crm.preferences import declared
        from crm.setup import changes  # noqa: F401  registers how its events are told
        from crm.ui.nav import NavItem, register

        declared.modules()  # what is wrong in one of them shows at the start, and not on a page
        register(NavItem("setup", _("Setup"), "settings", "setup:index", order=90, visible=_can_set_up))


def _can_set_up(actor: Any) -> bool:
    return actor is not None and actor.role.can_set_up
