"""Filling in and sending a page's form as a browser does, without a browser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

HTMX = {"HX-Request": "true"}


class _Forms(HTMLParser):
    """The POST forms of a page: their address, and what they send untouched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._select: str | None = None
        self._chosen: str | None = None
        self._text: str | None = None
        self.feed(html)

    def _add(self, name: str, value: str) -> None:
        if self.forms:
            self.forms[-1][1].setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = dict(pairs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.forms.append((given.get("action") or "", {}))
        elif tag == "input" and name:
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in given:
                    self._add(name, given.get("value") or "on")
            elif kind not in ("submit", "file", "button"):
                self._add(name, value)
        elif tag == "select":
            self._select, self._chosen = name, None
        elif tag == "option" and self._select is not None:
            if self._chosen is None or "selected" in given:  # the first, else the last of those marked
                self._chosen = value
        elif tag == "textarea":
            self._text, self._name = "", name

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            if self._chosen is not None:
                self._add(self._select, self._chosen)
            self._select = None
        elif tag == "textarea" and self._text is not None:
            self._add(self._name, self._text.removeprefix("\n"))
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data


@dataclass(frozen=True)
class Filled:
    """A form as it stands in somebody's browser."""

    client: Client
    address: str
    data: dict[str, list[str]]
    fragment: bool = False

    def send(self, **typed: Any) -> Any:
        """Send it with ``typed`` in place of what it shows (None: without that control)."""
        data = self.data | {name.replace("__", "-"): value for name, value in typed.items()}
        kept = {name: value for name, value in data.items() if value is not None}
        return self.client.post(self.address, kept, headers=HTMX if self.fragment else {})

    def again(self, answer: HttpResponse) -> Filled:
        """The form as ``answer`` shows it."""
        action, data = _fitting(answer.content.decode(), self.address, self.data)
        return replace(self, address=action if action.startswith("/") else self.address, data=data)


def form_of(client: Client, address: str, *, fragment: bool = False, like: str = "") -> Filled:
    """Open the page and return its form: the one that sends to ``like`` (default: to the page itself)."""
    answer = client.get(address, headers=HTMX if fragment else {})
    assert answer.status_code == 200, answer.status_code
    action, data = _fitting(answer.content.decode(), like or address, {})
    return Filled(client, action or address, data, fragment)


def _fitting(html: str, address: str, like: dict[str, list[str]]) -> tuple[str, dict[str, list[str]]]:
    """The form that sends to ``address``."""
    path = address.partition("?")[0]
    found = [one for one in _Forms(html).forms if one[0].partition("?")[0] == path]
    found = found or [one for one in _Forms(html).forms if not one[0] and one[1]]
    assert found, "no such form"
    return max(found, key=lambda one: (len(one[1].keys() & like.keys()), len(one[1])))
