"""``manage.py catalogue``: what a newcomer asks first."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crm.catalogue.naming import rename_types
from crm.tenants.context import tenant_context
from tests.people import Firm


def printed(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("catalogue", *arguments, stdout=out, **options)
    return out.getvalue()


def test_everything_that_is_declared_is_printed() -> None:
    """Without a workspace, and so without a database."""
    found = json.loads(printed(json=True))
    assert list(found) == ["types", "fields", "panels", "actions", "events", "handlers", "settings", "jobs"]
    assert all(found.values())
    assert any(one["type"] == "opportunities" and not one["stands for"] for one in found["types"])
    assert any(one["field"] == "amount" and one["kind"] == "MoneyKind" for one in found["fields"])
    assert any(one["panel"] == "life" and one["type"] == "accounts" for one in found["panels"])
    assert any(one["event"] == "opportunity.won" and "on" in one["data"] for one in found["events"])
    assert any(one["handler"] == "account-life" and "opportunity.won" in one["hears"] for one in found["handlers"])
    assert any(one["setting"] == "past_customer_months" and one["default"] == "12" for one in found["settings"])
    assert any(one["job"] == "crm.runs.jobs.work" and one["queue"] == "long" for one in found["jobs"])


def test_a_section_is_a_table() -> None:
    head, columns, *rows = printed("handlers").splitlines()
    assert head == f"HANDLERS ({len(rows)})"
    assert columns.split() == ["handler", "called", "hears", "at", "once", "function"]
    with pytest.raises(CommandError, match="There is no section wings"):
        printed("wings")


def test_a_workspace_has_its_own_names_and_actions(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names={"opportunities": ("Deal", "Deals")})
    assert "Deal / Deals" in printed("types", workspace="acme")
    assert "Deal / Deals" not in printed("types")
    assert "set:rating" in printed("actions", workspace="acme")
    with pytest.raises(CommandError, match="There is no workspace"):
        printed("types", workspace="nowhere")
