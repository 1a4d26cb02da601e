from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "crm.tenants"

    def ready(self) -> None:
        from crm.ground import moments  # noqa: F401  registers itself
        from crm.tenants import checks  # noqa: F401  registers itself
