"""What people read when the database is away, and when we are at fault."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from tests.people import Firm, client_of


def broken(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_given: Any, **_options: Any) -> None:
        raise error

    monkeypatch.setattr("crm.pages.editing.objection_to", fail)


DATA = {"last_name": "Lost", "email": "lost@x.example"}


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_while_the_database_is_away_we_do_not_say_that_it_was_not_saved(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    broken(monkeypatch, error)
    client = client_of(firm.ana, raise_request_exception=False)
    answer = client.post("/acme/leads/new/", DATA)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "we do not know whether it was saved" in answer.content.decode()
    assert "not saved." not in answer.content.decode()
    fragment = client.post("/acme/leads/new/", DATA, headers={"HX-Request": "true"})
    assert fragment.status_code == 503
    assert fragment["Content-Type"].startswith("text/plain")
    assert "We do not know whether it was saved" in fragment.content.decode()


def test_a_fault_of_ours_is_not_the_database(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, RuntimeError("ours"))
    answer = client_of(firm.ana, raise_request_exception=False).post("/acme/leads/new/", DATA)
    assert answer.status_code == 500
    assert "Retry-After" not in answer
