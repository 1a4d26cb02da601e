from django.apps import AppConfig


class UndoConfig(AppConfig):
    name = "crm.undo"

    def ready(self) -> None:
        from crm.undo import replacing, tags  # noqa: F401  register themselves
