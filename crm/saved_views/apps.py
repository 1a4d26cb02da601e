from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "crm.saved_views"

    def ready(self) -> None:
        from crm.saved_views import services  # noqa: F401  registers what a new workspace starts with
