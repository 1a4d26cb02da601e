"""What the opportunity of a conversion is called while nobody has typed a name: after the account that is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString

from leads.conversion.new_form import NewForm
from leads.field_map import opportunity_name
from leads.models import Lead


class Naming:
    """``named_for``: the account that the name was made of when the page was drawn, ``shown_for``: the one that the
    name in the window is made of by now ("" = as the lead says). A name that is made of neither was typed, and stays.
    """

    def __init__(self, lead: Lead, data: Any, account_name: Callable[[], str]) -> None:
        self._lead, self._data, self._account_name = lead, data, account_name
        self._now: str | None = None  # the account, while nobody has typed a name
        self._field: Any = None  # where the window shows another name than is to be

    @property
    def named_for(self) -> str:
        if self._data is None and self._now is None:
            self._now = self._account_name()
        return self._sent("named_for") if self._now is None else self._now

    @property
    def shown_for(self) -> str:
        return self._sent("shown_for") if self._now is None else self._now

    def _sent(self, name: str) -> str:
        return str((self._data or {}).get(name, ""))

    def settle(self, form: NewForm) -> None:
        """Put the name that is made of the chosen account into ``form``, unless somebody has typed one."""
        form.settle()
        if not form.is_bound or "name" not in form.fields:
            return
        sent = str(form.data.get(form.add_prefix("name"), ""))
        follows = "name" in form.untouched and self.shown_for == self.named_for
        if not follows and sent != opportunity_name(self._lead, self.shown_for):
            return
        account = self._account_name()
        name = opportunity_name(self._lead, account)
        data: Any = form.data
        data = data.copy()
        data[form.add_prefix("name")] = name
        form.data = data
        form.initial["name"] = name
        self._now = account
        self._field = form["name"] if name != self._sent(form.add_prefix("name")) else None

    @property
    def swapped(self) -> SafeString | str:
        """The field with the new name, for the window that shows another one."""
        return self._field.as_widget(attrs={"hx-swap-oob": "true"}) if self._field is not None else ""
