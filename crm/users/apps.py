from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "crm.users"

    def ready(self) -> None:
        import_module("crm.users.workflows")
        import_module("crm.users.frame")
