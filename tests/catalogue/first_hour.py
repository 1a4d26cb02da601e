"""What there is once docs/first-hour.md was followed: ``test_guides.py`` runs it in a copy of the project."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.tenants.context import tenant_context
from tests import make
from tests.catalogue.test_guides import SHELL, pieces
from tests.forms import form_of
from tests.people import Firm, client_of

TRIED = 'Tenant.objects.get(slug="demo")'  # where the shell tries it


@pytest.fixture
def client(firm: Firm) -> Client:
    return client_of(firm.ana)


def test_the_field(firm: Firm, client: Client) -> None:
    sent = form_of(client, "/acme/accounts/new/").send(name="Taxed Ltd", vat_number="DE 811907980")
    assert "DE 811907980" in client.get(sent["Location"]).content.decode()
    assert "Taxed Ltd" in client.get("/acme/accounts/?vat_number__starts=de%208119").content.decode()
    file = client.get("/acme/accounts/export/?filters=none&columns=name,vat_number").content.decode()
    assert "Taxed Ltd,DE 811907980" in file


def test_the_event_and_the_handler(firm: Firm, client: Client) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
        make.contact(firm.ana, account=account)
    shell = dict(pieces("first-hour.md", "Your first event and handler"))[SHELL]
    assert TRIED in shell
    exec(shell.replace(TRIED, TRIED.replace("demo", firm.tenant.slug)), {})
    for page in ("", "history/"):
        assert "praised this: so good" in client.get(f"/acme/accounts/{account.pk}/{page}").content.decode()
    runs = client_of(firm.ada).get(firm.url("setup:runs")).content.decode()
    assert "Praise of accounts" in runs and "Contacts: 1" in runs


def test_the_page(firm: Firm, client: Client) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
    record, praise = f"/acme/accounts/{account.pk}/", f"/acme/accounts/{account.pk}/praise/"
    assert f'href="{praise}"' in client.get(record).content.decode()
    assert praise not in client_of(firm.rita).get(record).content.decode()
    refused = form_of(client, praise).send(words="")
    assert refused.status_code == 422 and "This field is required" in refused.content.decode()
    assert form_of(client, praise).send(words="so kind").status_code == 303
    page = client.get(record).content.decode()
    assert "was praised." in page and "praised this: so kind" in page
    dialog = client.get(praise, headers={"HX-Request": "true", "HX-Target": "dialog"}).content.decode()
    assert "What is good about it?" in dialog and "<html" not in dialog
