from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "crm.notices"

    def ready(self) -> None:
        from crm.notices import workflows  # noqa: F401  declares its handlers
        from crm.ui.nav import register_fact, register_link

        register_link("notifications", "notices:index")
        register_fact("unread", _unread)


def _unread(request: Any) -> int:
    return request.actor.unread
