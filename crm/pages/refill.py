"""Putting what was typed back into the HTML of a form, whatever has drawn it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import takewhile

LONGEST_LABEL = 200
_ALWAYS_NEW = frozenset({"csrfmiddlewaretoken", "form_of"})


Gone = list[
    tuple[str, str]
]  # answers that cannot be chosen any more: what they answered, as the page calls it; the value


Values = Mapping[str, list[str]]


def refill(html: str, path: str, body: Mapping[str, list[str]], note: Callable[[Gone, Values], str]) -> str | None:
    """Return ``html`` with ``body`` in the form that sends to ``path``, and the ``note`` at its beginning.

    None when the page has no form for it. Where an option is gone that was chosen, nothing is chosen instead: ``note``
    is given what was, and what stood in controls that are not there any more.
    """
    wanted = path.partition("?")[0]
    forms = [form for form in _read(html) if form.action in ("", wanted)]
    best = max(forms, key=lambda form: len(form.names & body.keys()), default=None)
    if best is None or not best.names & body.keys():
        return None
    left = {name: values for name, values in body.items() if name not in best.names}
    for start, end, text in sorted(best.edits(path, body, note(best.gone(body), left)), reverse=True):
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
    label: str = ""  # what the page calls it
    group: str = ""  # the legend over it

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

    def gone(self, body: Mapping[str, list[str]]) -> Gone:
        """What was chosen of options that are not there any more."""
        found: Gone = []
        given = {name: list(values) for name, values in body.items()}
        for place, control in enumerate(self.controls):
            name = control.attributes.get("name") or ""
            if control.name == "select" and name not in _ALWAYS_NEW:
                found += [(control.label, value) for value in self._missing(place, given.get(name, []))]
        choices: dict[str, list[_Tag]] = {}
        for control in self.controls:
            if control.attributes.get("type") in ("radio", "checkbox") and control.attributes.get("value"):
                choices.setdefault(control.attributes.get("name") or "", []).append(control)
        for name, tags in choices.items():
            there = {tag.attributes["value"] for tag in tags}
            found += [(tags[0].group or tags[0].label, one) for one in body.get(name, []) if one and one not in there]
        return found

    def _missing(self, place: int, given: list[str]) -> list[str]:
        """Of the values of the select at ``place``, which takes its own of ``given``, those without an option."""
        control = self.controls[place]
        values = given if "multiple" in control.attributes else [given.pop(0)] if given else []
        options = takewhile(lambda one: one.name == "option", self.controls[place + 1 :])
        there = {option.attributes.get("value") for option in options}
        return [value for value in values if value and value not in there]

    def edits(self, path: str, body: Mapping[str, list[str]], note: str) -> list[tuple[int, int, str]]:
        tag = self.tag
        found = [(tag.start, tag.end, tag.drawn(action=tag.attributes.get("action") or path) + note)]
        given = {name: list(values) for name, values in body.items()}
        chosen: list[str] = []  # of the select that is being read
        for place, control in enumerate(self.controls):
            name = control.inside or control.attributes.get("name") or ""
            if name in _ALWAYS_NEW or not name:
                continue
            values = given.get(name, [])
            if control.name == "select":
                if self._missing(place, [*values]) and "multiple" not in control.attributes:
                    # Else the browser would choose the first one.
                    found.append((control.end, control.end, '<option value="" selected></option>'))
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
        self.labels: dict[str, str] = {}  # by the id that they are for
        self.legend = self.label_for = self.told = ""
        self.feed(html)
        for form in self.forms:
            for tag in form.controls:
                named = self.labels.get(tag.attributes.get("id") or "") or tag.attributes.get("aria-label")
                tag.label = named or tag.group or tag.attributes.get("name") or ""

    @property
    def at(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: "" if value is None else value for name, value in attrs}
        end = self.at + len(self.get_starttag_text() or "")
        found = _Tag(tag, {**attributes}, self.at, end, group=self.legend)
        if tag == "form":
            is_post = attributes.get("method", "").lower() == "post"
            self.open = _Form(found) if is_post else None
            self.forms += [self.open] if self.open else []
        elif tag in ("label", "legend"):
            self.label_for, self.told = attributes.get("for") or "", ""
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

    def handle_data(self, data: str) -> None:
        self.told = f"{self.told}{data}"[:LONGEST_LABEL]

    def handle_endtag(self, tag: str) -> None:
        if tag == "label" and self.label_for:
            self.labels[self.label_for] = " ".join(self.told.split())
        elif tag == "legend":
            self.legend = " ".join(self.told.split())
        elif tag == "fieldset":
            self.legend = ""
        elif tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.area is not None:
            self.area.closes, self.area = self.at, None


def _read(html: str) -> list[_Form]:
    return _Reader(html).forms
