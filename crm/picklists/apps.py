from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class PicklistsConfig(AppConfig):
    name = "crm.picklists"

    def ready(self) -> None:
        from crm.tenants.new_workspace import on_new_workspace

        on_new_workspace(create_defaults)


def create_defaults(actor: Any) -> None:
    from crm.picklists.defaults import create_defaults as create

    create()
