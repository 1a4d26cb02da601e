from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "crm.activities"

    def ready(self) -> None:
        from crm.activities import contact_times, panels, preview, taken_back, workflows  # noqa: F401  register themselves
        from crm.ui.nav import NavItem, NewItem, register, register_new

        register(NavItem("tasks", _("Tasks"), "circle-check", "activities:tasks", order=60, phone=True))
        register_new(NewItem("tasks", _("Task"), "square-check", "activities:new", order=60, shortcut="t"))
