"""Runs over many records are taken back: the workspace is row for row as before, but for what was changed since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from contacts.models import Contact
from crm.activities.models import ActivityLink
from crm.activities.services import complete_task, create_activity
from crm.bulk.models import BulkFinding, BulkOutcome, BulkRows, BulkRun
from crm.events.delivery import deliver_all
from crm.fields.models import TagLink
from crm.mailing_lists.models import MailingList, MailingListMember
from crm.mailing_lists.services import create_list, delete_list, put_on_lists
from crm.notices.models import Notification
from crm.pages.models import KeptForm, MadeOnce
from crm.picklists.selectors import choices, stages
from crm.runs.models import AtWork
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.undo.models import Change
from crm.users.access import READ_ONLY
from crm.users.services import limit_fields
from leads.models import Lead
from leads.services import update_lead
from tests import make
from tests.leads.dump import living_rows
from tests.people import Firm, client_of

MANY, FEW = 50, 6
# What was done, and told, stays.
SAID = (BulkRun, BulkRows, BulkFinding, BulkOutcome, AtWork, Notification, MadeOnce, KeptForm)


def make_leads(firm: Firm, number: int) -> list[Any]:
    """Of several states: with tags, answers, tasks, on a list."""
    news = create_list(actor=firm.ada, name="News")
    statuses = [one for one in choices("lead_status") if one.meaning in ("new", "working", "qualified")]
    made = []
    for index in range(number):
        tags = ("Old", "Fair")[: index % 3]
        made.append(make.lead(firm.ana, status=statuses[index % 3], rating=choices("rating")[index % 2], tags=tags))
        if index % 5 == 0:
            put_on_lists(record=made[-1], lists=[news], actor=firm.ana)
            create_activity(kind="task", records=[made[-1]], actor=firm.ana, subject="Call")
    return made


def make_deals(firm: Firm, number: int) -> list[Any]:
    """Two of each account, with contacts who follow it, in several stages."""
    create_list(actor=firm.ada, name="News")
    made = []
    for index in range(number):
        if index % 2 == 0:
            account = make.account(firm.ana)
            contact = make.contact(firm.ana, account=account)
        made.append(make.opportunity(firm.ana, account=account, contact=contact, stage=stages()[index % 3]))
    return made


def make_accounts(firm: Firm, number: int) -> list[Any]:
    made = [make.account(firm.ana, tags=("Old",)[: index % 2]) for index in range(number)]
    for account in made:
        make.contact(firm.ana, account=account)
    return made


def make_contacts(firm: Firm, number: int) -> list[Any]:
    create_list(actor=firm.ada, name="News")
    return [make.contact(firm.ana) for _index in range(number)]


Make = Callable[[Firm, int], list[Any]]
MAKE: dict[str, Make] = {
    "leads": make_leads, "opportunities": make_deals, "accounts": make_accounts, "contacts": make_contacts,
}  # fmt: skip


def given(firm: Firm, key: str, action: str) -> dict[str, str]:
    """What the form of the action sends."""
    soon = (timezone.now() + timedelta(days=30)).date().isoformat()
    lists = {one.name: str(one.pk) for one in MailingList.objects.all()}
    return {
        "owner": lambda: {"owner": str(firm.max.pk)},
        "tags": lambda: {"tags": "Old, Autumn"},
        "set:rating": lambda: {"rating": str(choices("rating")[2].pk)},
        "set:type": lambda: {"type": str(next(one.pk for one in choices("account_type") if one.meaning == "customer"))},
        "set:relationship": lambda: {"relationship": str(choices("relationship")[-1].pk)},
        "status": lambda: {"status": str(next(o.pk for o in choices("lead_status") if o.meaning == "qualified"))},
        "close": lambda: {
            "unqualified_reason": str(choices("unqualified_reason")[0].pk),
            "task_due_on": soon,
            "mailing_list": lists["News"],
        },
        "stage": lambda: {"stage": str(make.stage("won").pk)},
        "lose": lambda: {
            "loss_reason": str(choices("loss_reason")[0].pk),
            "loss_note": "Too dear",
            "task_due_on": soon,
            "mailing_list": lists["News"],
        },
        "put_on_list": lambda: {"mailing_list": lists["News"]},
        "take_off_list": lambda: {"mailing_list": lists["News"]},
        "delete": dict,
    }[action]()


def press(firm: Firm, key: str, action: str, rows: list[Any]) -> BulkRun:
    """Choose ``rows`` in a list and do it; return the run when it is done, and what follows from it."""
    with tenant_context(firm.tenant):
        values = {f"to-{name}": value for name, value in given(firm, key, action).items()}
    path = f"/{firm.tenant.slug}/bulk/{key}/new/"
    form = {"action": action, "go": "1", "back": f"/{firm.tenant.slug}/{key}/", **values}
    client = client_of(firm.max)
    answer = client.post(path, form | {"id": [str(one.pk) for one in rows]}, follow=True)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return after(firm)


def take_back(firm: Firm, run: BulkRun) -> HttpResponse:
    """Press Undo, and where that asks whether to undo the others: that as well."""
    path = f"/{firm.tenant.slug}/bulk/{run.pk}/"
    client = client_of(firm.max)
    answer = client.post(path, {"_method": "DELETE"}, follow=True)
    assert answer.status_code == 200
    if (question := (answer.context or {}).get("question")) is not None and question.button:
        answer = client.post(answer.redirect_chain[-1][0], {"shown": question.mark}, follow=True)
    after(firm)
    return answer


def after(firm: Firm) -> BulkRun:
    with tenant_context(firm.tenant):
        forget()
        deliver_all()
        forget()
        return BulkRun.objects.latest("made_at")


def rows_of(firm: Firm) -> dict[str, dict[str, Any]]:
    with tenant_context(firm.tenant):
        return without(living_rows(*SAID), "unread", "users.membership")  # of the notifications


def without(rows: dict[str, dict[str, Any]], column: str, *models: str) -> dict[str, dict[str, Any]]:
    return {
        key: {name: value for name, value in row.items() if name != column or key.split()[0] not in models}
        for key, row in rows.items()
    }


@pytest.mark.parametrize(
    ("key", "action", "number"),
    [
        ("leads", "owner", MANY),
        ("leads", "set:rating", MANY),
        ("leads", "delete", MANY),
        ("leads", "tags", MANY),
        ("leads", "put_on_list", MANY),
        ("leads", "take_off_list", FEW),
        ("leads", "status", FEW),
        ("leads", "close", FEW),
        ("opportunities", "stage", FEW),
        ("opportunities", "lose", FEW),
        ("opportunities", "delete", FEW),
        ("accounts", "set:type", FEW),
        ("accounts", "tags", FEW),
        ("contacts", "set:relationship", FEW),
        ("contacts", "put_on_list", FEW),
    ],
)
def test_the_workspace_is_row_for_row_as_before(firm: Firm, key: str, action: str, number: int) -> None:
    with tenant_context(firm.tenant):
        records = MAKE[key](firm, number)
    after_making = after_all(firm)
    run = press(firm, key, action, records)
    assert run.done_count == number, list(BulkFinding.objects.values_list("reasons", flat=True))
    assert rows_of(firm) != after_making
    page = take_back(firm, run).content.decode()
    # Workflows bring in line what follows, and that is a change of today.
    followers = {"opportunities": ("accounts.account", "contacts.contact"), "accounts": ("contacts.contact",)}
    now, before = (without(one, "updated_at", *followers.get(key, ())) for one in (rows_of(firm), after_making))
    assert now == before
    with tenant_context(firm.tenant):
        assert not Change.objects.filter(act=run.pk).exists()
        assert not BulkFinding.objects.filter(run__undoes=run).exists(), page


def after_all(firm: Firm) -> dict[str, dict[str, Any]]:
    with tenant_context(firm.tenant):
        forget()
        deliver_all()
    return rows_of(firm)


def of_record(rows: dict[str, dict[str, Any]], pk: Any) -> dict[str, dict[str, Any]]:
    """The row of a record, and those that stand on it."""
    return {key: row for key, row in rows.items() if str(pk) in key or pk in row.values()}


def reasons(firm: Firm, run: BulkRun) -> dict[str, str]:
    with tenant_context(firm.tenant):
        found = BulkFinding.objects.filter(run__undoes=run)
        return {one.name: " ".join(one.reasons) for one in found}


def test_what_was_changed_since_is_named_and_the_rest_is_as_before(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        records = make_leads(firm, 8)
    before = after_all(firm)
    run = press(firm, "leads", "close", records)
    moved, done, rated, edited = records[:4]
    with tenant_context(firm.tenant):
        update_lead(Lead.objects.get(pk=moved.pk), actor=firm.sam, values={"status": choices("lead_status")[1]})
        links = ActivityLink.objects.filter(record_id=done.pk, activity__subject="Follow up")
        task = links.get().activity
        complete_task(task=task, actor=firm.sam)
        for one, values in ((rated, {"rating": choices("rating")[2]}), (edited, {"city": "Bremen"})):
            update_lead(Lead.objects.get(pk=one.pk), actor=firm.sam, values=values)
    between = rows_of(firm)
    page = unescape(take_back(firm, run).content.decode())
    now, told = rows_of(firm), reasons(firm, run)
    assert told.keys() == {moved.name, done.name}
    assert "has changed it to" in told[moved.name] and "activity" in told[done.name]
    for one in (moved, done):
        assert of_record(now, one.pk) == of_record(between, one.pk)
        assert f'<a href="/acme/leads/{one.pk}/">{one.name}</a>' in page and told[one.name] in page
    for one in records[4:]:
        assert of_record(now, one.pk) == of_record(before, one.pk)
    lead = now[f"leads.lead {rated.pk}"]
    assert lead["status_id"] == before[f"leads.lead {rated.pk}"]["status_id"]
    assert lead["rating_id"] != before[f"leads.lead {rated.pk}"]["rating_id"], "what somebody else has done stays"
    assert now[f"leads.lead {edited.pk}"]["city"] == "Bremen"


def test_who_may_not_change_what_it_changed_cannot_take_it_back(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        records = make_deals(firm, 2)
        contact = records[0].contact
    run = press(firm, "opportunities", "lose", records)
    with tenant_context(firm.tenant):
        Contact.objects.filter(pk=contact.pk).update(owner=firm.ada)
        role = firm.max.role
        role.access["contacts"] = {"view": "all", "edit": "own"}
        role.save(update_fields=["access"])
    between = rows_of(firm)
    take_back(firm, run)
    first, now, told = min(records, key=lambda one: one.pk), rows_of(firm), reasons(firm, run)
    assert of_record(now, first.pk) == of_record(between, first.pk)
    places = [{key: row for key, row in rows.items() if key.startswith("lists.")} for rows in (now, between)]
    assert places[0] == places[1]
    assert list(told) == [first.name], "the contact stood on the list when the other one was lost"
    assert "mailing lists of somebody whom you may not change" in told[first.name]


def test_a_field_that_one_may_no_longer_write_is_not_given_back(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        records = make_leads(firm, 2)
    before = after_all(firm)
    run = press(firm, "leads", "set:rating", records)
    between = rows_of(firm)
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.max.role, key="leads", limits={"rating": READ_ONLY})
    take_back(firm, run)
    assert without(rows_of(firm), "fields", "users.role") == without(between, "fields", "users.role")
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.max.role, key="leads", limits={})
    take_back(firm, run)
    assert without(rows_of(firm), "fields", "users.role") == without(before, "fields", "users.role")


def test_a_run_of_which_nothing_is_kept_any_more_is_not_offered(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        records = make_leads(firm, 2)
    run = press(firm, "leads", "owner", records)
    path = f"/acme/bulk/{run.pk}/"
    assert "Undo" in client_of(firm.max).get(path).content.decode()
    with tenant_context(firm.tenant):
        Change.objects.all().delete()
    between = rows_of(firm)
    assert "Undo" not in client_of(firm.max).get(path).content.decode()
    client_of(firm.max).post(path, {"_method": "DELETE"})
    assert rows_of(firm) == between


def test_a_tag_that_others_have_by_now_stays(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        records = make_leads(firm, 2)
        other = make.lead(firm.ana)
    run = press(firm, "leads", "tags", records)
    with tenant_context(firm.tenant):
        update_lead(other, actor=firm.sam, values={"tags": ("autumn",)})
    take_back(firm, run)
    assert reasons(firm, run) == {}
    with tenant_context(firm.tenant):
        assert [one.tag.name for one in TagLink.objects.filter(record_id=other.pk)] == ["Autumn"]
        assert TagLink.objects.filter(tag__name="Autumn").count() == 1


def test_a_place_on_a_list_that_was_deleted_since_is_refused_and_said(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        rows = make_leads(firm, 2)
    with tenant_context(firm.tenant):
        news = MailingList.objects.get(name="News")
        create_list(actor=firm.ada, name="Events")
        for lead in rows:
            put_on_lists(record=lead, lists=[news], actor=firm.ada)
        others = MailingListMember.objects.filter(mailing_list=news).exclude(record_id__in=[one.pk for one in rows])
        others.delete()
    run = press(firm, "leads", "take_off_list", rows)
    with tenant_context(firm.tenant):
        delete_list(mailing_list=news, actor=firm.ada)
    take_back(firm, run)
    with tenant_context(firm.tenant):
        undoing = BulkRun.objects.get(undoes=run)
        assert (undoing.done_count, undoing.refused_count) == (0, 2), "it was told as undone, and nobody was on a list"
        assert all("was deleted since" in reason for reason in reasons(firm, run).values())
