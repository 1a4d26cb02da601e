"""The docs hang together: decisions are numbered once each, and links lead to what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.shape.sources import ROOT

DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#[^)]*)?\)")


def test_decisions_are_numbered_without_a_gap() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == [*range(1, len(decisions) + 1)]
    said = [int(path.read_text().split(maxsplit=2)[1].rstrip(".:")) for path in decisions]
    assert said == [*range(1, len(decisions) + 1)], "the heading says another number than the file's name"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_docs_lead_somewhere(path: Path) -> None:
    targets = {found for found in LINK.findall(path.read_text()) if found and "://" not in found}
    assert [target for target in sorted(targets) if not (path.parent / target).exists()] == []
