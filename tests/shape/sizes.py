"""How large things may be, and how large they are: ``make sizes`` prints it, ``test_sizes`` holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.shape.circles import circles
from tests.shape.sources import SOURCES, STATIC, TEMPLATES, functions_of, name_of, text_of

STYLES = [path for path in STATIC if path.suffix == ".css"]


@dataclass(frozen=True)
class Limit:
    """``most`` None: it is printed, and not held yet. ``beyond``: what is larger all the same. A row may go; none may
    come."""

    of: str
    most: int | None
    measure: Callable[[], dict[str, int]]
    beyond: frozenset[str] = frozenset()

    def larger(self) -> set[str]:
        """What is larger than it may be."""
        return set() if self.most is None else {name for name, size in self.measure().items() if size > self.most}

    def line(self) -> str:
        sizes = self.measure()
        largest = max(sizes, key=lambda name: sizes[name], default="")
        most = "-" if self.most is None else str(self.most)
        return f"{self.of:38} {most:>6} {sizes.get(largest, 0):>8} {len(self.beyond):>7}   {largest}"


def lines(paths: list[Path]) -> dict[str, int]:
    return {name_of(path): len(text_of(path).splitlines()) for path in paths}


def characters(paths: list[Path]) -> dict[str, int]:
    return {name_of(path): len(text_of(path)) for path in paths}


def longest_lines(paths: list[Path]) -> dict[str, int]:
    return {name_of(path): max(map(len, text_of(path).splitlines()), default=0) for path in paths}


def functions() -> dict[str, int]:
    return {
        f"{name_of(path)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in SOURCES
        for node in functions_of(path)
    }


def in_circles() -> dict[str, int]:
    """How many modules are in the same circle of imports, by each that is in one."""
    return {name: len(circle) for circle in circles() for name in circle}


LIMITS = (
    Limit("lines of a file", 400, lambda: lines([*SOURCES, *STATIC])),
    Limit("lines of a function", 50, functions),
    Limit("modules in a circle of imports", 0, in_circles),
    Limit("lines of a template", 150, lambda: lines(TEMPLATES)),
    Limit("characters of a template", 4_000, lambda: characters(TEMPLATES)),
    Limit("characters of a template’s line", 120, lambda: longest_lines(TEMPLATES)),
    Limit("lines of a style sheet", 230, lambda: lines(STYLES)),
    Limit("characters of a style sheet", 7_500, lambda: characters(STYLES)),
    Limit("characters of a style sheet’s line", 120, lambda: longest_lines(STYLES)),
)


def main() -> None:
    print(f"{'':38} {'limit':>6} {'largest':>8} {'beyond':>7}   which")
    for limit in LIMITS:
        print(limit.line())


if __name__ == "__main__":
    main()
