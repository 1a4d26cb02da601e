"""Doing something to many rows of a list, over HTTP and without JavaScript."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from crm import catalogue
from crm.bulk import services
from crm.bulk.models import BulkFinding, BulkRun
from crm.events.models import Event
from crm.fields.custom.services import create_field
from crm.mailing_lists.services import create_list
from crm.picklists.selectors import choices
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from leads.conversion import convert_lead, plan_for
from leads.models import Lead
from leads.record import LEAD
from leads.services import delete_lead, restore_lead, update_lead
from opportunities.models import Opportunity
from tests import make
from tests.forms import Filled
from tests.people import Firm, client_of

NEW = "/acme/bulk/leads/new/"


@pytest.fixture
def leads(firm: Firm) -> list[Lead]:
    with tenant_context(firm.tenant):
        return [make.lead(firm.ana, last_name=name) for name in ("Ash", "Birch", "Cedar")]


def ask(firm: Firm, rows: list[Lead], action: str, member: Any = None, query: str = "", **data: Any) -> HttpResponse:
    form = {"action": action, "id": [str(row.pk) for row in rows], "back": "/acme/leads/?filters=none", **data}
    return client_of(member or firm.ana).post(f"{NEW}{query}", form)


def do(firm: Firm, rows: list[Lead], action: str, member: Any = None, query: str = "", **data: Any) -> HttpResponse:
    """Confirm it; of all rows, those that the dialog showed."""
    if "all" in data and (dialog := ask(firm, rows, action, member, query, **data)).status_code == 200:
        data["shown"] = dialog.context["shown"]
    return ask(firm, rows, action, member, query, go="1", **data)


def now(firm: Firm) -> dict[str, Lead]:
    with tenant_context(firm.tenant):
        return {row.last_name: row for row in Lead.objects.select_related("owner", "rating").order_by("pk")}


def test_the_list_has_boxes_and_a_bar_with_the_actions(firm: Firm, leads: list[Lead]) -> None:
    page = client_of(firm.ana).get("/acme/leads/?filters=none").content.decode()
    assert all(f'name="id" value="{lead.pk}"' in page for lead in leads)
    offered = re.findall(r'name="action" value="([^"]+)"', page)
    assert {"convert", "owner", "tags", "close", "delete", "status", "set:rating"} <= set(offered)
    assert "set:status" not in offered, "a status is moved by its own action"
    reader = client_of(firm.rita).get("/acme/leads/?filters=none").content.decode()
    assert "Cedar" in reader
    assert 'name="id"' not in reader and 'name="action"' not in reader


def test_it_asks_what_it_needs_and_says_what_will_be_done(firm: Firm, leads: list[Lead]) -> None:
    answer = ask(firm, leads[:2], "owner")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Assign 2 leads" in page and 'name="to-owner"' in page
    assert now(firm)["Ash"].owner == firm.ana


def test_chosen_rows_change_hands_and_others_do_not(firm: Firm, leads: list[Lead]) -> None:
    answer = do(firm, leads[:2], "owner", **{"to-owner": str(firm.max.pk)})
    assert (answer.status_code, answer["Location"]) == (303, "/acme/leads/?filters=none")
    assert [lead.owner for lead in now(firm).values()] == [firm.max, firm.max, firm.ana]
    with tenant_context(firm.tenant):
        event = Event.objects.get(record_id=leads[0].pk, name="lead.changed")
        assert event.because and event.because.data["action"] == "Assign 2 leads"
    history = client_of(firm.max).get(f"/acme/leads/{leads[0].pk}/history/").content.decode()
    assert "Ana Owner chose in a list: Assign 2 leads" in history


def toasts(answer: HttpResponse) -> list[str]:
    return [unescape(one) for one in re.findall(r"<p>(.*?)</p>", answer.content.decode().split('id="toasts"')[1])]


def test_what_was_done_is_told_as_a_person_would_tell_it(firm: Firm, leads: list[Lead]) -> None:
    """It said "Done: Delete 2 contacts."."""
    client = client_of(firm.max)
    with tenant_context(firm.tenant):
        hot, working = choices("rating")[0], next(one for one in choices("lead_status") if one.meaning == "working")
        reason = choices("unqualified_reason")[0]

    def said(action: str, rows: int, **values: str) -> str:
        data = {f"to-{name}": value for name, value in values.items()}
        ids = [str(lead.pk) for lead in leads[:rows]]
        form = {"action": action, "id": ids, "go": "1", "back": "/acme/leads/?filters=none", **data}
        nonlocal answer
        answer = client.post(NEW, form, follow=True)
        return toasts(answer)[0]

    def undone() -> str:
        run = re.findall(r'action="(/acme/bulk/[0-9a-f-]{36}/)"', answer.content.decode())[0]
        return toasts(client.post(run, {"_method": "DELETE"}, follow=True))[0]

    answer = HttpResponse()
    assert said("owner", 2, owner=str(firm.max.pk)) == "2 leads assigned to Max Manager."
    assert said("owner", 3, owner=str(firm.max.pk)) == "1 lead assigned to Max Manager. 2 already were."
    assert said("owner", 1, owner=str(firm.max.pk)) == "Nothing was changed. 1 already was."
    assert not re.search(r'action="/acme/bulk/[0-9a-f-]{36}/"', answer.content.decode()), "there is nothing to undo"
    assert said("owner", 2, owner="none") == "Owner of 2 leads removed."
    assert said("owner", 1, owner="none") == "Nothing was changed. 1 had none before."
    assert said("owner", 2, owner=str(firm.max.pk)) == "2 leads assigned to Max Manager."
    assert said("tags", 2, tags="Autumn, Fair") == "2 leads tagged: Autumn, Fair."
    assert said("tags", 2, tags="Fair") == "Nothing was changed. 2 already were."
    assert said("set:rating", 2, rating=str(hot.pk)) == f"“Rating” of 2 leads set to “{hot.label}”."
    assert said("set:rating", 1, rating=str(hot.pk)) == "Nothing was changed. 1 already had it."
    assert said("set:rating", 2, rating="none") == "“Rating” of 2 leads cleared."
    assert said("status", 1, status=str(working.pk)) == f"1 lead moved to {working.label}."
    assert said("status", 1, status=str(working.pk)) == "Nothing was changed. 1 already was there."
    assert said("status", 2, status=str(working.pk)) == f"1 lead moved to {working.label}. 1 already was there."
    assert undone() == "The change of 1 lead was undone."
    closing = {"unqualified_reason": str(reason.pk), "task_due_on": "2027-03-01"}
    assert said("close", 2, **closing) == "2 leads closed as unqualified."
    assert undone() == "The change of 2 leads was undone."
    assert now(firm)["Ash"].unqualified_reason is None
    assert said("delete", 2) == "2 leads deleted."
    assert undone() == "2 leads brought back."
    with tenant_context(firm.tenant):
        news = str(create_list(actor=firm.ada, name="News").pk)
    assert said("take_off_list", 2, mailing_list=news) == "Nothing was changed. 2 were not on the list “News”."
    assert said("put_on_list", 1, mailing_list=news) == "1 lead put on the list “News”."
    assert said("put_on_list", 2, mailing_list=news).endswith("1 already was on the list “News”.")
    assert said("take_off_list", 3, mailing_list=news).endswith("1 was not on the list “News”.")


def test_every_action_that_may_find_nothing_to_do_says_so_in_its_own_words(inside: Firm) -> None:
    create_list(actor=inside.ada, name="News")
    actions = [one for t in catalogue.record_types() for one in catalogue.bulk_actions(t.key, inside.ada)]
    missing = [one.key for one in actions if "same" in one.tells and not (one.already or one.rehearse)]
    missing += [one.key for one in actions if one.cleared and not one.already_cleared]
    assert len(actions) > 30 and not missing


def test_many_that_were_lost_are_as_they_were_after_undo(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        person = make.contact(firm.ana)
        deals = [make.opportunity(firm.ana, name=name, contact=person) for name in ("One", "Two")]
        reason, news = choices("loss_reason")[0], create_list(actor=firm.ada, name="News")
        before = list(Opportunity.objects.order_by("pk").values("stage", "probability", "closed_on", "loss_reason"))
    data = {"to-loss_reason": str(reason.pk), "to-loss_note": "Too dear", "to-mailing_list": str(news.pk)}
    form = {"action": "lose", "id": [str(one.pk) for one in deals], "go": "1", "back": "/acme/opportunities/", **data}
    client = client_of(firm.ana)
    answer = client.post("/acme/bulk/opportunities/new/", form, follow=True)
    assert toasts(answer)[0] == "2 opportunities marked as lost."
    run = re.findall(r'action="(/acme/bulk/[0-9a-f-]{36}/)"', answer.content.decode())[0]
    undone = toasts(client.post(run, {"_method": "DELETE"}, follow=True))[0]
    assert undone == "The change of 2 opportunities was undone."
    with tenant_context(firm.tenant):
        rows = Opportunity.objects.order_by("pk")
        assert list(rows.values("stage", "probability", "closed_on", "loss_reason")) == before


def test_a_choice_field_is_set_on_all(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        hot = choices("rating")[0]
    do(firm, leads, "set:rating", **{"to-rating": str(hot.pk)})
    assert {lead.rating for lead in now(firm).values()} == {hot}


def test_tags_are_added_to_those_that_are_there(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        update_lead(leads[0], actor=firm.ana, values={"tags": ("Old", "Fair")})
    do(firm, leads, "tags", **{"to-tags": "Autumn, fair"})
    with tenant_context(firm.tenant):
        forget()  # what this context knew of tags before
        tags = [LEAD.spec("tags").value(lead) for lead in Lead.objects.order_by("pk")]
    assert tags == [("Autumn", "Fair", "Old"), ("Autumn", "Fair"), ("Autumn", "Fair")]


def test_deleted_rows_come_back_with_undo(firm: Firm, leads: list[Lead]) -> None:
    client = client_of(firm.ana)
    form = {"action": "delete", "id": [str(row.pk) for row in leads[:2]], "go": "1", "back": "/acme/leads/"}
    with CaptureQueriesContext(connection) as taken:
        page = client.post(NEW, form, follow=True).content.decode()
    held = [one["sql"] for one in taken if re.search('FROM "leads_lead".* FOR UPDATE', one["sql"], re.S)]
    assert len(held) == 2, "all rows at once: before anything is decided, and as they are by then"
    assert list(now(firm)) == ["Cedar"]
    with tenant_context(firm.tenant):
        run = BulkRun.objects.get()
    assert f'action="/acme/bulk/{run.pk}/"' in page
    client.post(f"/acme/bulk/{run.pk}/", {"_method": "DELETE"})
    assert sorted(now(firm)) == ["Ash", "Birch", "Cedar"]
    with tenant_context(firm.tenant):
        lead = Lead.objects.get(pk=leads[2].pk)
        delete_lead(lead, actor=firm.ana)
    client.post(f"/acme/bulk/{run.pk}/", {"_method": "DELETE"})
    assert sorted(now(firm)) == ["Ash", "Birch"], "only what the run deleted comes back"


def test_what_a_colleague_has_deleted_anew_is_not_brought_back(firm: Firm, leads: list[Lead]) -> None:
    """The undo of a deletion took everything out of the bin that the run had once put there, whoever did so last."""
    do(firm, leads[:2], "delete")
    with tenant_context(firm.tenant):
        run = BulkRun.objects.get()
        restore_lead(Lead.all_objects.get(pk=leads[0].pk), actor=firm.max)
        delete_lead(Lead.objects.get(pk=leads[0].pk), actor=firm.max)
    page = client_of(firm.ana).post(f"/acme/bulk/{run.pk}/", {"_method": "DELETE"}, follow=True)
    assert sorted(now(firm)) == ["Cedar"]
    assert "Max Manager has deleted it anew since." in page.content.decode()
    client_of(firm.ana).post(page.redirect_chain[-1][0], {"shown": page.context["question"].mark})
    assert sorted(now(firm)) == ["Birch", "Cedar"]


def test_a_row_that_is_refused_is_named_with_its_reason_and_keeps_no_other_back(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        convert_lead(lead_id=leads[1].pk, actor=firm.ana, plan=plan_for(leads[1], firm.ana))
    answer = do(firm, leads, "owner", **{"to-owner": str(firm.max.pk)})
    with tenant_context(firm.tenant):
        run = BulkRun.objects.get()
    assert answer["Location"] == f"/acme/bulk/{run.pk}/"
    assert (run.state, run.done_count, run.refused_count, run.counts) == (RunState.DONE, 2, 1, {"changed": 2})
    assert [lead.owner for lead in now(firm).values()] == [firm.max, firm.ana, firm.max]
    page = client_of(firm.ana).get(answer["Location"]).content.decode()
    assert "Birch" in page and "is read-only" in page
    file = client_of(firm.ana).get(f"{answer['Location']}refused/").content.decode()
    assert file.count("\n") == 2 and "Lena Birch" in file and "is read-only" in file


def test_a_reason_in_the_file_of_refused_rows_is_no_formula(firm: Firm, leads: list[Lead]) -> None:
    """It begins with what an admin has called a field or status."""
    with tenant_context(firm.tenant):
        convert_lead(lead_id=leads[1].pk, actor=firm.ana, plan=plan_for(leads[1], firm.ana))
    address = do(firm, leads, "owner", **{"to-owner": str(firm.max.pk)})["Location"]
    with tenant_context(firm.tenant):
        BulkFinding.objects.update(reasons=["=HYPERLINK(1): no"], name="+Birch")
    line = client_of(firm.ana).get(f"{address}refused/").content.decode().splitlines()[1]
    assert line.endswith("'+Birch,refused,'=HYPERLINK(1): no")


def test_rows_that_one_may_not_change_are_refused_and_those_out_of_sight_do_not_exist(
    firm: Firm, leads: list[Lead]
) -> None:
    with tenant_context(firm.tenant):
        hidden = make.lead(firm.sam, last_name="Hidden")
        mate = make.lead(firm.max, last_name="Mate")
    assert do(firm, [hidden], "owner", **{"to-owner": str(firm.ana.pk)}).status_code == 404
    answer = do(firm, [hidden, mate, leads[0]], "delete")
    assert answer.status_code == 422 and "1 of the rows you chose is gone, or out of your reach." in str(answer.content)
    do(firm, [hidden, mate, leads[0]], "delete", shown=answer.context["shown"])
    assert sorted(now(firm)) == ["Birch", "Cedar", "Hidden", "Mate"]
    with tenant_context(firm.tenant):
        assert {(one.name, *one.reasons) for one in BulkFinding.objects.all()} == {
            ("Lena Mate", "You may not do this to it."),
        }


def test_all_rows_of_the_view_are_those_that_pass_its_filters_and_that_one_sees(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.sam, last_name="Ashton")
    data = {"all": "1", "to-owner": str(firm.max.pk)}
    query = "?name__starts=lena a&name__starts=lena b"
    page = ask(firm, [], "owner", query=query, **data).content.decode()
    assert "Assign 2 leads" in page and "Name starts with lena a or lena b" in page
    do(firm, [], "owner", query=query, **data)
    owners = {name: lead.owner.name for name, lead in now(firm).items() if lead.owner}
    assert owners == {
        "Ash": "Max Manager", "Birch": "Max Manager", "Cedar": "Ana Owner", "Ashton": "Sam Seller",
    }  # fmt: skip


def test_an_unreadable_filter_touches_nothing(firm: Firm, leads: list[Lead]) -> None:
    answer = do(firm, [], "delete", query="?owner=nonsense", all="1")
    assert answer.status_code == 422 and "was left out" in answer.content.decode().partition("<main")[2]
    assert len(now(firm)) == 3
    do(firm, [], "delete", query="?name__starts=lena", all="1")
    assert len(now(firm)) == 0


def test_what_is_missing_in_the_form_is_asked_again(firm: Firm, leads: list[Lead]) -> None:
    assert do(firm, leads, "set:status", **{"to-status": ""}).status_code == 404
    answer = do(firm, leads, "tags", **{"to-tags": ""})
    assert answer.status_code == 422
    with tenant_context(firm.tenant):
        assert not BulkRun.objects.exists()


@pytest.mark.parametrize("key", ["leads", "opportunities"])
def test_a_choice_that_nobody_has_touched_empties_nothing(firm: Firm, key: str) -> None:
    """ "Assign 1 lead" took the owner away when it was pressed without choosing one."""
    with tenant_context(firm.tenant):
        for kind in ("yes_no", "date"):
            create_field(actor=firm.ada, record_type=key, label=f"Own {kind}", kind=kind)
        record = make.lead(firm.ana) if key == "leads" else make.opportunity(firm.ana)
        actions = [one for one in catalogue.bulk_actions(key, firm.ada) if one.cleared]
    address, client = f"/acme/bulk/{key}/new/", client_of(firm.ada)
    assert len(actions) > 4
    for action in actions:
        bar = Filled(client, address, {"action": [action.key], "id": [str(record.pk)], "back": [f"/acme/{key}/"]})
        dialog = bar.again(bar.send())
        assert dialog.send(go="1").status_code == 422, action.key
        with tenant_context(firm.tenant):
            assert not BulkRun.objects.exists(), action.key


def test_what_is_cleared_was_said_to_be(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for kind in ("yes_no", "date"):
            create_field(actor=firm.ada, record_type="leads", label=f"Own {kind}", kind=kind)
        lead = make.lead(firm.ana, custom_own_yes_no=True, custom_own_date=date(2026, 5, 1))

    def send(action: str, **data: str) -> int:
        given = {f"to-{name}": value for name, value in data.items()}
        return do(firm, [lead], action, firm.max, **given).status_code

    both = {"custom_own_date": "2026-05-02", "custom_own_date_clear": "on"}
    assert send("set:custom_own_date", **both) == 422
    assert send("set:custom_own_date", custom_own_date_clear="on") == 303
    assert send("set:custom_own_yes_no", custom_own_yes_no="no") == 303
    assert send("owner", owner="none") == 303
    with tenant_context(firm.tenant):
        lead.refresh_from_db()
    assert (lead.owner_id, lead.custom) == (None, {})


def test_a_refusal_about_no_field_of_the_form_stands_above_it(
    firm: Firm, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_values: Any) -> None:
        raise ValidationError({"status": "Not today."})

    monkeypatch.setattr(services, "start_run", refuse)
    answer = do(firm, leads, "delete")
    assert answer.status_code == 422 and "Not today." in answer.content.decode()


def test_sent_twice_it_is_done_once(firm: Firm, leads: list[Lead]) -> None:
    data = {"to-owner": str(firm.max.pk), "idempotency_key": "abc"}
    places = [do(firm, leads, "owner", **data)["Location"] for _time in range(2)]
    assert places == ["/acme/leads/?filters=none"] * 2
    with tenant_context(firm.tenant):
        assert BulkRun.objects.count() == 1


def test_nobody_looks_into_anothers_run(firm: Firm, leads: list[Lead]) -> None:
    do(firm, leads, "owner", **{"to-owner": str(firm.max.pk)})
    with tenant_context(firm.tenant):
        run = BulkRun.objects.get()
    statuses = {
        name: client_of(member).get(f"/acme/bulk/{run.pk}/").status_code for name, member in firm.everybody.items()
    }
    assert statuses == {"admin": 200, "manager": 404, "rep": 200, "read_only": 404}
    assert f"/acme/bulk/{run.pk}/" in client_of(firm.ana).get("/acme/bulk/").content.decode()
    assert f"/acme/bulk/{run.pk}/" not in client_of(firm.max).get("/acme/bulk/").content.decode()


def test_other_types_have_it_too(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
    client_of(firm.ana).post(
        "/acme/bulk/accounts/new/",
        {"action": "owner", "id": str(account.pk), "to-owner": str(firm.max.pk), "go": "1"},
    )
    with tenant_context(firm.tenant):
        account.refresh_from_db()
        assert account.owner_id == firm.max.pk
