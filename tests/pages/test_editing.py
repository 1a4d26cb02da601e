"""Forms of any record type, over HTTP."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from crm.events.models import Event
from crm.pages.locked import LockedPageError
from crm.tenants.context import tenant_context
from crm.users.models import Membership, Role
from crm.users.services import create_role
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of


def blank(firm: Firm, member: Any, key: str = "accounts") -> dict[str, Any]:
    """What an untouched form for a new record would send."""
    form = client_of(member).get(f"/{firm.tenant.slug}/{key}/new/").context["form"]
    return {name: value for name in form.fields if isinstance(value := form[name].value(), str)}


@pytest.fixture
def account(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.account(firm.ana, name="Birch & Co", city="Bonn")


def test_a_record_is_made_and_its_page_opens(firm: Firm) -> None:
    answer = client_of(firm.ana).post("/acme/accounts/new/", blank(firm, firm.ana) | {"name": "Cedar"}, follow=True)
    assert answer.status_code == 200
    assert "Cedar was created" in answer.content.decode()
    with tenant_context(firm.tenant):
        made = Account.objects.get(name="Cedar")
        assert made.owner == firm.ana
        assert made.type.meaning == "prospect"


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(firm: Firm) -> None:
    answer = client_of(firm.ana).post("/acme/accounts/new/", {"name": "", "city": "Ulm", "website": "not a site"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Ulm"' in page
    assert "id_website_error" in page
    with tenant_context(firm.tenant):
        assert not Account.objects.filter(city="Ulm").exists()


def test_the_same_form_sent_twice_makes_one_record(firm: Firm) -> None:
    client = client_of(firm.ana)
    key = client.get("/acme/accounts/new/").context["idempotency_key"]
    data = blank(firm, firm.ana) | {"name": "Once", "idempotency_key": key}
    first, second = client.post("/acme/accounts/new/", data), client.post("/acme/accounts/new/", data)
    assert first["Location"] == second["Location"]
    with tenant_context(firm.tenant):
        assert Account.objects.filter(name="Once").count() == 1


def test_two_clicks_at_once_make_one_record(fresh_firm: Firm, django_db_blocker: Any) -> None:
    firm = fresh_firm
    data = blank(firm, firm.ana) | {"name": "Once", "idempotency_key": "k1"}
    places: list[str] = []

    def click() -> None:
        with django_db_blocker.unblock():
            try:
                places.append(client_of(firm.ana).post(f"/{firm.tenant.slug}/accounts/new/", data)["Location"])
            finally:
                connection.close()

    threads = [threading.Thread(target=click) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(places) == 6
    assert len(set(places)) == 1


def test_only_the_changed_fields_are_written(firm: Firm, account: Any) -> None:
    client = client_of(firm.ana)
    form = client.get(f"/acme/accounts/{account.pk}/edit/").context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name not in ("annual_revenue", "parent")}
    with tenant_context(firm.tenant):  # meanwhile, somebody else
        Account.objects.filter(pk=account.pk).update(description="Theirs")
    answer = client.post(
        f"/acme/accounts/{account.pk}/edit/", {**data, "description": data["description"], "city": "Ulm"}
    )
    assert answer.status_code == 303
    with tenant_context(firm.tenant):
        account.refresh_from_db()
        event = Event.objects.filter(name="account.changed", record_id=account.pk).latest("at")
    assert account.city == "Ulm"
    assert event.changes["city"] == ["Bonn", "Ulm"]


def test_one_field_is_edited_in_place_with_and_without_htmx(firm: Firm, account: Any) -> None:
    client = client_of(firm.ana)
    address = f"/acme/accounts/{account.pk}/fields/city/"
    assert "<form" in client.get(address, headers={"HX-Request": "true"}).content.decode()
    shown = client.post(address, {"city": "Ulm"}, headers={"HX-Request": "true"})
    assert shown.status_code == 200
    assert "Ulm" in shown.content.decode()
    assert "<html" not in shown.content.decode()
    assert client.post(address, {"city": "Köln"}).status_code == 303
    with tenant_context(firm.tenant):
        account.refresh_from_db()
    assert account.city == "Köln"
    assert client_of(firm.rita).post(address, {"city": "No"}).status_code == 404


def test_of_what_a_page_had_written_before_its_record_proved_locked_nothing_stays(
    firm: Firm, account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_and_refuse(record: Any) -> None:
        type(record).objects.filter(pk=record.pk).update(city="Ulm")
        raise LockedPageError(record, "Not now.")

    monkeypatch.setattr("crm.pages.editing.refuse_locked", write_and_refuse)
    answer = client_of(firm.ana).post(f"/acme/accounts/{account.pk}/edit/", {"city": "Ulm"})
    assert answer.status_code == 409 and "Not now." in answer.content.decode()
    with tenant_context(firm.tenant):
        account.refresh_from_db()
    assert account.city == "Bonn"


def test_deleted_means_gone_from_lists_and_back_again_by_undo(firm: Firm, account: Any) -> None:
    client = client_of(firm.ana)
    deletion = f"/acme/accounts/{account.pk}/deletion/"
    page = client.post(deletion, follow=True).content.decode()
    assert "was deleted" in page
    assert client.get(f"/acme/accounts/{account.pk}/").status_code == 404
    assert "Birch" in client.get("/acme/accounts/bin/").content.decode()
    assert client.post(deletion, {"_method": "DELETE"}).status_code == 303
    assert client.get(f"/acme/accounts/{account.pk}/").status_code == 200


def test_after_thirty_days_there_is_no_way_back(firm: Firm, account: Any) -> None:
    client = client_of(firm.ana)
    deletion = f"/acme/accounts/{account.pk}/deletion/"
    with time_machine.travel(timezone.now() - timedelta(days=31), tick=True):
        client_of(firm.ana).post(deletion)
    assert "Birch" not in client.get("/acme/accounts/bin/").content.decode()
    assert client.post(deletion, {"_method": "DELETE"}).status_code == 404


def test_history_tells_who_changed_what(firm: Firm, account: Any) -> None:
    client = client_of(firm.ana)
    client.post(f"/acme/accounts/{account.pk}/fields/city/", {"city": "Ulm"})
    page = client.get(f"/acme/accounts/{account.pk}/history/").content.decode()
    assert "Ana Owner" in page
    assert "<del>Bonn</del>" in page
    assert "<ins>Ulm</ins>" in page


def test_a_link_is_found_by_its_name_and_offers_are_only_what_one_may_see(firm: Firm, account: Any) -> None:
    client = client_of(firm.ana)
    answer = client.post("/acme/contacts/new/", {"last_name": "Vogt", "account": "birch & co"})
    assert answer.status_code == 303
    with tenant_context(firm.tenant):
        role = Role.objects.get(pk=firm.ana.role_id)
        role.access["accounts"]["view"] = "own"
        role.save(update_fields=["access"])
        make.account(firm.sam, name="Birmingham Hidden")
    for path in ("accounts", "any"):
        offered = client.get(f"/acme/lookup/{path}/?q=bir").content.decode()
        assert "Birch &amp; Co" in offered and "Birmingham Hidden" not in offered
        assert "Birmingham Hidden" in client_of(firm.ada).get(f"/acme/lookup/{path}/?q=bir").content.decode()
    wrong = client.post("/acme/contacts/new/", {"last_name": "Vogt", "account": "No such firm"})
    assert wrong.status_code == 422
    assert "No such firm" in wrong.content.decode()


def test_an_export_holds_the_lists_rows_and_no_formulas(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="=HYPERLINK(1)")
        make.account(firm.ana, name="Zed")
    text = client_of(firm.ana).get("/acme/accounts/export/?name__starts=%3D").content.decode()
    assert "'=HYPERLINK(1)" in text
    assert "Zed" not in text
    assert client_of(firm.rita).get("/acme/accounts/export/").status_code == 404


@pytest.mark.parametrize("way", ["new", "edit", "in place", "in place with JavaScript"])
def test_who_gives_a_record_out_of_their_own_sight_is_told_and_led_to_the_list(firm: Firm, way: str) -> None:
    """And not to a page that is not there for them."""
    client = client_of(firm.ana)

    def give_to(other: Any) -> Any:
        given = {"last_name": "Bell", "email": f"{other.pk}@bell.example", "owner": f"{other.pk}", "team": ""}
        if way == "new":
            return client.post("/acme/leads/new/", given, follow=True)
        with tenant_context(firm.tenant):
            lead = make.lead(firm.ana, first_name="", last_name="Bell", company="")
        if way == "edit":
            return client.post(f"/acme/leads/{lead.pk}/edit/", given, follow=True)
        client.post(f"/acme/leads/{lead.pk}/fields/team/", {"team": ""})
        headers = {"HX-Request": "true"} if "JavaScript" in way else {}
        answer = client.post(f"/acme/leads/{lead.pk}/fields/owner/", {"owner": given["owner"]}, headers=headers)
        leads_on = answer.headers.get("HX-Redirect") or answer.headers.get("Location")
        return client.get(leads_on) if leads_on else answer

    answer = give_to(firm.max)
    assert answer.status_code == 200 and "belongs to others" not in answer.content.decode()
    answer = give_to(firm.sam)
    assert answer.status_code == 200 and answer.request["PATH_INFO"] == "/acme/leads/"
    assert "Bell belongs to others now, so you no longer see it." in answer.content.decode()


def test_who_deletes_a_record_is_told_what_goes_on_naming_it(firm: Firm, account: Any) -> None:
    with tenant_context(firm.tenant):
        for number in range(2):
            make.contact(firm.ana, account=account, last_name=f"No. {number}")
        make.opportunity(firm.ana, account=account)
        make.opportunity(firm.sam, account=account)
        alone = make.account(firm.ana, name="Alone")
    page = client_of(firm.ana).get(f"/acme/accounts/{account.pk}/deletion/").content.decode()
    assert "Contacts (Account): 2" in page and "Opportunities (Account): 1" in page  # Sam's is not hers to see
    assert f"/acme/contacts/?account={account.pk}" in page
    assert (
        "Opportunities (Account): 2"
        in client_of(firm.ada).get(f"/acme/accounts/{account.pk}/deletion/").content.decode()
    )
    assert "These stay" not in client_of(firm.ana).get(f"/acme/accounts/{alone.pk}/deletion/").content.decode()


@pytest.mark.parametrize("way", ["edit", "in place"])
def test_who_may_still_look_at_a_record_that_was_handed_over_is_told(firm: Firm, way: str) -> None:
    """The buttons vanished without a word."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, first_name="", last_name="Bell", company="", team=firm.ana.team)
        own = create_role(actor=firm.ada, name="Own", access={"leads": {"view": "all", "edit": "own"}})
        Membership.objects.filter(pk=firm.ana.pk).update(role=own)
    ana, place = client_of(firm.ana), "edit" if way == "edit" else "fields/owner"
    done = form_of(ana, f"/acme/leads/{lead.pk}/{place}/").send(owner=str(firm.max.pk))
    answer = ana.get(done["Location"])
    assert answer.request["PATH_INFO"] == f"/acme/leads/{lead.pk}/"
    assert "You can still see Bell, but no longer change it." in answer.content.decode()


def test_what_is_new_begins_in_its_first_field(firm: Firm) -> None:
    """One had to press into it first, after ``c l`` too."""
    ana = client_of(firm.ana)
    for place in ("leads/new", "leads/card", "accounts/new", "contacts/new", "opportunities/new"):
        controls = re.findall(r"<(?:input|select|textarea)(?![^>]*hidden)[^>]*>", form_html(ana, place))
        assert ["autofocus" in one for one in controls] == [True, *[False] * (len(controls) - 1)], place


def form_html(client: Any, place: str) -> str:
    return client.get(f"/acme/{place}/").content.decode().partition('<form class="form"')[2].partition("</form>")[0]
