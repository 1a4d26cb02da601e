"""Two at once: to let the first go on when the second waits for it, and not before."""

from __future__ import annotations

from django.db import connection


def somebody_waits() -> bool:
    """Whether a session waits for a lock here; those of other workers of the tests have their own databases."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks AS waiting JOIN pg_locks AS its USING (pid)"
            " JOIN pg_database ON pg_database.oid = its.database"
            " WHERE NOT waiting.granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])
