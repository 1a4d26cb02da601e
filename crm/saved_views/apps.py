from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "crm.saved_views"

    def ready(self) -> None:
        from crm.saved_views import services, workflows  # noqa: F401  register themselves
