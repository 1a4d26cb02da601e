from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "crm.imports"

    def ready(self) -> None:
        from crm.imports import kind  # noqa: F401  declares itself
