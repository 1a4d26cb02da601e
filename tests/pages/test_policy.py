"""The content security policy of every page: a stored string can never run."""

from __future__ import annotations

import pytest

from tests.people import Firm, client_of


@pytest.mark.parametrize("path", ["/acme/", "/acme/leads/", "/acme/nowhere/", "/auth/login/"])
def test_only_our_own_files_run_and_style(firm: Firm, path: str) -> None:
    policy = client_of(firm.ana).get(path).headers["Content-Security-Policy"]
    rules = {name: values for name, *values in (rule.split() for rule in policy.split(";"))}
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == rules["style-src"] == ["'self'"]
    assert "unsafe" not in policy
    assert rules["form-action"] == rules["base-uri"] == rules["frame-ancestors"] or rules["frame-ancestors"]
