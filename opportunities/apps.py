from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    name = "opportunities"

    def ready(self) -> None:
        from opportunities import record, workflows  # noqa: F401  they register themselves
