"""What the browser's modules leave to htmx."""

from __future__ import annotations

from tests.shape.sources import STATIC, having

SCRIPTS = [path for path in STATIC if path.suffix == ".js"]


def test_htmx_speaks_for_itself() -> None:
    """It sends and reads its own headers and puts parts where they belong. Only page.js reads one: whoever has typed
    something else is asked before htmx leads away."""
    assert having("HX-[A-Z][A-Za-z-]+|hx-swap-oob", SCRIPTS) == ["static/js/page.js: HX-Redirect"]


def test_only_whole_pages_are_fetched_without_htmx() -> None:
    """The head of a record that has changed, and who is signed in now."""
    assert having(r"\bfetch\(|XMLHttpRequest", SCRIPTS) == [
        "static/js/record.js: fetch(",
        "static/js/session.js: fetch(",
    ]
