from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "crm.ui"

    def ready(self) -> None:
        from crm.ground.threads import keep_by_thread
        from crm.ui.bidi import isolate_names_in_sentences

        keep_by_thread()
        isolate_names_in_sentences()
