from typing import Any

from django.db import migrations

from crm.ground.addresses import email_key


def write_anew(apps: Any, editor: Any) -> None:
    """One way of writing a host with letters beyond a–z. Whose other way somebody else has, stays."""
    with editor.connection.cursor() as cursor:
        for table, same in (("users_user", "true"), ("users_membership", "o.tenant_id = t.tenant_id")):
            cursor.execute(
                f"SELECT id, email FROM {table} WHERE octet_length(email) <> char_length(email) OR email LIKE '%xn--%'"
            )
            for row_id, email in cursor.fetchall():
                cursor.execute(
                    f"UPDATE {table} AS t SET email = %s WHERE t.id = %s"
                    f" AND NOT EXISTS (SELECT 1 FROM {table} AS o WHERE o.email = %s AND {same})",
                    [email_key(email), row_id, email_key(email)],
                )


class Migration(migrations.Migration):
    dependencies = [("users", "0004_passwords_and_proven_addresses")]

    operations = [migrations.RunPython(write_anew, migrations.RunPython.noop)]
