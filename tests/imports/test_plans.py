"""A batch looks things up by their indexes, however large the workspace is.

From a list of more than a hundred values PostgreSQL does not conclude that none of them is empty, so a partial index
"where it is not empty" serves the query only if that is said.
"""

from __future__ import annotations

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from crm.tenants.context import tenant_context
from tests import make
from tests.imports.steps import finished, tenant_of, upload
from tests.people import Firm

ROWS = 150
LEADS = "external_id,last_name,email,phone\n" + "".join(
    f"l{number},Person {number},p{number}@k.example,+1 212 555 {number:04}\n" for number in range(ROWS)
)
CONTACTS = "external_id,last_name,account\n" + "".join(
    f"c{number},Person {number},a{number}\n" for number in range(ROWS)
)


TEXTS = {"leads": LEADS, "contacts": CONTACTS}
LARGE = 3000
KEYS = ("external_id", "email_key", "phone_key", "mobile_key")


def fill(table: str, firm: Firm) -> None:
    """Copy the one row that ``firm`` has in ``table`` until the planner takes the table for a large one."""
    with connections["owner"].cursor() as owner:
        owner.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        columns = [name for (name,) in owner.fetchall()]
        new = {"id": "uuidv7()"} | dict.fromkeys(KEYS, "'x' || number")
        listed, copied = ", ".join(columns), ", ".join(new.get(name, name) for name in columns)
        owner.execute(
            f"INSERT INTO {table} ({listed}) SELECT {copied} FROM {table}, generate_series(1, %s) AS number"
            " WHERE tenant_id = %s",
            [LARGE, firm.tenant.pk],
        )
        owner.execute(f"ANALYZE {table}")


@pytest.mark.parametrize(
    ("key", "table", "column", "index"),
    [
        ("leads", "leads_lead", "external_id", "lead_external_id"),
        ("leads", "contacts_contact", "email_key", "contact_email"),
        ("leads", "contacts_contact", "phone_key", "contact_phone"),
        ("leads", "contacts_contact", "mobile_key", "contact_mobile"),
        ("contacts", "accounts_account", "external_id", "account_external_id"),
    ],
)
def test_a_long_list_is_looked_up_by_its_index(fresh_firm: Firm, key: str, table: str, column: str, index: str) -> None:
    with tenant_context(tenant_of(fresh_firm)):
        for maker in (make.lead, make.account, make.contact):
            maker(fresh_firm.ana)
    fill(table, fresh_firm)
    run = upload(fresh_firm, key, TEXTS[key])
    with CaptureQueriesContext(connection) as caught:
        finished(fresh_firm, run)
    selects = [one["sql"] for one in caught.captured_queries if one["sql"].startswith("SELECT")]
    # In one statement, or as one part of it that has a name of its own for the table
    queries = [
        sql for sql in selects if f'"{table}"' in sql and any(f'."{column}" {one} (' in sql for one in ("IN", "= ANY"))
    ]
    assert len(queries) == 1
    with tenant_context(tenant_of(fresh_firm)), connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries[0].replace("%", "%%"))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan, plan
