"""E-mail addresses with letters beyond a–z: kept as they were typed, and shown so."""

from __future__ import annotations

import pytest
from django.test import Client

from contacts.models import Contact
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of

TYPED = "info@weiß-müller.example"


@pytest.mark.parametrize(
    "address",
    [
        "/acme/contacts/new/", "/acme/leads/new/", "/acme/setup/people/new/", "/auth/login/",
        "/auth/password/reset/", "/workspaces/new/",
    ],
)  # fmt: skip
def test_no_box_sends_another_address_than_was_typed(firm: Firm, address: str) -> None:
    """One of type "email" does: browsers turn letters beyond a–z into others."""
    client = client_of(firm.ada) if address.startswith("/acme/") else Client()
    page = client.get(address)
    assert page.status_code == 200
    html = page.content.decode()
    assert 'inputmode="email"' in html and 'type="email"' not in html


def test_an_address_is_kept_as_typed_and_shown_in_its_own_letters(firm: Firm) -> None:
    client = client_of(firm.ada)
    answer = client.post("/acme/contacts/new/", {"first_name": "Ann", "last_name": "Bell", "email": TYPED})
    assert answer.status_code in (302, 303)
    with tenant_context(firm.tenant):
        assert Contact.objects.get().email == TYPED
        other = make.contact(firm.ada, first_name="Bo", last_name="Fox", email="info@xn--mller-optik-thb.example")
    shown = client.get(f"/acme/contacts/{other.pk}/").content.decode()
    assert '<a href="mailto:info@xn--mller-optik-thb.example">info@müller-optik.example</a>' in shown
