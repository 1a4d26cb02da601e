"""The content security policy of every page: a stored string can never run."""

from __future__ import annotations

import pytest

from tests.people import Firm, client_of

OWN, NOTHING = ["'self'"], ["'none'"]
RULES = {
    "default-src": NOTHING,
    "script-src": OWN,
    "style-src": OWN,
    "img-src": [*OWN, "data:"],
    "font-src": OWN,
    "connect-src": OWN,
    "form-action": OWN,
    "frame-ancestors": NOTHING,
    "base-uri": NOTHING,
    "manifest-src": OWN,
}


@pytest.mark.parametrize("path", ["/acme/", "/acme/leads/", "/acme/nowhere/", "/auth/login/"])
def test_only_our_own_files_run_and_style(firm: Firm, path: str) -> None:
    policy = client_of(firm.ana).get(path).headers["Content-Security-Policy"]
    rules = {name: values for name, *values in (rule.split() for rule in policy.split(";"))}
    assert rules == RULES
