"""Components: what templates draw with arguments, ``{{ ui.badge(label, tone) }}``.

``ui.field`` is the macro ``field`` of the one file ``…/components/field.html``. It sees its arguments and what all
templates know, and nothing of the page that draws it.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import jinja2

FOLDER = "components"


class Components:
    """All of them, by name; compiled when one is first drawn."""

    def __init__(self, env: jinja2.Environment) -> None:
        self._env = env
        self._paths = _paths(env)

    def __getattr__(self, name: str) -> Any:
        try:
            path = self._paths[name]
        except KeyError as error:
            raise jinja2.TemplateRuntimeError(f"There is no component {name}.") from error
        macro = getattr(self._env.get_template(path).module, name)
        if not self._env.auto_reload:
            setattr(self, name, macro)
        return macro


def _paths(env: jinja2.Environment) -> dict[str, str]:
    files = map(PurePosixPath, env.list_templates(extensions=["html"]))
    found = [path for path in files if path.parent.name == FOLDER]
    paths = {path.stem: str(path) for path in found}
    if len(paths) < len(found):
        raise jinja2.TemplateRuntimeError("Two components have the same name.")
    return paths
