from django.apps import AppConfig


class MailingListsConfig(AppConfig):
    name = "crm.mailing_lists"
    label = "lists"  # as the tables are called

    def ready(self) -> None:
        from crm.mailing_lists import panels  # noqa: F401  registers itself
