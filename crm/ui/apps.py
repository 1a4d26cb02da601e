from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "crm.ui"

    def ready(self) -> None:
        from crm.ui.bidi import isolate_names_in_sentences

        isolate_names_in_sentences()
