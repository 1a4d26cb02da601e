from __future__ import annotations

import pytest


@pytest.fixture
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Nobody is woken; the list holds for whom it would have been."""
    kicked: list[object] = []
    monkeypatch.setattr("crm.events.jobs.kick", kicked.append)
    return kicked
