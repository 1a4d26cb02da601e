"""Styles stay a file a component: small, in their layer, of their own, and in use."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from crm.ui import stylesheet
from tests.shape.css import classes, compounds, rules
from tests.shape.sources import OURS, ROOT, STATIC, TEMPLATES, having, name_of, text_of

LAYERS = "@layer tokens, base, layout, components, pages, utilities;"
STYLES = stylesheet.sources()

# Small parts that whoever holds them may place, size and colour. Any other class is styled in its own file only.
PLACED = {
    "badge", "button", "button-icon", "button-primary", "button-quiet", "callout", "control", "count", "dot", "icon",
    "link", "row", "text-warning",
}  # fmt: skip
REACHED = {"field"}  # from pages/convert.css: what another answer makes needless. May shrink

# Classes that no template writes down, and who puts them on
MADE = {
    "crm/ui/charts.py": "chart chart-axis chart-grid chart-scaled chart-tick chart-track chart-value line mark",
    "crm/ui/icons.py": "icon",
    "crm/pages/rows.py": "col-name is-money is-number",
    "crm/picklists/lists.py": "tone-danger tone-hot tone-info tone-neutral tone-success tone-warning",
    "reports/failures.py": "series-danger series-neutral series-warning",
    "reports/close_ratio.py": "series-success",
    "static/js/page.js": "is-busy",
    "static/js/board.js": "is-dragged is-lifted is-over",
    "static/js/files.js": "is-dropping",
}
MADE_OF_A_NUMBER = re.compile(r"series-\d+")
MADE_BY_HTMX = {"htmx-request"}
# Classes of templates without a style: hooks of tests and scripts. May shrink
UNSTYLED = {"claim-evidence", "filter-picker", "has-error", "person-name", "task-owner", "vetting-by"}


def styled() -> set[str]:
    return {
        one for path in STYLES for _, selector in rules(path) for one in re.findall(r"\.([a-zA-Z][\w-]*)", selector)
    }


def written(within_tags: bool = True) -> set[str]:
    """What stands in the ``class`` of a template or of HTML that Python makes; words of template tags in it too."""
    tag = r"\{%.*?%\}|\{\{.*?\}\}"
    found: set[str] = set()
    for path in [*TEMPLATES, *OURS]:
        for value in re.findall(rf'class="((?:{tag}|[^"])*)"', text_of(path)):
            found.update(re.sub(tag, " ", value).split())
            if within_tags:
                found.update(word for words in re.findall(r'["\']([\w -]+)["\']', value) for word in words.split())
        if within_tags:
            icons = re.findall(r'icon\([^()]*?, "([\w -]+)"', text_of(path))
            found.update(word for words in icons for word in words.split())
    return {word for word in found if re.fullmatch(r"[a-z][\w-]*[\w]", word)}


def own(selector: str) -> list[str]:
    """The classes of what is styled that name it, and not its state."""
    return [one for one in classes(compounds(selector)[-1]) if not one.startswith(("is-", "tone-", "htmx-"))]


def test_the_files_are_found() -> None:
    assert len(STYLES) > 80 and len(styled()) > 250 and len(written()) > 250
    assert {path for path in STATIC if path.suffix == ".css"} == set(STYLES)


def test_what_a_component_is_on_a_phone_stands_with_it() -> None:
    assert not [name_of(path) for path in STYLES if re.search(r"small|phone|mobile|dark", path.stem)]


def test_each_says_what_it_is() -> None:
    assert not [name_of(path) for path in STYLES if not re.match(r"/\* [A-Z`].{20,}", text_of(path))]


def test_each_is_in_the_layer_of_its_folder() -> None:
    """A folder is a layer; of the others each is one file. The first file declares their order."""
    assert LAYERS in text_of(STYLES[0])
    for path in STYLES:
        layer = path.stem if path.parent == stylesheet.SOURCES else path.parent.name
        assert {found for found, _ in rules(path)} == {layer}, name_of(path)


def test_colours_are_tokens() -> None:
    others = [path for path in STYLES if path.stem != "tokens"]
    assert not having(r"oklch\(\d|rgba?\(|hsla?\(|#[\da-f]{3}", others)


def test_none_reaches_into_another_component() -> None:
    alone: defaultdict[str, set[Path]] = defaultdict(set)  # where a class is styled wherever it stands
    for path in STYLES:
        for _, selector in rules(path):
            if len(compounds(selector)) == len(own(selector)) == 1:
                alone[own(selector)[0]].add(path)
    assert not {one: paths for one, paths in alone.items() if len(paths) > 1}
    for path in STYLES:
        others = {one for one, paths in alone.items() if path not in paths} - PLACED - REACHED
        reaching = [selector for _, selector in rules(path) if own(selector) and set(own(selector)) <= others]
        assert not reaching, f"{name_of(path)}: {reaching}"


def test_each_class_that_is_styled_is_used() -> None:
    made = {one: ROOT / place for place, names in MADE.items() for one in names.split()}
    unused = {one for one in styled() - written() - MADE_BY_HTMX if not MADE_OF_A_NUMBER.fullmatch(one)}
    assert unused <= set(made), unused - set(made)
    for one, place in made.items():
        assert re.search(rf"\b{one.removeprefix('tone-')}\b", text_of(place)), f"{one} is not made by {name_of(place)}"


def test_each_class_that_is_used_is_styled() -> None:
    ends_of_tones = {one.removeprefix("tone-") for one in styled() if one.startswith("tone-")}  # {% if … %}danger{% …
    assert written(within_tags=False) - styled() - ends_of_tones == UNSTYLED
