"""The safeguards of ``safeguards.toml``, and the code without one of them."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Safeguard:
    """``text`` of ``file`` (which holds it once) becomes ``instead``; ``tests`` are pytest's arguments.

    Name the one or two tests that ought to notice, not a folder: each entry shall take seconds.
    """

    name: str
    file: str
    text: str
    instead: str
    tests: str

    @property
    def arguments(self) -> list[str]:
        return shlex.split(self.tests)

    @property
    def paths(self) -> list[str]:
        """The files of the tests."""
        return [part.partition("::")[0] for part in self.arguments if part.startswith("tests/")]

    def without(self, whole: str) -> str:
        """Return the file's text without this safeguard."""
        if whole.count(self.text) != 1:
            raise ValueError(f"{self.name}: {self.file} holds its text {whole.count(self.text)} times")
        return whole.replace(self.text, self.instead)


SAFEGUARDS = [Safeguard(**one) for one in tomllib.loads(Path(__file__).with_suffix(".toml").read_text())["safeguard"]]
