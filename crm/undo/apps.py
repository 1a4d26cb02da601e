from django.apps import AppConfig


class UndoConfig(AppConfig):
    name = "crm.undo"

    def ready(self) -> None:
        from crm.undo import replacing  # noqa: F401  registers itself
