"""Every URL of a workspace, asked as every role. The table is ``table.py``; what is missing in it fails here."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from crm.tenants.context import tenant_context
from crm.users.models import Membership, Role
from tests.people import client_of
from tests.permissions.asking import path_of, send, url_names
from tests.permissions.samples import Samples
from tests.permissions.table import ROLES, ROWS, Row

# What a role without any right still opens: its own day, settings and tasks, and pages that say nothing of records.
PERSONAL = {
    "home:my_day",
    "search:results",
    "search:palette",
    "users:profile",
    "users:look",
    "activities:tasks",
    "activities:new",
    "notices:index",
    "notices:reading",
    "bulk:index",
    "reports:index",
}


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    assert {row.name for row in ROWS} == set(url_names(settings.WORKSPACE_URLCONF))


def test_no_row_stands_twice() -> None:
    assert len({str(row) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_answer_is_what_the_table_says(row: Row, role: str, samples: Samples) -> None:
    sample = samples.ours
    client = client_of(sample.firm.everybody[role])
    answer = send(client, row, path_of(row, sample), sample)
    assert answer.status_code == row.statuses[role], _why(answer)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_is_not_signed_in_is_asked_to_sign_in(row: Row, samples: Samples) -> None:
    answer = send(Client(), row, path_of(row, samples.ours), samples.ours)
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{settings.LOGIN_URL}?next=/ours/")


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_role_that_grants_nothing_opens_nothing_of_records(row: Row, samples: Samples) -> None:
    sample = samples.ours
    with tenant_context(sample.firm.tenant):
        nothing = Role.objects.get(pk=sample.ids["spare_role"])
        Membership.objects.filter(pk=sample.firm.rita.pk).update(role=nothing)
    answer = send(client_of(sample.firm.rita), row, path_of(row, sample), sample)
    assert (answer.status_code != 404) == (row.name in PERSONAL), _why(answer)


@pytest.mark.parametrize("row", [row for row in ROWS if row.method != "GET"], ids=str)
def test_a_form_without_its_token_is_refused(row: Row, samples: Samples) -> None:
    """CSRF protection is on for every write: the test client leaves it out elsewhere."""
    sample = samples.ours
    client = client_of(sample.firm.ada, enforce_csrf_checks=True)
    assert send(client, row, path_of(row, sample), sample).status_code == 403


def _why(answer: object) -> str:
    form = getattr(answer, "context", None) and answer.context.get("form")  # type: ignore[attr-defined]
    return str(getattr(form, "errors", "") or getattr(form, "problems", ""))
