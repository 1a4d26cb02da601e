from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "crm.pages"

    def ready(self) -> None:
        from crm.pages.idempotency import already_made, remember_made
        from crm.ui.once import keep_with

        keep_with(already_made, remember_made)
