from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "crm.search"

    def ready(self) -> None:
        from crm.ui.nav import register_link

        register_link("search", "search:results")
        register_link("palette", "search:palette")
