"""The order of a benchmark, and what it prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command

from crm.local.prepare import collect_static
from crm.local.servers import default_var
from crm.local.state import State
from tests.bench.conversions import conversions
from tests.bench.imports import imports
from tests.bench.leads import bulk_conversion, candidates
from tests.bench.pages import pages_of
from tests.bench.places import Place, find_places
from tests.bench.result import Line, table, write
from tests.bench.serving import gunicorn
from tests.bench.timing import list_throughput, time_page


def run(folder: Path, parts: list[str], seconds: float) -> None:
    """Measure ``parts``, print the table, and keep it in ``folder``."""
    _prepare()
    places = find_places()
    if not places:
        sys.exit("There is nothing to measure on. Load it with: make demo-big (or: make run, for the small demo)")
    for place in places:
        print(f"{place.tenant.slug}: {place.leads:,} leads", flush=True)
    if len(places) < 2:
        print("Only one size is loaded (see make demo-big): sizes are not compared.", flush=True)
    lines = []
    for line in measure(folder, places, parts, seconds):
        print(table([line]).splitlines()[-1], flush=True)
        lines.append(line)
    print(f"\n{table(lines)}\n\nKept in {write(folder, lines)}")


def _prepare() -> None:
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    collect_static(State(default_var().resolve()))


def measure(folder: Path, places: list[Place], parts: list[str], seconds: float) -> Iterator[Line]:
    """Pages in every place; rates, jobs and what compares sizes in the largest."""
    largest = places[-1]
    if "pages" in parts or "conversions" in parts:
        with gunicorn(folder) as port:
            if "pages" in parts:
                yield from _pages(places, port, seconds)
            if "conversions" in parts:
                yield from conversions(largest, port, seconds)
    if "candidates" in parts:
        for place in places:
            yield from candidates(place)
    if "bulk" in parts:
        yield from bulk_conversion(largest)
    if "imports" in parts:
        yield from imports(largest, folder)


def _pages(places: list[Place], port: int, seconds: float) -> Iterator[Line]:
    for same in zip(*(pages_of(place) for place in places), strict=True):
        lines = time_page(list(zip(places, same, strict=True)), port)
        yield from lines
        small, large = lines[0], lines[-1]
        if large is not small:
            note = f"against {small.rows:,} leads"
            yield Line(f"{large.name}: both sizes", large.rows, large.value, "ms", small.value, "≤ 1.1", note)
    yield list_throughput(places[-1], pages_of(places[-1])[0], port, seconds)
