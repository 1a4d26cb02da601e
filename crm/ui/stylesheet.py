"""One stylesheet of the files under ``static/css``: browsers ask for one file, people read one component a file.

A finder of static files, so that development, tests and ``collectstatic`` get the same one by the same way.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage, Storage

NAME = "css/angler.css"
SOURCES = settings.BASE_DIR / "static/css"
_FOR_PEOPLE = re.compile(r"/\*.*?\*/\s*|^\s+", re.DOTALL | re.MULTILINE)  # comments, indents: a third of what is sent


def sources() -> list[Path]:
    """The files in order: first the tokens, which declare the layers, then by name, ``table`` before ``table-list``."""
    return sorted(
        SOURCES.rglob("*.css"),
        key=lambda path: (path.stem != "tokens", path.relative_to(SOURCES).with_suffix("").parts),
    )


def joined() -> str:
    """What browsers get."""
    return _FOR_PEOPLE.sub("", "\n".join(path.read_text() for path in sources()))


class Finder(FileSystemFinder):
    """The folders of static files, with the one stylesheet in the place of its sources."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made = FileSystemStorage(location=settings.VAR / "stylesheet")

    def find_location(self, root: str, path: str, prefix: str | None = None) -> str | None:
        return self._current() if path == NAME else super().find_location(root, path, prefix)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        self._current()
        yield NAME, self.made
        yield from super().list([*(ignore_patterns or ()), "css"])

    def _current(self) -> str:
        """Its path, after writing it anew where a source has changed."""
        target, text = Path(self.made.path(NAME)), joined()
        if not target.exists() or target.read_text() != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            number, draft = tempfile.mkstemp(dir=target.parent)  # several processes may do so at once
            with open(number, "w") as file:
                file.write(text)
            os.chmod(draft, 0o644)
            os.replace(draft, target)
        return str(target)
