"""A form over settings: each field is one, or a part of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError

from crm.events.selectors import last_change_of_setting
from crm.preferences.setting import Setting, change_settings
from crm.ui.seen import Change, SeenForm
from crm.users.http import WorkspaceRequest


class SettingsForm(SeenForm):
    """Shows what is chosen now. ``of`` says which setting each field is."""

    of: ClassVar[Mapping[str, Setting[Any]]]

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        now = {name: setting.value() for name, setting in self.of.items()}
        super().__init__(data, initial=now | dict(initial or {}))
        self.who = self._last_change

    def chosen(self) -> dict[Setting[Any], Any]:
        """What is typed, as values of the settings."""
        return {setting: self.cleaned_data[name] for name, setting in self.of.items()}

    def is_saved(self, request: WorkspaceRequest) -> bool:
        """Whether what was sent is chosen now. Where it cannot be, the form says why."""
        if request.method != "POST" or not self.is_valid():
            return False
        try:
            change_settings(self.chosen(), actor=request.actor)
        except ValidationError as error:
            for name, setting in self.of.items():
                if errors := error.error_dict.get(setting.key):
                    self.add_error(name, errors)
            return False
        return True

    def _last_change(self, name: str) -> Change | None:
        setting = self.of.get(name)
        return last_change_of_setting(None, setting.key if setting else name)


def sent(request: WorkspaceRequest) -> Any:
    """What a form was sent with, or None."""
    return request.POST if request.method == "POST" else None
