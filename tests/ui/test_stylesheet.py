"""The one stylesheet: what is in it, in which order, and that it is current."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from crm.ui import stylesheet


def test_a_page_links_one_stylesheet_which_is_served(client: Client) -> None:
    page = client.get("/auth/login/").text
    assert page.count('rel="stylesheet"') == 1 and 'href="/static/css/angler.css"' in page
    answer = client.get("/static/css/angler.css")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/css")
    assert b"".join(answer.streaming_content).decode() == stylesheet.joined()  # type: ignore[attr-defined]


def test_it_begins_with_the_layers_and_leaves_out_what_is_for_people() -> None:
    text = stylesheet.joined()
    assert text.startswith("@layer tokens, base, layout, components, pages, utilities;\n@layer tokens {\n:root {")
    assert "/*" not in text and "\n " not in text and "\n\n" not in text
    names = [path.relative_to(stylesheet.SOURCES).as_posix() for path in stylesheet.sources()]
    assert names[:2] == ["tokens.css", "base.css"]
    assert names.index("components/table.css") < names.index("components/table-list.css")
    assert all(path.read_text().count("{") <= text.count("{") for path in stylesheet.sources())
    assert sum(path.read_text().count(": ") for path in stylesheet.sources()) > text.count(": ") > 2_000


def test_a_change_is_found_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "css"
    (source / "components").mkdir(parents=True)
    (source / "tokens.css").write_text("/* Order */\n@layer tokens, components;\n")
    (source / "components/card.css").write_text("@layer components {\n  .card {\n    color: red;\n  }\n}\n")
    monkeypatch.setattr(stylesheet, "SOURCES", source)
    monkeypatch.setattr(settings, "VAR", tmp_path / "var")
    finder = stylesheet.Finder()
    found = Path(finder.find("css/angler.css"))
    assert found.read_text() == "@layer tokens, components;\n@layer components {\n.card {\ncolor: red;\n}\n}\n"
    (source / "components/card.css").write_text("@layer components {\n  .card {\n    color: blue;\n  }\n}\n")
    assert finder.find("css/angler.css", find_all=True) == [str(found)] and "blue" in found.read_text()
    assert {path.name for path in found.parent.iterdir()} == {"angler.css"}


def test_its_sources_are_not_collected() -> None:
    (finder,) = (one for one in finders.get_finders() if isinstance(one, stylesheet.Finder))
    names = [name for name, _ in finder.list([])]
    assert [name for name in names if name.endswith(".css")] == ["css/angler.css"] and "js/page.js" in names
