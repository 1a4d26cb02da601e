"""``manage.py demo_big``: millions of rows to measure on."""

from __future__ import annotations

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from crm.demo.big import LEADS, SMALL, load
from crm.local.run import DEMO_PASSWORD


class Command(BaseCommand):
    help = (
        "Loads the workspace “big” with a million leads, 200,000 accounts, 300,000 contacts and 300,000 opportunities, "
        "“medium” with a tenth of that, and 200 small ones. Nobody else can work on the database meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leads", type=int, default=LEADS, help="of “big”; the other types keep their relation")
        parser.add_argument("--small", type=int, default=SMALL, help="how many small workspaces")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()

        def say(text: str) -> None:
            self.stdout.write(f"{time.monotonic() - started:6.0f} s  {text}")

        call_command("migrate", database="owner", interactive=False, verbosity=0)
        filled = load(leads=options["leads"], small=options["small"], say=say)
        if not filled:
            say("Everything is there already.")
        say("Sign in as admin@big.angler.example (or admin@medium.…, admin@small-001.… and so on)")
        say(f"with the password {DEMO_PASSWORD}.")
