"""Where undoing a run cannot take back all, it names what stays before it takes back anything, and offers the rest."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from unittest.mock import patch

import pytest
from django.http import HttpResponse

from crm.bulk import running, services
from crm.bulk.kind import BULK
from crm.bulk.models import BulkFinding, BulkRun
from crm.events.models import Event
from crm.mailing_lists.services import create_list, take_off_lists
from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from leads.models import Conversion, Lead
from leads.services import delete_lead, update_lead
from tests import make
from tests.people import Firm, client_of
from tests.undo.test_runs import after, after_all, of_record, press, rows_of
from tests.working import work_alone


def undo(firm: Firm, run: BulkRun) -> HttpResponse:
    return client_of(firm.max).post(f"/acme/bulk/{run.pk}/", {"_method": "DELETE"}, follow=True)


def go_on(firm: Firm, page: HttpResponse) -> HttpResponse:
    """Press “Undo the other …”."""
    shown = re.search(r'name="shown" value="(\w+)"', page.content.decode())
    assert shown is not None
    return client_of(firm.max).post(page.redirect_chain[-1][0], {"shown": shown[1]}, follow=True)


def text(page: HttpResponse) -> str:
    return text_of(page.content.decode())


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def rate(firm: Firm, *leads: Any) -> None:
    with tenant_context(firm.tenant):
        for lead in leads:
            update_lead(Lead.objects.get(pk=lead.pk), actor=firm.sam, values={"rating": choices("rating")[0]})


@pytest.fixture
def rated(firm: Firm) -> tuple[list[Any], BulkRun]:
    with tenant_context(firm.tenant):
        leads = [make.lead(firm.ana, rating=choices("rating")[1]) for _number in range(5)]
    after_all(firm)
    return leads, press(firm, "leads", "set:rating", leads)


def test_nothing_is_undone_before_it_is_said_what_stays(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    leads, run = rated
    rate(firm, leads[1], leads[3])
    between, told_before = rows_of(firm), events_of(firm)
    page = undo(firm, run)
    after(firm)
    assert (rows_of(firm), events_of(firm)) == (between, told_before), "it was tried, and is as it was"
    said = text(page)
    assert "2 of 5 leads cannot be taken back" in said and "Nothing has been undone yet." in said
    for lead in (leads[1], leads[3]):
        assert f'<a href="/acme/leads/{lead.pk}/">{lead.name}</a>' in page.content.decode()
    assert said.count("has changed it to") == 2, said
    assert "Undo the other 3" in said and "Cancel" in said
    done = go_on(firm, page)
    after(firm)
    now = rows_of(firm)
    for lead in leads:
        stays = lead in (leads[1], leads[3])
        assert (of_record(now, lead.pk) == of_record(between, lead.pk)) == stays
    assert text(done).count("has changed it to") == 2, "the result names them too"
    assert "Undo the other" not in text(done)


def events_of(firm: Firm) -> int:
    with tenant_context(firm.tenant):
        return Event.objects.count()


def test_what_moved_since_it_was_asked_is_said_and_asked_again(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    leads, run = rated
    rate(firm, leads[1])
    page = undo(firm, run)
    rate(firm, leads[2])
    between = rows_of(firm)
    again = go_on(firm, page)
    assert rows_of(firm) == between
    assert "Since you were asked, this has changed." in text(again) and "2 of 5 leads" in text(again)
    go_on(firm, again)
    with tenant_context(firm.tenant):
        assert BulkRun.objects.get(undoes=run).done_count == 3
        assert Lead.objects.filter(rating=choices("rating")[1]).count() == 3


def test_what_no_longer_stays_is_asked_again_too(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    leads, run = rated
    rate(firm, leads[1], leads[2])
    page = undo(firm, run)
    with tenant_context(firm.tenant):  # as it was before the run, so nothing is to be given back
        update_lead(Lead.objects.get(pk=leads[2].pk), actor=firm.sam, values={"rating": choices("rating")[1]})
    between = rows_of(firm)
    again = go_on(firm, page)
    assert rows_of(firm) == between
    said = text(again)
    assert "1 of 5 leads" in said and "1 is as before already." in said and "Undo the other 3" in said


def test_who_cancels_is_asked_the_same_again(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    leads, run = rated
    rate(firm, leads[0])
    for _time in range(2):
        assert "Undo the other 4" in text(undo(firm, run))
    with tenant_context(firm.tenant):
        assert BulkRun.objects.filter(undoes=run).count() == 1
    page = client_of(firm.max).get(f"/acme/bulk/{run.pk}/").content.decode()
    assert "Taken back" not in page and "Undo" in page


def test_where_all_stays_nothing_is_offered(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    leads, run = rated
    rate(firm, *leads)
    between = rows_of(firm)
    page = undo(firm, run)
    said = text(page)
    assert "5 of 5 leads cannot be taken back" in said and "Nothing was undone." in said
    assert "Undo the other" not in said
    client_of(firm.max).post(page.redirect_chain[-1][0], {"shown": "x"})
    assert rows_of(firm) == between


def test_a_large_run_is_tried_by_a_worker_and_goes_on_by_itself(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    leads, run = rated
    with patch.multiple(running, TRIED=2, BATCH=2), patch.object(services, "AT_ONCE", 0):
        rate(firm, leads[4])
        undo(firm, run)
        between, undoing = rows_of(firm), after(firm)
        work_alone(BULK, firm.tenant, undoing.pk)
        path = f"/acme/bulk/{undoing.pk}/"
        page = client_of(firm.max).get(path)
        assert "1 of 5 leads cannot be taken back" in text(page) and rows_of(firm) == between
        client_of(firm.max).post(path, {"shown": page.context["question"].mark})
        while work_alone(BULK, firm.tenant, undoing.pk, batches=1):  # each by another worker
            pass
    with tenant_context(firm.tenant):
        undoing.refresh_from_db()
        assert (undoing.done_count, undoing.refused_count, undoing.is_dry_run) == (4, 1, False)
        assert Lead.objects.filter(rating=choices("rating")[1]).count() == 4
        assert BulkFinding.objects.filter(run=undoing).count() == 1


def test_stopped_while_it_is_tried_nothing_was_undone(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    _leads, run = rated
    with patch.multiple(running, TRIED=2, BATCH=2), patch.object(services, "AT_ONCE", 0):
        undo(firm, run)
        between, undoing = rows_of(firm), after(firm)
        assert work_alone(BULK, firm.tenant, undoing.pk, batches=1)
        client_of(firm.max).post(f"/acme/bulk/{undoing.pk}/", {"_method": "DELETE"})
        work_alone(BULK, firm.tenant, undoing.pk)
    assert rows_of(firm) == between
    said = text(client_of(firm.max).get(f"/acme/bulk/{undoing.pk}/"))
    assert "Cancelled" in said and "Undo the other" not in said
    undo(firm, run)
    with tenant_context(firm.tenant):
        assert Lead.objects.filter(rating=choices("rating")[1]).count() == 5


def test_what_was_left_when_it_was_stopped_is_undone_by_another(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    _leads, run = rated
    with patch.multiple(running, TRIED=3, BATCH=2), patch.object(services, "AT_ONCE", 0):
        undo(firm, run)
        undoing = after(firm)
        assert work_alone(BULK, firm.tenant, undoing.pk, batches=4)  # looked at and begun, two rows done
        client_of(firm.max).post(f"/acme/bulk/{undoing.pk}/", {"_method": "DELETE"})
        work_alone(BULK, firm.tenant, undoing.pk)
    with tenant_context(firm.tenant):
        undoing.refresh_from_db()
        assert (undoing.state, undoing.is_dry_run, 0 < undoing.done_count < 5) == ("cancelled", False, True)
        first = undoing.done_count
    page = text(client_of(firm.max).get(f"/acme/bulk/{run.pk}/"))
    assert "Taken back in part" in page and "Undo" in page
    undo(firm, run)
    with tenant_context(firm.tenant):
        second = BulkRun.objects.filter(undoes=run).latest("made_at")
        assert (second.total, second.done_count, second.refused_count) == (5 - first, 5 - first, 0)
        assert Lead.objects.filter(rating=choices("rating")[1]).count() == 5
    page = client_of(firm.max).get(f"/acme/bulk/{run.pk}/").content.decode()
    assert "Taken back" in text_of(page) and 'value="DELETE"' not in page


def test_only_what_stayed_is_looked_at_again(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    leads, run = rated
    rate(firm, leads[0])
    go_on(firm, undo(firm, run))
    rate(firm, leads[1])  # which was undone, and is not undone again
    between = rows_of(firm)
    said = text(undo(firm, run))
    assert "1 of 1 lead cannot be taken back" in said and "Nothing was undone." in said
    assert rows_of(firm) == between


def test_a_stopped_try_is_not_gone_on_with_unasked(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    """A tab from before showed “Undo the other 4”; meanwhile it was tried anew, and that was stopped."""
    leads, run = rated
    rate(firm, leads[0])
    page = undo(firm, run)
    rate(firm, leads[1])
    between = rows_of(firm)
    with patch.multiple(running, TRIED=2), patch.object(services, "AT_ONCE", 0):
        undo(firm, run)
        undoing = after(firm)
        assert work_alone(BULK, firm.tenant, undoing.pk, batches=1)
        client_of(firm.max).post(f"/acme/bulk/{undoing.pk}/", {"_method": "DELETE"})
        work_alone(BULK, firm.tenant, undoing.pk)
    again = go_on(firm, page)
    assert rows_of(firm) == between
    assert "2 of 5 leads" in text(again)


def test_stopped_with_its_last_rows_it_asks_nothing(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    _leads, run = rated
    with patch.multiple(running, TRIED=3), patch.object(services, "AT_ONCE", 0):
        undo(firm, run)
        undoing = after(firm)
        assert work_alone(BULK, firm.tenant, undoing.pk, batches=2)
        client_of(firm.max).post(f"/acme/bulk/{undoing.pk}/", {"_method": "DELETE"})
        work_alone(BULK, firm.tenant, undoing.pk)
    assert "Undo the other" not in text(client_of(firm.max).get(f"/acme/bulk/{undoing.pk}/"))
    with tenant_context(firm.tenant):
        assert Lead.objects.filter(rating=choices("rating")[1]).count() == 0


def test_what_goes_away_while_it_is_undone_is_named(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    leads, run = rated
    with patch.multiple(running, TRIED=3, BATCH=2), patch.object(services, "AT_ONCE", 0):
        undo(firm, run)
        undoing = after(firm)
        assert work_alone(BULK, firm.tenant, undoing.pk, batches=4)
        with tenant_context(firm.tenant):
            delete_lead(Lead.objects.get(pk=min(one.pk for one in leads)), actor=firm.max)  # the last one
        work_alone(BULK, firm.tenant, undoing.pk)
    with tenant_context(firm.tenant):
        undoing.refresh_from_db()
        assert (undoing.state, undoing.done_count, undoing.refused_count) == ("done", 4, 1)
    assert "It is gone, or out of your reach." in text(client_of(firm.max).get(f"/acme/bulk/{undoing.pk}/"))


def test_nobody_is_led_to_an_undo_that_is_another_s(firm: Firm, rated: tuple[list[Any], BulkRun]) -> None:
    _leads, run = rated
    with patch.object(services, "AT_ONCE", 0):
        assert client_of(firm.ada).post(f"/acme/bulk/{run.pk}/", {"_method": "DELETE"}).status_code == 303
        page = undo(firm, run)
    assert page.status_code == 200 and f"{firm.ada.name} takes this back already." in text(page)
    assert "Taken back" not in text(page)


def test_a_tag_is_not_told_as_taken_off_where_somebody_else_took_it_off(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        news = create_list(actor=firm.max, name="News")
        leads = [make.lead(firm.ana, email=f"l{number}@x.example") for number in range(3)]
    run = press(firm, "leads", "put_on_list", leads)
    with tenant_context(firm.tenant):
        take_off_lists(record=Lead.objects.get(pk=leads[0].pk), lists=[news], actor=firm.sam)
    undo(firm, run)
    with tenant_context(firm.tenant):
        undoing = BulkRun.objects.get(undoes=run)
        assert undoing.counts == {"changed": 2, "same": 1}


@pytest.mark.parametrize("at_once", [1, 2])
def test_rows_that_hang_together_are_tried_together(at_once: int, firm: Firm) -> None:
    """Three leads of one company came to one account: the first that made it can go when the others have."""
    with tenant_context(firm.tenant):
        leads = [
            make.lead(firm.max, last_name=name, company="Heron Ltd", city="Ulm", email=f"{name}@heron.example".lower())
            for name in ("Ash", "Birch", "Cedar")
        ]
        leads.append(make.lead(firm.max, company="Osprey", last_name="Alder", email="alder@osprey.example"))
    before = after_all(firm)
    client, form = client_of(firm.max), {"action": "convert", "go": "1", "back": "/acme/leads/"}
    ids = [str(one.pk) for one in leads]
    client.post(
        "/acme/bulk/leads/new/",
        form | {"id": ids, "to-without_opportunity": "yes", "to-also_doubtful": "yes"},
        follow=True,
    )
    tried = after(firm)
    client.post(f"/acme/bulk/{tried.pk}/", follow=True)
    run = after(firm)
    assert (run.is_dry_run, run.done_count) == (False, 4)
    with tenant_context(firm.tenant):
        assert Conversion.objects.values("account").distinct().count() == 2
    with patch.multiple(running, TRIED=at_once, BATCH=2), patch.object(services, "AT_ONCE", 0):
        undo(firm, run)
        undoing = after(firm)
        work_alone(BULK, firm.tenant, undoing.pk)
    undoing = after(firm)
    assert (undoing.done_count, undoing.refused_count, undoing.is_dry_run) == (4, 0, False)
    now = rows_of(firm)
    assert {key for key in now if key.startswith("accounts.")} == {key for key in before if key.startswith("accounts.")}
    with tenant_context(firm.tenant):
        assert not Conversion.objects.filter(undone_at=None).exists()
