"""``manage.py migrate``: as the owning role, then build the tenant wall."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from crm.tenants.wall import LOCK_TIMEOUT, build_wall, patiently


class Command(Migrate):
    help = "Migrates as the database's owner and brings the tenant wall in line with the models."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        patiently(lambda: super(Command, self).handle(*args, **options))
        if not (options["plan"] or options["check_unapplied"]):
            build_wall(connection)
