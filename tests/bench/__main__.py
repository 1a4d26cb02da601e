"""``make bench``: how fast the product is, beside a floor that is measured in the same run.

Needs the data of ``make demo-big`` (or the demo workspace, for small figures), and nothing else running.
``--only pages`` (or another of ``PARTS``) measures a part; ``--seconds`` sets the time for each rate.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys

from crm.local.servers import default_var, ensure_env, read_env_file

PARTS = ("pages", "candidates", "conversions", "bulk", "imports")


def main() -> None:
    """Measure, print the table, and keep it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part (may be repeated)")
    parser.add_argument("--seconds", type=float, default=16.0, help="for each rate")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    read_env_file()
    ensure_env(default_var())
    import django

    django.setup()
    logging.disable(logging.INFO)  # of this process; the server logs as it always does
    _refuse_debug()
    folder = default_var().resolve() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    from tests.bench.run import run

    run(folder, options.only or list(PARTS), options.seconds)


def _refuse_debug() -> None:
    from django.conf import settings

    if settings.DEBUG or settings.TESTING:
        sys.exit("Unset DEBUG and ANGLER_TESTING: what they switch on is not what is measured.")


if __name__ == "__main__":
    main()
