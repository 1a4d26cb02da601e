from django.apps import AppConfig


class MailingListsConfig(AppConfig):
    name = "crm.mailing_lists"
    label = "lists"  # as the tables are called

    def ready(self) -> None:
        from crm.mailing_lists import bulk, panels, taken_back  # noqa: F401  register themselves
