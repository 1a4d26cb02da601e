"""A batch looks things up by their indexes, however large the workspace is.

From a list of more than a hundred values PostgreSQL does not conclude that none of them is empty, so a partial index
"where it is not empty" serves the query only if that is said.
"""

from __future__ import annotations

import pytest
from django.db import connection
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


@pytest.mark.parametrize(
    ("key", "text", "column", "index"),
    [
        ("leads", LEADS, '"leads_lead"."external_id" IN', "lead_external_id"),
        ("leads", LEADS, '"contacts_contact"."email_key" IN', "contact_email"),
        ("leads", LEADS, '"contacts_contact"."phone_key" IN', "contact_phone"),
        ("leads", LEADS, '"contacts_contact"."mobile_key" IN', "contact_mobile"),
        ("contacts", CONTACTS, '"accounts_account"."external_id" IN', "account_external_id"),
    ],
)
def test_a_long_list_is_looked_up_by_its_index(fresh_firm: Firm, key: str, text: str, column: str, index: str) -> None:
    with tenant_context(tenant_of(fresh_firm)):
        for number in range(20):
            make.contact(
                fresh_firm.ana, last_name=f"C{number}", email=f"c{number}@x.example", phone=f"212 555 {number}"
            )
    job = upload(fresh_firm, key, text)
    with CaptureQueriesContext(connection) as caught:
        finished(fresh_firm, job)
    queries = [
        one["sql"] for one in caught.captured_queries if column in one["sql"] and one["sql"].startswith("SELECT")
    ]
    assert len(queries) == 1
    with tenant_context(tenant_of(fresh_firm)), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # what tables of any size would do
        cursor.execute("EXPLAIN " + queries[0].replace("%", "%%"))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan, plan
