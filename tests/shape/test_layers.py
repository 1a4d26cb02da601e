"""Who may import whom is written down in pyproject.toml (import-linter); here, that nothing is left out of it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# ``crm.local`` starts everything else, in processes of its own.
OUTSIDE = {"crm.local"}


def test_every_room_has_its_place_among_the_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    named = {room for layer in settings["contracts"][0]["layers"] for room in re.split(r" *[|:] *", layer)}
    rooms = {f"crm.{path.parent.name}" for path in (ROOT / "crm").glob("*/__init__.py")}
    apps = {*settings["root_packages"]} - {"crm"}
    assert (rooms | apps) - OUTSIDE == named - {"crm.workspace_urls"}
