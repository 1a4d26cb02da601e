"""What somebody may not see tells its name by no order and no filter: there it is as if it were not there."""

from __future__ import annotations

import base64
import csv
import io
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from crm.picklists.selectors import choice_meaning
from crm.tenants.context import tenant_context
from crm.users.models import Membership, Role
from leads.duplicates import find_alike
from tests import make
from tests.people import Firm, client_of

SEEN = {"own": ["Alder", "Cedar"], "team": ["Alder", "Birch", "Cedar"], "none": []}


@pytest.fixture(params=SEEN)
def scope(firm: Firm, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How far Sam sees accounts: he sees all else."""
    monkeypatch.setattr("crm.pages.listing.PAGE_SIZE", 2)
    with tenant_context(firm.tenant):
        role = Role.objects.get(pk=firm.sam.role_id)
        role.access = {key: scopes | {"view": "all"} for key, scopes in role.access.items()}
        role.access["accounts"] |= {"view": request.param}
        role.can_export = True
        role.save(update_fields=["access", "can_export"])
        for name, owner in (("Cedar", firm.sam), ("Hidden B", firm.ana), ("Alder", firm.sam), ("", None)):
            account = make.account(owner, name=name) if name else None
            make.contact(firm.ana, last_name=name or "Alone", first_name="", account=account)
            if account is not None:
                make.opportunity(firm.ana, name=name, account=account)
        for name, owner in (("Hidden A", firm.ana), ("Birch", None)):  # what is nobody's is all teams'
            account = make.account(owner, name=name)
            make.contact(firm.ana, last_name=name, first_name="", account=account)
            make.opportunity(firm.ana, name=name, account=account)
    return str(request.param)


def walked(client: Client, query: str, *, hides: bool = True) -> list[str]:
    """The names on all pages, and the same back again; what is hidden is in no address of a page."""
    pages, at = [], ""
    while True:
        context = client.get(f"/acme/contacts/{query}{at}").context
        page = context["page"]
        pages.append([row.record.name for row in context["rows"]])
        for cursor in filter(None, (page.next, page.previous)):
            assert not hides or b"hidden" not in base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        if page.next is None:
            break
        at = f"&after={page.next}"
    back = [pages[-1]]
    while page.previous:
        context = client.get(f"/acme/contacts/{query}&before={page.previous}").context
        page = context["page"]
        back.append([row.record.name for row in context["rows"]])
    names = [name for page in pages for name in page]
    assert [name for page in reversed(back) for name in page] == names
    return names


def test_hidden_names_are_in_no_order(firm: Firm, scope: str) -> None:
    """Sorted by account, contacts of hidden ones stood between one's own: their names could be found to the letter."""
    sam, seen = client_of(firm.sam), SEEN[scope]
    for sign, way in (("", 1), ("-", -1)):
        query = f"?filters=none&sort={sign}account&columns=name,account"
        unseen = [
            name for name in ("Cedar", "Hidden B", "Alder", "Alone", "Hidden A", "Birch")[::way] if name not in seen
        ]
        names = walked(sam, query)
        assert names == [*seen[::way], *unseen]
        file = sam.get(f"/acme/contacts/export/{query}").content.decode("utf-8-sig")
        assert [row["name"] for row in csv.DictReader(io.StringIO(file))] == names
    real = ["Alder", "Birch", "Cedar", "Hidden A", "Hidden B", "Alone"]
    assert walked(client_of(firm.ada), "?filters=none&sort=account", hides=False) == real


def names_of(client: Client, path: str) -> set[str]:
    return {row.record.name for row in client.get(f"/acme/{path}").context["rows"]}


def test_no_filter_knows_what_is_hidden(firm: Firm, scope: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its id a filter found what points at it, and by the type of the account the opportunities of hidden ones."""
    monkeypatch.setattr("crm.pages.listing.PAGE_SIZE", 50)
    sam, ada, seen = client_of(firm.sam), client_of(firm.ada), set(SEEN[scope])
    with tenant_context(firm.tenant):
        ids = dict(Account.objects.values_list("name", "pk"))
        prospect = choice_meaning("account_type", "prospect").pk
    everybody = {*ids, "Alone"}
    for name, pk in ids.items():
        found = {name} & seen
        assert names_of(sam, f"contacts/?account={pk}") == names_of(sam, f"opportunities/?account={pk}") == found
        assert names_of(ada, f"contacts/?account={pk}") == {name}
        assert names_of(sam, f"contacts/?account__not={pk}") == everybody - found
    assert names_of(sam, f"opportunities/?account_type={prospect}") == seen
    assert names_of(sam, "opportunities/?account_type__filled=yes") == seen
    assert names_of(sam, f"opportunities/?account_type__not={prospect}") == set(ids) - seen
    assert names_of(ada, f"opportunities/?account_type={prospect}") == set(ids)
    if seen:
        answer = sam.get("/acme/reports/accounts-by-type/").context["answer"]
        (pipeline,) = [one for one in answer.figures if one.label == "Open pipeline"]
        assert pipeline.extra.value == len(seen)
    shown = sam.get("/acme/opportunities/?filters=none&columns=name,account_type").content.decode()
    assert shown.count("Prospect") >= len(seen) and (seen or "Prospect</" not in shown)


def test_no_duplicate_is_known_by_a_hidden_company(firm: Firm, scope: str) -> None:
    with tenant_context(firm.tenant):
        sam = Membership.objects.select_related("role").get(pk=firm.sam.pk)
        for name in ("Alder", "Hidden A"):
            values: dict[str, Any] = {"last_name": name, "company": name}
            ((people, _leads),) = find_alike(sam, [values])
            assert bool(people) == (name in SEEN[scope])
