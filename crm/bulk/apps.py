from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "crm.bulk"

    def ready(self) -> None:
        from crm.bulk import actions, kind  # noqa: F401  register themselves
