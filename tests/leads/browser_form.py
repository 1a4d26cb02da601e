"""What a browser without JavaScript would send of a page's form."""

from __future__ import annotations

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, inside: str) -> None:
        super().__init__()
        self.inside, self.depth = inside, 0
        self.values: dict[str, str] = {}
        self.select = ""
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.depth = 1 if self.inside in (given.get("class") or "").split() else 0
        name = given.get("name") or ""
        if not self.depth:
            return
        if tag == "input" and name:
            if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                self.values[name] = given.get("value") or ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and (self.select not in self.values or "selected" in given):
            self.values[self.select] = given.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.depth = 0
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data


def form_values(page: str, css_class: str) -> dict[str, str]:
    """Return the names and values of the form with ``css_class`` as ``page`` shows it."""
    reader = _Form(css_class)
    reader.feed(page)
    assert reader.values, f"no form.{css_class} in the page"
    return reader.values
