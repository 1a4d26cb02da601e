"""What docs/catalogue.md says of one's first event and handler is done as it says, and works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import accounts.events
import accounts.services
import contacts.workflows
from crm import events
from crm.events import handlers
from crm.events.types import event_type, forget
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of

DOCS = Path(__file__).parents[2] / "docs/catalogue.md"
FILES = (accounts.events, accounts.services, contacts.workflows)  # in which the text puts its pieces of code
TRIED = 'Tenant.objects.get(slug="demo")'  # where the last piece tries them


def pieces() -> list[str]:
    text = DOCS.read_text().partition("## Your first event and handler")[2].partition("\n## ")[0]
    assert all(f"`{file.__name__.replace('.', '/')}.py`" in text for file in FILES)
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def followed() -> Iterator[dict[str, Any]]:
    """The names that there are once the pieces stand in their files."""
    new: dict[str, Any] = {}
    for code, file in zip(pieces()[:-1], FILES, strict=True):
        there = {**vars(file), "events": events, **new}
        names = set(there)
        exec(code, there)
        new |= {name: value for name, value in there.items() if name not in names}
    yield new
    handlers.forget("note-praise")
    forget(event_type("account.praised"))


def test_the_first_event_and_handler(firm: Firm, followed: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts.services, "praise_account", followed["praise_account"], raising=False)
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
        make.contact(firm.ana, account=account)
    shell = pieces()[-1]
    assert TRIED in shell
    exec(shell.replace("demo", firm.tenant.slug), {})
    client = client_of(firm.ada)
    for page in ("", "history/"):
        assert "praised this: so good" in client.get(f"/acme/accounts/{account.pk}/{page}").content.decode()
    runs = client.get(firm.url("setup:runs")).content.decode()
    assert "Praise of accounts" in runs and "Contacts: 1" in runs
