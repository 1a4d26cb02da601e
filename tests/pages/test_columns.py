"""The columns of a list: which, and in which order."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of

COLUMNS = "/acme/accounts/columns/"


@pytest.fixture
def client(firm: Firm) -> Client:
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="Ash", city="Bonn")
        make.account(firm.ana, name="Birch", city="Ulm")
    return client_of(firm.ana)


def heads(client: Client, url: str) -> list[str]:
    return [head.spec.name for head in client.get(url).context["listing"].heads]


def test_what_is_ticked_is_shown_in_the_order_of_the_form(client: Client) -> None:
    page = client.get(f"{COLUMNS}?city=Bonn&sort=-name&columns=name,city,owner")
    assert [spec.name for spec in page.context["chosen"]] == ["city", "owner"]
    assert "phone" in [spec.name for spec in page.context["others"]]
    form = {**dict(page.context["kept"]), "columns": ["name", "owner", "city", "phone"], "show": "1"}
    answer = client.get(COLUMNS, form)
    assert answer.status_code == 303
    listed = client.get(answer["Location"])
    assert heads(client, answer["Location"]) == ["name", "owner", "city", "phone"]
    assert [row.record.name for row in listed.context["rows"]] == ["Ash"]
    assert listed.context["state"].query.sort == "-name"


@pytest.mark.parametrize(
    ("press", "order"),
    [
        ("up=owner", ["owner", "city", "phone"]),
        ("down=owner", ["city", "phone", "owner"]),
        ("up=city", ["city", "owner", "phone"]),
        ("down=phone", ["city", "owner", "phone"]),
        ("up=nonsense", ["city", "owner", "phone"]),
    ],
)
def test_a_button_moves_a_column(client: Client, press: str, order: list[str]) -> None:
    page = client.get(f"{COLUMNS}?columns=name&columns=city&columns=owner&columns=phone&{press}")
    assert [spec.name for spec in page.context["chosen"]] == order


def test_the_name_stays_the_first_column(client: Client) -> None:
    answer = client.get(f"{COLUMNS}?columns=city&columns=name&show=1")
    assert heads(client, answer["Location"]) == ["name", "city"]


def test_a_saved_view_keeps_the_order_and_the_usual_one_is_a_link_away(client: Client, firm: Firm) -> None:
    answer = client.get(f"{COLUMNS}?filters=none&columns=name&columns=phone&columns=city&show=1")
    query = answer["Location"].partition("?")[2]
    saved = client.post(f"/acme/views/accounts/new/?{query}", {"name": "Calls", "audience": "own"})
    assert heads(client, saved["Location"]) == ["name", "phone", "city"]
    view_id = saved["Location"].partition("view=")[2]
    usual = client.get(f"{COLUMNS}?view={view_id}&columns=name,city").context["usual"]
    assert heads(client, usual) == ["name", "phone", "city"]
