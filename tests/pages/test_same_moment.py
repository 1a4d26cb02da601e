"""Two who write the same at the same moment: the slower one is told at the field, as if he had come a second later."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm import catalogue
from crm.mailing_lists import services as lists
from crm.records import services
from crm.tenants.context import tenant_context
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of

MADE = {"leads": make.lead, "accounts": make.account, "contacts": make.contact, "opportunities": make.opportunity}
TAKEN = "Another record already has the external id"


@pytest.fixture
def blind_once(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The first look for the id comes a moment before the other one's record is there."""
    looks, check = [], services._refuse_taken_external_id

    def look(record_type: Any, record: Any) -> None:
        looks.append(record)
        if len(looks) > 1:
            check(record_type, record)

    monkeypatch.setattr(services, "_refuse_taken_external_id", look)
    return looks


@pytest.mark.parametrize("key", MADE)
@pytest.mark.parametrize("place", ["new/", "{id}/edit/", "{id}/fields/external_id/"])
def test_an_id_that_two_give_at_once_is_refused_at_its_field_with_all_that_was_typed(
    firm: Firm, blind_once: list[Any], key: str, place: str
) -> None:
    with tenant_context(firm.tenant):
        MADE[key](firm.ana, external_id="X-1")
        mine, account = MADE[key](firm.ana), make.account(firm.ana)
    blind_once.clear()
    query = f"?account={account.pk}&email=a@b.example" if place == "new/" else ""
    form = form_of(client_of(firm.ana), f"/acme/{key}/{place.format(id=mine.pk)}{query}")
    typed = {name: "Typed" for name in ("last_name", "name", "description") if name in form.data}
    answer = form.send(external_id="X-1", anyway="1", **typed)
    assert answer.status_code == 422
    assert TAKEN in str(answer.context["form"].errors["external_id"])
    assert form.again(answer).data.items() >= {name: ["Typed"] for name in typed}.items()
    assert len(blind_once) == 2
    with tenant_context(firm.tenant):
        assert catalogue.record_type(key).model.objects.filter(external_id="X-1").count() == 1
    assert form.again(answer).send(external_id="X-2", anyway="1").status_code == 303
    assert TAKEN not in form.client.get("/acme/").content.decode()


def test_a_name_that_two_give_at_once_is_refused_at_its_field(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any constraint, any form: nothing in it knows of this."""
    looks, check = [], lists._check

    def look(mailing_list: Any) -> None:
        looks.append(mailing_list)
        if len(looks) > 1:
            check(mailing_list)

    with tenant_context(firm.tenant):
        lists.create_list(actor=firm.ada, name="News")
    monkeypatch.setattr(lists, "_check", look)
    form = form_of(client_of(firm.ada), firm.url("setup:new_mailing_list"))
    answer = form.send(name="News", description="Typed")
    assert answer.status_code == 422
    assert "There is a list with this name already" in answer.content.decode()
    assert form.again(answer).data["description"] == ["Typed"]
    assert form.again(answer).send(name="Other").status_code == 303


def test_what_is_refused_again_and_again_is_no_page(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tried twice, not for ever."""
    with tenant_context(firm.tenant):
        make.account(firm.ana, external_id="X-1")
    form = form_of(client_of(firm.ana), "/acme/accounts/new/")
    monkeypatch.setattr(services, "_refuse_taken_external_id", lambda *_given: None)
    with pytest.raises(IntegrityError):
        form.send(name="Typed", external_id="X-1", anyway="1")


@pytest.mark.parametrize("key", ["leads", "accounts"])
def test_who_makes_a_record_waits_for_who_is_making_one_before_looking_for_duplicates(firm: Firm, key: str) -> None:
    client: Client = client_of(firm.ana)
    form = form_of(client, f"/acme/{key}/new/")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert form.send(name="Birch", last_name="Birch", email="b@birch.example").status_code == 303
    asked = [query["sql"] for query in captured]
    turns = [at for at, sql in enumerate(asked) if "pg_advisory_xact_lock" in sql and "new records" in sql]
    looked = [at for at, sql in enumerate(asked) if "sort_name" in sql and "SELECT" in sql and "birch" in sql]
    assert turns and looked
    assert turns[0] < looked[0]
