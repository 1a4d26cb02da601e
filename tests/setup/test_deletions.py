"""What goes for good is asked for first."""

from __future__ import annotations

from typing import Any

import pytest

from crm.lists.models import MailingList
from crm.lists.services import create_list
from crm.picklists.models import Pipeline
from crm.picklists.services import create_pipeline
from crm.tenants.context import tenant_context
from crm.users.models import Role, Team
from leads.models import Criterion
from leads.vetting.setup import create_criterion
from tests.people import Firm, client_of

KINDS: dict[str, type[Any]] = {
    "team": Team,
    "role": Role,
    "pipeline": Pipeline,
    "mailing_list": MailingList,
    "criterion": Criterion,
}


def make_spare(firm: Firm, kind: str) -> Any:
    with tenant_context(firm.tenant):
        if kind == "pipeline":
            return create_pipeline(actor=firm.ada, name="Spare")
        if kind == "mailing_list":
            return create_list(actor=firm.ada, name="Spare")
        if kind == "criterion":
            return create_criterion(actor=firm.ada, values={"label": "Spare", "question": "Is it?", "weight": 1})
        return KINDS[kind].objects.create(name="Spare")


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_asks_and_a_button_deletes(firm: Firm, kind: str) -> None:
    spare, client = make_spare(firm, kind), client_of(firm.ada)
    path = firm.url(f"setup:{kind}_deletion", id=spare.pk)
    assert f'href="{path}"' in client.get(firm.url(f"setup:{kind}", id=spare.pk)).content.decode()
    page = client.get(path).content.decode()
    assert "Delete “Spare”?" in page and "cannot be undone" in page and f'action="{path}"' in page
    assert "<html" not in client.get(path, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="dialog").content.decode()
    with tenant_context(firm.tenant):
        assert KINDS[kind].objects.filter(pk=spare.pk).exists()
    assert client.post(path).status_code == 303
    with tenant_context(firm.tenant):
        assert not KINDS[kind].objects.filter(pk=spare.pk).exists()
