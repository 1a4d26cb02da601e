"""Putting what was typed back into the HTML of a form, whatever has drawn it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

_ALWAYS_NEW = frozenset({"csrfmiddlewaretoken", "form_of"})


def refill(html: str, path: str, body: Mapping[str, list[str]], note: str) -> str | None:
    """Return ``html`` with ``body`` in the form that sends to ``path``, and ``note`` at its beginning.

    None when the page has no form for it.
    """
    wanted = path.partition("?")[0]
    forms = [form for form in _read(html) if form.action in ("", wanted)]
    best = max(forms, key=lambda form: len(form.names & body.keys()), default=None)
    if best is None or not best.names & body.keys():
        return None
    for start, end, text in sorted(best.edits(html, path, body, note), reverse=True):
        html = html[:start] + text + html[end:]
    return html


@dataclass
class _Tag:
    name: str
    attributes: dict[str, str | None]
    start: int
    end: int
    inside: str = ""  # of an option: its select
    closes: int = 0  # of a textarea: where its text ends

    def drawn(self, **changes: str | None) -> str:
        given = {**self.attributes, **changes}
        pairs = [
            f' {name}="{escape(value)}"' if value else f" {name}" for name, value in given.items() if value is not None
        ]
        return f"<{self.name}{''.join(pairs)}>"


@dataclass
class _Form:
    tag: _Tag
    controls: list[_Tag] = field(default_factory=list)

    @property
    def action(self) -> str:
        return (self.tag.attributes.get("action") or "").partition("?")[0]

    @property
    def names(self) -> set[str]:
        return {tag.attributes.get("name") or "" for tag in self.controls} - {""}

    def edits(self, html: str, path: str, body: Mapping[str, list[str]], note: str) -> list[tuple[int, int, str]]:
        tag = self.tag
        found = [(tag.start, tag.end, tag.drawn(action=tag.attributes.get("action") or path) + note)]
        given = {name: list(values) for name, values in body.items()}
        chosen: list[str] = []  # of the select that is being read
        for control in self.controls:
            name = control.inside or control.attributes.get("name") or ""
            if name in _ALWAYS_NEW or not name:
                continue
            values = given.get(name, [])
            if control.name == "select":
                chosen = values if "multiple" in control.attributes else [values.pop(0)] if values else []
            if (text := _filled(control, chosen if control.name == "option" else values)) is not None:
                found.append((control.start, control.closes or control.end, text))
        return found


def _filled(tag: _Tag, values: list[str]) -> str | None:
    """The tag with what was typed; None: as it is. What was not sent at all was not ticked.

    Of several controls of one name each takes its own of ``values``, in their order.
    """
    kind = tag.attributes.get("type") or "text"
    if tag.name == "option" or kind in ("checkbox", "radio"):
        attribute = "selected" if tag.name == "option" else "checked"
        value = tag.attributes.get("value")
        chosen = ("on" if value is None else value) in values
        if tag.name == "option" and not values:
            return None
        return tag.drawn(**{attribute: "" if chosen else None})
    if not values or kind in ("submit", "button", "file", "image", "reset"):
        return None
    if tag.name == "textarea":
        return tag.drawn() + "\n" + escape(values.pop(0))
    return tag.drawn(value=values.pop(0)) if tag.name == "input" else None


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [0]
        for line in html.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.forms: list[_Form] = []
        self.open: _Form | None = None
        self.select = ""
        self.area: _Tag | None = None
        self.feed(html)

    @property
    def at(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: "" if value is None else value for name, value in attrs}
        found = _Tag(tag, {**attributes}, self.at, self.at + len(self.get_starttag_text() or ""))
        if tag == "form":
            is_post = attributes.get("method", "").lower() == "post"
            self.open = _Form(found) if is_post else None
            self.forms += [self.open] if self.open else []
        elif self.open is None:
            return
        elif tag == "select":
            self.select = attributes.get("name", "")
            self.open.controls.append(found)
        elif tag == "option":
            found.inside = self.select
            self.open.controls.append(found)
        elif tag in ("input", "textarea"):
            self.open.controls.append(found)
            self.area = found if tag == "textarea" else self.area

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.area is not None:
            self.area.closes, self.area = self.at, None


def _read(html: str) -> list[_Form]:
    return _Reader(html).forms
