"""The preview of a record beside its list, over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.activities.services import create_activity
from crm.tenants.context import tenant_context
from tests import make
from tests.budgets.test_queries import queries
from tests.people import Firm, client_of

MOST_QUERIES = 11
MAKERS = {
    "leads": make.lead,
    "accounts": make.account,
    "contacts": make.contact,
    "opportunities": make.opportunity,
}


@pytest.mark.parametrize("key", MAKERS)
def test_it_tells_facts_what_is_next_and_what_was_last(firm: Firm, key: str) -> None:
    with tenant_context(firm.tenant):
        record = MAKERS[key](firm.ana)
        day = timezone.localdate() + timedelta(days=1)
        create_activity(kind="task", records=[record], actor=firm.ana, subject="Send the <offer>", due_on=day)
        create_activity(kind="call", records=[record], actor=firm.ana, body="They like it")
    path = f"/acme/{key}/{record.pk}/"
    page = client_of(firm.ana).get(f"{path}preview/", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in page
    assert record.name in page and "Ana Owner" in page
    assert "Send the &lt;offer&gt;" in page and "They like it" in page
    assert f'href="{path}"' in page and f'href="{path}edit/"' in page
    assert "<html" in client_of(firm.ana).get(f"{path}preview/").content.decode()
    assert f'href="{path}edit/"' not in client_of(firm.rita).get(f"{path}preview/").content.decode()


@pytest.mark.parametrize("key", MAKERS)
def test_it_needs_few_queries(firm: Firm, key: str) -> None:
    with tenant_context(firm.tenant):
        record = MAKERS[key](firm.ana)
        for number in range(12):
            create_activity(kind="task", records=[record], actor=firm.ana, subject=f"Task {number}")
            create_activity(kind="note", records=[record], actor=firm.max, body=f"Note {number}")
    asked = queries(client_of(firm.ana, HTTP_HX_REQUEST="true"), f"/acme/{key}/{record.pk}/preview/")
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)
