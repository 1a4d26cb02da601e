from django.apps import AppConfig


class VendorsConfig(AppConfig):
    name = "accounts.vendors"
    label = "vendors"

    def ready(self) -> None:
        from accounts.vendors import bulk, record  # noqa: F401  they declare the type, and how accounts become one
