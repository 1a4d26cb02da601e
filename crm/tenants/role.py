"""The database role of this process: one that row-level security does not hold back does not serve."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

_verified = False

_ROLE_SQL = """
SELECT current_user, rolsuper, rolbypassrls,
       EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')
                AND relnamespace = 'public'::regnamespace)
  FROM pg_roles WHERE rolname = current_user
"""


def role_problem() -> str:
    """Return why the database role of this process may not serve, or an empty text."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLE_SQL)
        name, is_super, bypasses, owns_tables = cursor.fetchone()
    if is_super or bypasses or owns_tables:
        return (
            f"The database role “{name}” is not held back by row-level security "
            f"(superuser: {is_super}, BYPASSRLS: {bypasses}, owns tables: {owns_tables}). Serve as crm_app."
        )
    return ""


def refuse_privileged_role() -> None:
    """Raise ``ImproperlyConfigured``, once per process, when row-level security would not apply to it."""
    global _verified
    if not _verified:
        if problem := role_problem():
            raise ImproperlyConfigured(problem)
        _verified = True


def refuse_to_serve_through_the_wall() -> None:
    """The same for a web server's start; a database that is still away is left to its first request."""
    try:
        refuse_privileged_role()
    except OperationalError:
        pass
    finally:
        connection.close()  # processes are forked from this one
