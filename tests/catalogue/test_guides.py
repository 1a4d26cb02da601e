"""What docs/first-hour.md and docs/catalogue.md tell a newcomer to do is done as they say, and works.

It is done in a copy of the project, whose own process then looks at what there is: ``first_hour.py``,
``first_type.py``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELL = "make shell"
# The page, the headings that are followed, the app that needs a migration, and what is run then.
GUIDES = {
    "first_hour": (
        "first-hour.md",
        ("Your first field", "Your first event and handler", "Your first page"),
        "accounts",
        ["tests/catalogue/first_hour.py", "tests/permissions/test_urls.py", "-k", "first_hour or praise or every_url"],
    ),
    "first_type": (
        "catalogue.md",
        ("Your first record type", "Your first job", "Your first run"),
        "repairs",
        ["tests/catalogue/first_type.py", "tests/catalogue/first_run.py"],
    ),
}
# What a piece of code takes the place of, or the line below which it stands, in the order of the pieces of a file.
# Of other files that there are it is the end.
INSTEAD = '        Section(_("Size"), ("employees", "annual_revenue", "founded", "contract_ends_on")),\n'
BELOW = {
    "accounts/models.py": ["    description = models.TextField(blank=True)\n"],
    "accounts/fields.py": ['    FieldSpec("phone", _("Phone"), kinds.Phone()),\n'],
    "accounts/record.py": [
        INSTEAD,
        '        Panel("duplicates", "pages/duplicates_panel.html", load_alike, order=15),\n    ),\n',
    ],
    "accounts/urls.py": ['    path("<uuid:record_id>/type/", page_of(ACCOUNT, views.account_type), name="type"),\n'],
    "tests/permissions/table.py": [
        "accounts:type          POST    record_id=$account_west                303 404 404 404\n",
        '    "accounts:type": {"type": "$customer", "keep": "on"},\n',
    ],
}
# What a page says in words: the file in which that is done, what stood there, and what stands there then.
IN_WORDS = {
    "first_hour": (("accounts/record.py", "import Badge,", "import Action, Badge,"),),
    "first_type": (
        ("crm/settings.py", '    "leads",\n', '    "leads",\n    "repairs",\n'),
        (
            "repairs/record.py",
            '    set_by_move=("status",),\n',
            '    set_by_move=("status",),\n    urls="repairs.urls",\n',
        ),
        ("repairs/apps.py", "import record  #", "import putting_off, record  #"),
    ),
}


def pieces(page: str, *headings: str) -> list[tuple[str, str]]:
    """The code under these headings, each with the file in which the page says that it stands."""
    found = []
    for heading in headings:
        text = (ROOT / "docs" / page).read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
        named = rf"`({SHELL}|[\w/]+\.(?:py|html))`[^`]*\n\n```(?:python|text|html)\n(.*?)```"
        its = re.findall(named, text, re.DOTALL)
        assert len(its) == text.count("```") / 2, heading
        found += its
    return found


def follow(copy: Path, found: list[tuple[str, str]], in_words: Iterable[tuple[str, str, str]]) -> None:
    below = {file: list(lines) for file, lines in BELOW.items()}
    for file, code in found:
        path = copy / file
        text = path.read_text() if path.exists() else ""
        if file == SHELL:
            continue
        if file in below:
            place = below[file].pop(0)
            assert text.count(place) == 1, place
            path.write_text(text.replace(place, code if place == INSTEAD else place + code))
        else:
            if not path.parent.exists():
                path.parent.mkdir()
                (path.parent / "__init__.py").touch()
            path.write_text(f"{text}\n\n{code}" if text else code)
    for file, old, new in in_words:
        path = copy / file
        text = path.read_text()
        assert text.count(old) == 1, file
        path.write_text(text.replace(old, new))


@pytest.mark.long
@pytest.mark.parametrize("guide", GUIDES, ids=str)
def test_a_guide(tmp_path: Path, guide: str) -> None:
    page, headings, app, tests = GUIDES[guide]
    copy = tmp_path / "angler"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "var", "__pycache__", "node_modules"))
    follow(copy, pieces(page, *headings), IN_WORDS[guide])
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    for command in (
        ["manage.py", "makemigrations", app],
        ["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests],
    ):
        done = subprocess.run(
            [sys.executable, *command], check=False, cwd=copy, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
