from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "crm.lists"

    def ready(self) -> None:
        from crm.lists import panels  # noqa: F401  registers itself
