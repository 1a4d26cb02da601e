from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "crm.fields"

    def ready(self) -> None:
        from crm.fields import lookups  # noqa: F401  registers __prefix
        from crm.fields.custom import rows, workflows  # noqa: F401  register themselves
