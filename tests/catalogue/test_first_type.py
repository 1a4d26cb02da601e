"""What docs/catalogue.md says of one's first field, type of record, job and run is done as it says, and works.

It is done in a copy of the project, whose own process then looks at what there is (``first_type.py``).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# After which line of the file what the page has put "beside the others" stands; the section takes another's place.
BESIDE = {
    "accounts/models.py": "    description = models.TextField(blank=True)\n",
    "accounts/fields.py": '    FieldSpec("phone", _("Phone"), kinds.Phone()),\n',
}
LOOKED_AT = ("tests/catalogue/first_type.py", "tests/catalogue/first_run.py")
# What the page says of the run in words
FOR_THE_RUN = (
    ("repairs/record.py", '    set_by_move=("status",),\n', '    set_by_move=("status",),\n    urls="repairs.urls",\n'),
    ("repairs/apps.py", "import record  #", "import putting_off, record  #"),
)
SECTION = '        Section(_("Size"), ("employees", "annual_revenue", "founded", "contract_ends_on")),\n'


def pieces(heading: str) -> list[tuple[str, str]]:
    """The code under a heading, each with the file in which the page says that it stands."""
    text = (ROOT / "docs/catalogue.md").read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"`([\w/]+\.(?:py|html))`[^`]*\n\n```(?:python|text|html)\n(.*?)```", text, re.DOTALL)
    assert len(found) == text.count("```") / 2
    return found


def follow(copy: Path) -> None:
    for file, code in pieces("Your first field"):
        path = copy / file
        before = BESIDE.get(file, SECTION)
        text = path.read_text()
        assert text.count(before) == 1, file
        path.write_text(text.replace(before, before + code if file in BESIDE else code))
    (copy / "repairs").mkdir()
    (copy / "repairs/__init__.py").touch()
    (copy / "templates/repairs").mkdir()
    for heading in ("Your first record type", "Your first job", "Your first run"):
        for file, code in pieces(heading):
            (copy / file).write_text(code)
    for file, before, after in FOR_THE_RUN:
        text = (copy / file).read_text()
        assert text.count(before) == 1, file
        (copy / file).write_text(text.replace(before, after))
    settings = copy / "crm/settings.py"
    settings.write_text(settings.read_text().replace('    "leads",\n', '    "leads",\n    "repairs",\n'))


@pytest.mark.long
def test_the_first_field_type_job_and_run(tmp_path: Path) -> None:
    copy = tmp_path / "angler"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "var", "__pycache__", "node_modules"))
    follow(copy)
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    for command in (
        ["manage.py", "makemigrations", "accounts", "repairs"],
        ["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *LOOKED_AT],
    ):
        done = subprocess.run(
            [sys.executable, *command], check=False, cwd=copy, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
