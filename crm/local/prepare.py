"""Before the programs start: migrate, collect static files, seed the demo. One Django process does it all.

Run as `python -m crm.local.prepare FOLDER` with the environment complete.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands

from .state import State


def main() -> None:
    """Do what is not done yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=1)
    collect_static(State(Path(sys.argv[1])))
    if "seed_demo" in get_commands():
        call_command("seed_demo")


def collect_static(state: State) -> None:
    """Copy and hash the static files, unless none changed since the last time."""
    fingerprint = _fingerprint()
    if state.values.get("static") != fingerprint or not Path(settings.STATIC_ROOT).exists():
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        state.keep("static", fingerprint)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
