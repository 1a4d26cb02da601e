"""What a field that names a record offers while somebody types."""

from __future__ import annotations

import pytest

from crm.tenants.context import tenant_context
from crm.users.models import Role
from tests import make
from tests.own_words import tight
from tests.people import Firm, client_of

FOUND = {
    "müller": ["Augenoptik Müller &amp; Söhne GmbH"],
    "brillen p": ["Brillen-Paradies"],
    "söhne augen": ["Augenoptik Müller &amp; Söhne GmbH"],
    "b": ["Birch", "Brillen-Paradies"],
    "irc": ["Birch"],
}


@pytest.mark.parametrize("path", ["accounts", "any"])
@pytest.mark.parametrize("typed", FOUND)
def test_a_record_is_offered_by_any_of_its_words_as_far_as_one_may_see_it(firm: Firm, path: str, typed: str) -> None:
    with tenant_context(firm.tenant):
        role = Role.objects.get(pk=firm.ana.role_id)
        role.access["accounts"]["view"] = role.access["accounts"]["edit"] = "own"
        role.save(update_fields=["access"])
        for name in ("Augenoptik Müller & Söhne GmbH", "Brillen-Paradies", "Birch"):
            make.account(firm.ana, name=name)
            make.account(firm.sam, name=f"{name} of Sam")
    mine, all_there = (
        tight(client_of(one).get(f"/acme/lookup/{path}/", {"q": typed}).content.decode())
        for one in (firm.ana, firm.ada)
    )
    for name in FOUND[typed]:
        assert f">{name}<" in mine and f">{name}<" in all_there and f">{name} of Sam<" in all_there
    assert "of Sam" not in mine


@pytest.mark.parametrize("path", ["contacts", "any"])
def test_a_person_is_offered_by_an_address_and_by_the_firm(firm: Firm, path: str) -> None:
    with tenant_context(firm.tenant):
        make.contact(
            firm.ana, last_name="Vogt", email="vogt@birch.example", account=make.account(firm.ana, name="Birch")
        )
    client = client_of(firm.ana)
    for typed, is_there in (("vogt@birch.example", True), ("birch", True), ("nobody", False)):
        assert ("Vogt" in client.get(f"/acme/lookup/{path}/", {"q": typed}).content.decode()) == is_there


@pytest.mark.parametrize(("key", "field"), [("accounts", "parent"), ("contacts", "reports_to")])
def test_neither_the_record_itself_nor_what_stands_below_it_is_offered_above_it(
    firm: Firm, key: str, field: str
) -> None:
    """A lookup offered what is always refused."""
    client, made = client_of(firm.ada), []
    with tenant_context(firm.tenant):
        for name in ("Anna", "Anton", "Anke"):  # each below the one before
            values = {"name": name} if key == "accounts" else {"first_name": "", "last_name": name, "account": None}
            above = {field: made[-1]} if made else {}
            made.append(getattr(make, key.removesuffix("s"))(firm.ada, **values, **above))
    for record, offered in zip(made, ("", "Anna", "Anna Anton"), strict=True):
        page = client.get(f"/acme/{key}/{record.pk}/fields/{field}/").content.decode()
        assert f'data-above="{record.pk}"' in page
        options = client.get(f"/acme/lookup/{key}/", {"q": "An", "above": str(record.pk)}).content.decode()
        assert [name for name in ("Anna", "Anton", "Anke") if f'data-name="{name}"' in options] == offered.split()
    assert 'data-name="Anke"' in client.get(f"/acme/lookup/{key}/?q=An").content.decode(), "of a new one"
    assert "data-above" not in client.get(f"/acme/{key}/new/").content.decode()
