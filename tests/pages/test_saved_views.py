"""Saved views, over HTTP."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connections

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.saved_views import services
from crm.saved_views.models import SavedView
from crm.saved_views.state import query_of_view
from crm.tenants.context import tenant_context
from crm.ui.toasts import undo_of
from crm.users.models import Membership
from tests import make
from tests.forms import Filled, form_of
from tests.own_words import own_words, tight
from tests.people import Firm, client_of


@pytest.fixture
def bonn(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="In Bonn", city="Bonn")
        make.account(firm.ana, name="In Ulm", city="Ulm")


def save(firm: Firm, member: Any, name: str, audience: str = "own") -> SavedView:
    answer = client_of(member).post(
        "/acme/views/accounts/new/?city=Bonn&sort=-name", {"name": name, "audience": audience}
    )
    assert answer.status_code == 303, answer.content.decode()
    with tenant_context(firm.tenant):
        return SavedView.objects.get(name=name)


def rows(member: Any, query: str = "") -> list[str]:
    return [row.record.name for row in client_of(member).get(f"/acme/accounts/{query}").context["rows"]]


def names(member: Any) -> list[str]:
    return [one.name for one in client_of(member).get("/acme/accounts/").context["listing"].views.all]


def tabs(member: Any) -> list[str]:
    return [one.name for one in client_of(member).get("/acme/accounts/").context["listing"].views.tabs]


def act(member: Any, view: SavedView, action: str, *, follow: bool = False, **data: str) -> Any:
    """Press a button of the page "Manage views"."""
    answer = client_of(member).post(f"/acme/views/accounts/{view.pk}/{action}/", data, follow=follow)
    assert answer.status_code == (200 if follow else 303)
    return answer


def test_accounts_open_on_active_customers_with_prospects_a_click_away(firm: Firm, bonn: None) -> None:
    page = client_of(firm.ana).get("/acme/accounts/")
    assert page.context["state"].view.name == "Active customers"
    assert page.context["rows"] == []
    [prospects] = [view for view in page.context["listing"].views.tabs if view.name == "Prospective accounts"]
    assert rows(firm.ana, f"?view={prospects.pk}") == ["In Bonn", "In Ulm"]


def test_a_view_keeps_filters_and_order_for_its_owner(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn")
    assert rows(firm.ana, f"?view={view.pk}") == ["In Bonn"]
    assert client_of(firm.ana).get(f"/acme/views/accounts/{view.pk}/").status_code == 200
    assert client_of(firm.max).get(f"/acme/views/accounts/{view.pk}/").status_code == 404


def test_a_view_shared_with_the_team_reaches_the_team_only(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "team")
    assert "Bonn" in names(firm.max)
    assert "Bonn" not in names(firm.sam)
    assert (
        client_of(firm.max).post(f"/acme/views/accounts/{view.pk}/", {"name": "Mine", "audience": "all"}).status_code
        == 404
    )
    answer = client_of(firm.ana).post(f"/acme/views/accounts/{view.pk}/", {"name": "Bonn!", "audience": "all"})
    assert answer.status_code == 303
    assert "Bonn!" in names(firm.sam)


def test_the_lists_state_is_saved_back_to_the_view_and_undone(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn")
    ana = client_of(firm.ana)
    asked = ana.get(f"/acme/views/accounts/{view.pk}/state/?view={view.pk}&city=Ulm")
    assert "Ulm" in asked.content.decode() and rows(firm.ana, f"?view={view.pk}") == ["In Bonn"]
    answer = ana.post(f"/acme/views/accounts/{view.pk}/state/?view={view.pk}&city=Ulm", follow=True)
    assert rows(firm.ana, f"?view={view.pk}") == ["In Ulm"]
    [toast] = answer.context["messages"]
    undo = undo_of(toast)
    assert undo is not None
    assert ana.post(undo["url"], {"_method": "DELETE"}).status_code == 303
    assert rows(firm.ana, f"?view={view.pk}") == ["In Bonn"]
    assert "has been changed since" in ana.post(undo["url"], {"_method": "DELETE"}, follow=True).content.decode()
    assert rows(firm.ana, f"?view={view.pk}") == ["In Bonn"]


def test_an_undo_does_not_take_back_what_somebody_changed_since(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "all")
    path = f"/acme/views/accounts/{view.pk}/state/"
    answer = client_of(firm.ana).post(f"{path}?view={view.pk}&city=Ulm", follow=True)
    undo = undo_of(next(iter(answer.context["messages"])))
    assert undo is not None
    client_of(firm.ada).post(f"{path}?filters=none")
    client_of(firm.ana).post(undo["url"], {"_method": "DELETE"})
    assert rows(firm.ana, f"?view={view.pk}&sort=name") == ["In Bonn", "In Ulm"]


def test_two_who_save_to_one_view_do_not_overwrite_each_other(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "all")
    path = f"/acme/views/accounts/{view.pk}/state/?view={view.pk}&city=Ulm"
    seen = client_of(firm.ana).get(path).context["seen"]
    client_of(firm.ada).post(f"/acme/views/accounts/{view.pk}/state/?filters=none")
    told = client_of(firm.ana).post(path, {"seen": seen})
    assert told.status_code == 422 and "Somebody changed this view meanwhile" in told.content.decode()
    assert rows(firm.ana, f"?view={view.pk}&sort=name") == ["In Bonn", "In Ulm"]
    assert client_of(firm.ana).post(path, {"seen": told.context["seen"]}).status_code == 303
    assert rows(firm.ana, f"?view={view.pk}") == ["In Ulm"]


def test_a_view_is_compared_as_it_stands_when_it_is_written(firm: Firm, bonn: None) -> None:
    """Not as it was read: between the two somebody else may have saved theirs."""
    view = save(firm, firm.ana, "Bonn", "all")
    with tenant_context(firm.tenant):
        read = SavedView.objects.get(pk=view.pk)
        mark, query = services.mark_of(read), query_of_view(catalogue.record_type("accounts"), read)
    client_of(firm.ada).post(f"/acme/views/accounts/{view.pk}/state/?filters=none")
    with tenant_context(firm.tenant):
        with pytest.raises(services.StaleViewError):
            services.update_view(actor=firm.ana, view=read, query=query, seen=mark)
        services.update_view(actor=firm.ana, view=read, query=query, seen=services.mark_of(read))


VIEWS = "/acme/views/accounts"


def kept(firm: Firm, name: str) -> Any:
    """What the view of that name says; None without one."""
    with tenant_context(firm.tenant):
        view = SavedView.objects.filter(name=name).first()
        return view and (view.state["filters"], view.state["columns"], view.state["sort"])


def test_what_the_dialog_showed_is_saved_whatever_becomes_of_the_view_it_was_opened_on(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ada, "Bonn", "all")
    form = form_of(client_of(firm.ana), f"{VIEWS}/new/?view={view.pk}&columns=name,city")
    act(firm.ada, view, "deletion")
    assert form.send(name="Mine").status_code == 303
    assert kept(firm, "Mine") == ([["city", "is", ["Bonn"]]], ["name", "city"], "-name")


ASKED = {
    "a view that was deleted": ("?view={view}&columns=name,city", [["city", "is", ["Bonn"]]], "Bonn is gone"),
    "a view that is not shared": ("?view={own}&city=Bonn&columns=name,city&sort=-name", None, "not shared with you"),
    "a column that there is not": ("?city=Bonn&columns=name,city,nosuch&sort=-name", None, "Columns left out"),
    "a filter that is too long": ("?city=Bonn&postcode={long}&columns=name,city&sort=-name", None, "cannot be read"),
}


@pytest.mark.parametrize("case", ASKED)
def test_a_view_that_cannot_be_saved_as_asked_comes_back_with_its_name_and_what_can_be(
    firm: Firm, bonn: None, case: str
) -> None:
    """It led to the bare list with a toast, which counted as saved: the same form sent again did nothing at all."""
    view, own = save(firm, firm.ada, "Bonn", "all"), save(firm, firm.ada, "Ada's")
    query, filters, words = ASKED[case]
    address = f"{VIEWS}/new/{query.format(view=view.pk, own=own.pk, long='5' * 5000)}"
    ana = client_of(firm.ana)
    form = Filled(ana, address, form_of(ana, f"{VIEWS}/new/").data)  # as an old page sends it
    if "deleted" in case:
        act(firm.ada, view, "deletion")
    assert words in ana.get(address).content.decode()
    answer = form.send(name="Typed by Ana", audience="team")
    assert answer.status_code == 422
    told = tight(own_words(answer))
    assert words in told and "Nothing was saved. You can still save what is shown below." in told
    assert kept(firm, "Typed by Ana") is None
    back = form.again(answer)
    assert (back.data["name"], back.data["audience"]) == (["Typed by Ana"], ["team"])
    if "deleted" in case:
        act(firm.ada, view, "deletion", _method="DELETE")
        assert form.send(name="First form", audience="team").status_code == 303
        assert kept(firm, "First form")
    assert back.send().status_code == 303
    assert kept(firm, "Typed by Ana") == (filters or [["city", "is", ["Bonn"]]], ["name", "city"], "-name")


def test_a_view_is_not_saved_to_without_what_could_not_be_read(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "all")
    address = f"{VIEWS}/{view.pk}/state/"
    form = form_of(client_of(firm.ana), f"{address}?view={view.pk}&city=Ulm")
    asked = Filled(form.client, f"{address}?view={view.pk}&city=Ulm&=5&columns=name,city", form.data)
    answer = asked.send()
    assert answer.status_code == 422
    assert kept(firm, "Bonn") == ([["city", "is", ["Bonn"]]], [], "-name")
    assert asked.again(answer).send().status_code == 303
    assert kept(firm, "Bonn") == ([["city", "is", ["Ulm"]]], ["name", "city"], "-name")


def test_who_saves_to_a_shared_view_is_told_whom_it_reaches(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "team")
    path = f"/acme/views/accounts/{view.pk}/state/?view={view.pk}&city=Ulm"
    assert "2 people see this view" in client_of(firm.ana).get(path).content.decode()  # ana, and max of her team
    with tenant_context(firm.tenant):
        everyone = Membership.objects.filter(is_active=True).count()
        shipped = SavedView.objects.get(record_type="accounts", is_default=True)
    asked = client_of(firm.ada).get(f"/acme/views/accounts/{shipped.pk}/state/?filters=none").content.decode()
    assert f"{everyone} people see this view" in asked and "opens on it" in asked


def test_a_name_made_of_another_views_name_has_no_marks_of_direction(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "לקוחות", "team")
    asked = client_of(firm.ana).get(f"/acme/views/accounts/{view.pk}/state/?view={view.pk}&city=Ulm")
    assert f"_name={quote('לקוחות (mine)')}" in asked.content.decode()


def test_who_may_not_change_a_view_saves_one_of_their_own(firm: Firm, bonn: None) -> None:
    with tenant_context(firm.tenant):
        shipped = SavedView.objects.get(record_type="accounts", is_default=True)
    page = client_of(firm.ana).get(f"/acme/accounts/?view={shipped.pk}&city=Ulm").content.decode()
    assert "Save to this view" not in page and "Save as a view" in page
    assert (
        "Save to this view" in client_of(firm.ada).get(f"/acme/accounts/?view={shipped.pk}&city=Ulm").content.decode()
    )
    refused = client_of(firm.ana).post(f"/acme/views/accounts/{shipped.pk}/state/?view={shipped.pk}&city=Ulm")
    assert refused.status_code == 404


def test_an_empty_view_says_where_the_records_are(firm: Firm, bonn: None) -> None:
    page = client_of(firm.ana).get("/acme/accounts/")
    assert page.context["rows"] == []
    found = {(view.name, count.value) for view, count in page.context["listing"].elsewhere}
    assert {("Prospective accounts", 2), ("All accounts", 2)} <= found
    assert "Past customers" not in {name for name, _count in found}
    assert "No accounts yet" not in page.content.decode()


def test_a_list_without_any_record_explains_itself(firm: Firm) -> None:
    page = client_of(firm.ada).get("/acme/accounts/").content.decode()
    assert "No accounts yet" in page and 'href="new/">New account' in page
    assert "Import a file" in page
    assert "Nothing passes these filters" not in page


def test_a_list_opens_on_what_its_reader_chose(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "all")
    assert client_of(firm.ana).post(f"/acme/views/accounts/{view.pk}/pin/", {"opens": "1"}).status_code == 303
    assert rows(firm.ana) == ["In Bonn"]
    assert rows(firm.sam) == []
    assert client_of(firm.sam).post(f"/acme/views/accounts/{view.pk}/default/").status_code == 404
    assert client_of(firm.ada).post(f"/acme/views/accounts/{view.pk}/default/").status_code == 303
    assert rows(firm.sam) == ["In Bonn"]


def test_a_deleted_view_is_gone_and_undo_brings_it_back_as_it_was(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "all")
    act(firm.sam, view, "pin", opens="1")
    assert rows(firm.sam) == ["In Bonn"]
    answer = act(firm.ada, view, "deletion", follow=True)
    assert "Bonn was deleted" in answer.content.decode()
    assert f"/acme/views/accounts/{view.pk}/deletion/" in answer.content.decode()  # Undo
    assert "Bonn" not in names(firm.ana) + names(firm.sam)
    assert rows(firm.sam) == []
    assert client_of(firm.ana).get(f"/acme/views/accounts/{view.pk}/").status_code == 404
    act(firm.ada, view, "deletion", _method="DELETE")
    assert rows(firm.sam) == ["In Bonn"]
    assert client_of(firm.ana).get(f"/acme/views/accounts/{view.pk}/").status_code == 200


def test_the_view_that_the_list_opens_on_cannot_go(firm: Firm, bonn: None) -> None:
    with tenant_context(firm.tenant):
        opens_on = SavedView.objects.get(name="Active customers")
    offered = client_of(firm.ada).get("/acme/views/accounts/").content.decode()
    deletion = "/acme/views/accounts/{}/deletion/"
    assert deletion.format(opens_on.pk) not in offered and "make another view the default" in offered
    assert "opens on this view" in act(firm.ada, opens_on, "deletion", follow=True).content.decode()
    assert "Active customers" in names(firm.ana)
    view = save(firm, firm.ana, "Bonn", "all")
    act(firm.ada, view, "default")
    assert deletion.format(opens_on.pk) in client_of(firm.ada).get("/acme/views/accounts/").content.decode()
    act(firm.ada, opens_on, "deletion")
    assert "Active customers" not in names(firm.ana)


def test_pinned_views_come_first_and_views_put_away_last(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "all")
    with tenant_context(firm.tenant):
        customers = SavedView.objects.get(name="Active customers")
    shipped = names(firm.ana)[:-1]
    assert shipped[0] == "Active customers"
    assert names(firm.ana) == [*shipped, "Bonn"]
    act(firm.ana, view, "pin", pin="1")
    assert tabs(firm.ana)[0] == "Bonn"
    assert tabs(firm.sam)[0] == "Active customers"
    act(firm.ana, view, "pin", _method="DELETE")
    assert names(firm.ana) == [*shipped, "Bonn"]
    act(firm.ana, customers, "pin", hidden="1")
    assert "Active customers" not in tabs(firm.ana)
    assert "Active customers" in names(firm.ana)
    assert client_of(firm.ana).get("/acme/accounts/").context["state"].view.name != "Active customers"
    assert client_of(firm.sam).get("/acme/accounts/").context["state"].view.name == "Active customers"
    act(firm.ana, customers, "pin", _method="DELETE")
    assert tabs(firm.ana)[0] == "Active customers"


def test_a_view_is_renamed_and_shared_by_its_owner(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn")
    assert "Bonn" not in names(firm.sam)
    path = f"/acme/views/accounts/{view.pk}/"
    refused = client_of(firm.ana).post(path, {"name": " ", "audience": "all"})
    assert refused.status_code == 422
    assert client_of(firm.ana).post(path, {"name": "Rhine", "audience": "all"}).status_code == 303
    assert "Rhine" in names(firm.sam)
    assert client_of(firm.sam).post(path, {"name": "Mine", "audience": "all"}).status_code == 404
    assert client_of(firm.ana).post(path, {"name": "Rhine", "audience": "own"}).status_code == 303
    assert "Rhine" not in names(firm.sam)
    assert "Rhine" in names(firm.ana)


@pytest.mark.parametrize("record_type", catalogue.record_types(), ids=lambda one: one.key)
def test_a_new_workspace_has_the_default_views(firm: Firm, record_type: RecordType) -> None:
    with tenant_context(firm.tenant):
        make_all = {"leads": make.lead, "accounts": make.account, "contacts": make.contact}
        make_all.get(record_type.key, make.opportunity)(firm.ana)
    listing = client_of(firm.ana).get(f"/acme/{record_type.key}/").context["listing"]
    assert [view.name for view in listing.views.all] == [str(view.name) for view in record_type.views]
    assert listing.views.opens_on.name == next(str(view.name) for view in record_type.views if view.is_default)
    for view in listing.views.all:
        answer = client_of(firm.ana).get(f"/acme/{record_type.key}/?view={view.pk}")
        assert answer.status_code == 200
        assert not answer.context["listing"].problems
        assert not answer.context["state"].differs_from_view


def test_a_view_of_a_name_that_one_sees_already_is_refused_at_its_name(firm: Firm, bonn: None) -> None:
    """One could have any number of views of one name, and six people made six."""
    ana, max_ = client_of(firm.ana), client_of(firm.max)
    new = "/acme/views/leads/new/?city=Bonn"
    assert form_of(ana, new).send(name="Hot").status_code == 303
    again = form_of(ana, new)
    refused = again.send(name=" hot", audience="team")
    assert refused.status_code == 422 and "a view of this name already" in str(refused.context["form"].errors["name"])
    assert again.again(refused).data["audience"] == ["team"], "what was typed is there"
    assert form_of(max_, new).send(name="Hot", audience="all").status_code == 303, "nobody learns of another's own"
    assert form_of(client_of(firm.sam), new).send(name="Hot").status_code == 422, "of what all see"
    with tenant_context(firm.tenant):
        mine = SavedView.objects.get(name="Hot", owner=firm.ana)
    edit = form_of(ana, f"/acme/views/leads/{mine.pk}/")
    assert edit.send(audience="all").status_code == 422 and edit.send().status_code == 303
    assert edit.send(name="Hot leads", audience="all").status_code == 303
    assert ana.post(f"/acme/views/leads/{mine.pk}/deletion/").status_code == 303
    assert form_of(ana, new).send(name="Hot leads").status_code == 303
    back = ana.post(f"/acme/views/leads/{mine.pk}/deletion/", {"_method": "DELETE"}, follow=True)
    assert "There is a view of this name already." in back.content.decode()


@pytest.mark.parametrize("same_person", [False, True])
def test_those_who_save_views_of_one_name_at_once_make_one(fresh_firm: Firm, same_person: bool) -> None:
    people = [fresh_firm.ana] * 3 if same_person else [fresh_firm.ana, fresh_firm.max, fresh_firm.sam]
    forms = [form_of(client_of(one), f"/{fresh_firm.tenant.slug}/views/leads/new/?city=Bonn") for one in people]
    starts = threading.Barrier(3)

    def save(form: Filled) -> int:
        try:
            starts.wait(20)
            return form.send(name="Hot", audience="own" if same_person else "all").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as all_at_once:
        assert sorted(all_at_once.map(save, forms)) == [303, 422, 422]
    with tenant_context(fresh_firm.tenant):
        assert SavedView.objects.filter(name="Hot").count() == 1


def test_a_workspace_older_than_a_type_gets_its_views_once(firm: Firm) -> None:
    """When somebody first opens the list; not again where an admin has deleted some of them."""
    shipped = names(firm.ada)
    with tenant_context(firm.tenant):
        SavedView.objects.filter(record_type="accounts").delete()
    assert names(firm.rita) == shipped == names(firm.ada)
    with tenant_context(firm.tenant):
        views = SavedView.objects.filter(record_type="accounts")
        assert views.count() == len(shipped) and views.get(is_default=True).name == "Active customers"
        for view in views.filter(is_default=False):
            services.delete_view(actor=firm.ada, view=view)
    assert names(firm.ada) == names(firm.rita) == ["Active customers"]
    with tenant_context(firm.tenant):
        SavedView.objects.filter(is_default=True, record_type="accounts").update(deleted_at=firm.tenant.created_at)
    assert names(firm.ada) == []
