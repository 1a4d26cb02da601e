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
from crm.events.delivery import deliver_all
from crm.events.types import event_type, forget
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of

DOCS = Path(__file__).parents[2] / "docs/catalogue.md"
FILES = (accounts.events, accounts.services, contacts.workflows)  # in which the text puts its pieces of code


@pytest.fixture
def followed() -> Iterator[dict[str, Any]]:
    """The names that there are once the pieces stand in their files."""
    text = DOCS.read_text().partition("## Your first event and handler")[2].partition("\n## ")[0]
    pieces = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    new: dict[str, Any] = {}
    for code, file in zip(pieces, FILES, strict=True):
        assert f"`{file.__name__.replace('.', '/')}.py`" in text
        there = {**vars(file), "events": events, **new}
        names = set(there)
        exec(code, there)
        new |= {name: value for name, value in there.items() if name not in names}
    yield new
    handlers.forget("note-praise")
    forget(event_type("account.praised"))


def test_the_first_event_and_handler(firm: Firm, followed: dict[str, Any]) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
        make.contact(firm.ana, account=account)
        followed["praise_account"](account=account, words="so good", actor=firm.ana)
        deliver_all()
    client = client_of(firm.ada)
    for page in ("", "history/"):
        assert "praised this: so good" in client.get(f"/acme/accounts/{account.pk}/{page}").content.decode()
    runs = client.get(firm.url("setup:runs")).content.decode()
    assert "Praise of accounts" in runs and "Contacts: 1" in runs
