"""``manage.py seed_demo``: a believable firm to look around in, and a second one across the wall."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.local.mailbox import DEMO_SLUG
from crm.tenants.models import Tenant


class Command(BaseCommand):
    help = "Makes the workspaces “demo” and “rival”; does nothing when they are there."

    def handle(self, *args: Any, **options: Any) -> None:
        if Tenant.objects.filter(slug=DEMO_SLUG).exists():
            self.stdout.write("The demo workspace is there already.")
            return
        try:
            from crm.demo.seeding import seed
        except ModuleNotFoundError as error:
            if error.name != "time_machine":
                raise
            text = (
                "The demo workspace needs the package “time-machine”, which is not installed: pip install time-machine"
            )
            raise CommandError(text) from error
        started = time.monotonic()
        self.stdout.write("Making the demo workspace: two to three years of work, one to five minutes …")
        seed()
        self.stdout.write(f"The demo workspace is ready ({time.monotonic() - started:.0f} s).")
