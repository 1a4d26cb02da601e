from django.apps import AppConfig


class VendorsConfig(AppConfig):
    name = "accounts.vendors"
    label = "vendors"

    def ready(self) -> None:
        from accounts.vendors import record  # noqa: F401  declares the type
