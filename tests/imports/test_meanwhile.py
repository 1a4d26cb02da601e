"""What others do between a dry run and the import: it is seen before anything is written over it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from accounts.models import Account
from accounts.services import delete_account, update_account
from crm.fields.custom.services import create_field, delete_field, set_field_active
from crm.imports import batches, running
from crm.imports.existing import Known
from crm.imports.models import Import, RefusedRow
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.users.services import ensure_member
from leads.models import Lead
from leads.services import delete_lead, update_lead
from tests import make
from tests.imports.steps import download, finished, run_import, tenant_of, told, upload
from tests.imports.test_words import Page
from tests.people import Firm, client_of
from tests.working import Alone

ROWS = "last_name,email,city,job title\nBell,ann@k.example,Ulm,Buyer\nFox,bo@k.example,Bonn,Smith\n"


def started(firm: Firm, run: Import, tried: str = "") -> str:
    """Press the button of the dry run's page; returns the page that comes."""
    client = client_of(firm.ada)
    answer = client.post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": tried}, follow=True)
    return unescape(answer.content.decode())


def tried_of(firm: Firm, run: Import) -> str:
    page = client_of(firm.ada).get(f"/acme/imports/{run.pk}/").content.decode()
    found = re.search(r'name="tried" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("name", ["Ana Owner", "Ada Admin", "A workflow"])
def test_what_was_written_after_the_dry_run_is_not_written_over(firm: Firm, name: str) -> None:
    """By a colleague, by who runs it in another tab, or by a workflow."""
    other = {"Ana Owner": firm.ana, "Ada Admin": firm.ada}.get(name)
    with tenant_context(firm.tenant):
        ann, bo = (
            make.lead(firm.ada, last_name=name, email=f"{first}@k.example", city="Old")
            for name, first in (("Bell", "ann"), ("Fox", "bo"))
        )
    run = finished(firm, upload(firm, "leads", ROWS, dry_run="1"))
    assert run.updated_count == 2
    with tenant_context(firm.tenant):
        update_lead(actor=other, lead=Lead.objects.get(pk=ann.pk), values={"city": "Kiel", "region": "North"})
        update_lead(actor=other, lead=Lead.objects.get(pk=bo.pk), values={"city": "Bonn", "region": "West"})
    started(firm, run, tried_of(firm, run))
    run = finished(firm, run)
    assert (run.updated_count, run.refused_count) == (1, 1)
    assert f"City: {name} has changed it to “Kiel” since the dry run." in download(firm, run)
    with tenant_context(firm.tenant):
        found = set(Lead.objects.values_list("last_name", "city", "region", "job_title"))
    assert found == {("Bell", "Kiel", "North", ""), ("Fox", "Bonn", "West", "Smith")}


def test_what_a_colleague_created_after_the_dry_run_is_not_written_over(firm: Firm) -> None:
    run = finished(firm, upload(firm, "leads", ROWS, dry_run="1"))
    assert run.created_count == 2
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Bell", email="ann@k.example", city="Kiel")
    started(firm, run, tried_of(firm, run))
    run = finished(firm, run)
    assert (run.created_count, run.updated_count, run.refused_count) == (1, 0, 1)
    with tenant_context(firm.tenant):
        assert set(Lead.objects.values_list("last_name", "city")) == {("Bell", "Kiel"), ("Fox", "Bonn")}


@pytest.mark.parametrize("way", ["dry run", "straight"])
@pytest.mark.parametrize("change", ["nothing", "other field", "key", "deleted"])
def test_what_is_written_just_before_the_import_holds_a_record_is_read(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, way: str, change: str
) -> None:
    """A record is as the colleague left it, and its names and keys follow from what it is now."""
    with tenant_context(firm.tenant):
        ann = make.lead(firm.ada, first_name="Ann", last_name="Bell", external_id="x1", city="Ulm")
        make.lead(firm.ada, first_name="Bo", last_name="Fox", external_id="x2")
    run = upload(
        firm, "leads", "external id,first name,last name,city\nx1,Anna,,Rome\nx2,Bob,,Rome\nx1,,,Bari\n",
        **({"dry_run": "1"} if way == "dry run" else {}),
    )  # fmt: skip
    if way == "dry run":
        finished(firm, run)
        started(firm, run, tried_of(firm, run))
    load, loads = Known.load, 0

    def just_before(known: Known, rows: list[dict[str, Any]]) -> None:
        nonlocal loads
        load(known, rows)
        loads += 1
        if loads == 1 and change == "deleted":
            delete_lead(actor=firm.ana, lead=Lead.objects.get(pk=ann.pk))
        elif loads == 1 and change != "nothing":
            values = {"external_id": "y1"} if change == "key" else {"last_name": "Brandt"}
            update_lead(actor=firm.ana, lead=Lead.objects.get(pk=ann.pk), values=values)

    monkeypatch.setattr(Known, "load", just_before)
    run = finished(firm, run)
    with tenant_context(firm.tenant):
        found = set(Lead.all_objects.values_list("name", "sort_name", "city"))
        bob = ("Bob Fox", "bob fox", "Rome")
    if change == "nothing":
        assert found == {("Anna Bell", "anna bell", "Bari"), bob}
        assert (run.updated_count, run.folded_count, loads) == (2, 1, 1)
    elif change == "other field":
        assert found == {("Anna Brandt", "anna brandt", "Bari"), bob}
        assert (run.updated_count, run.folded_count, loads) == (2, 1, 2)
    else:  # the record is no longer the one that the row is about, and a new one lacks its last name
        assert found == {("Ann Bell", "ann bell", "Ulm"), bob}
        assert (run.updated_count, run.refused_count) == (1, 2)


def test_a_record_that_is_deleted_just_before_the_import_holds_it_is_told(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_context(firm.tenant):
        ann, bo = (make.lead(firm.ada, last_name=name, city="Ulm") for name in ("Bell", "Fox"))
    run = upload(firm, "leads", f"id,city\n{ann.pk},Rome\n{bo.pk},Rome\n")
    load, loads = Known.load, 0

    def just_before(known: Known, rows: list[dict[str, Any]]) -> None:
        nonlocal loads
        load(known, rows)
        loads += 1
        if loads == 1:
            delete_lead(actor=firm.ana, lead=Lead.objects.get(pk=ann.pk))

    monkeypatch.setattr(Known, "load", just_before)
    run = finished(firm, run)
    assert (run.updated_count, run.refused_count) == (1, 1)
    assert f"No record here has the id {ann.pk}." in download(firm, run)
    with tenant_context(firm.tenant):
        assert set(Lead.all_objects.values_list("name", "city")) == {("Lena Bell", "Ulm"), ("Lena Fox", "Rome")}


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_link_further_down_is_not_set_over_what_a_colleague_chose_since_the_dry_run(
    firm: Firm, is_changed: bool
) -> None:
    with tenant_context(firm.tenant):
        child, aunt = (make.account(firm.ada, name=name) for name in ("Child", "Aunt"))
    text = "name,parent,city\nChild,Mother,Ulm\nMother,,\n"
    run = finished(firm, upload(firm, "accounts", text, dry_run="1", unknown="refuse"))
    if is_changed:
        with tenant_context(firm.tenant):
            update_account(actor=firm.ana, account=Account.objects.get(pk=child.pk), values={"parent": aunt})
    started(firm, run, tried_of(firm, run))
    run = finished(firm, run)
    with tenant_context(firm.tenant):
        child = Account.objects.select_related("parent").get(pk=child.pk)
        assert child.parent is not None
        assert (child.parent.name, child.city) == ("Aunt" if is_changed else "Mother", "Ulm")
        said = [reason for row in RefusedRow.objects.filter(run=run) for reason in row.reasons]
    told = "The row came in. Note: Parent account: Ana Owner has changed it to “Aunt” since the dry run."
    assert said == ([told] if is_changed else [])


def test_an_import_starts_as_the_dry_run_was_that_the_page_shows(firm: Firm) -> None:
    run = finished(firm, upload(firm, "leads", ROWS, dry_run="1"))
    old = tried_of(firm, run)
    client = client_of(firm.ada)
    client.post(f"/acme/imports/{run.pk}/run/", {"columns": "1"})
    page = client.get(f"/acme/imports/{run.pk}/columns/")
    form = page.context["form"]
    data = {name: form[name].initial or "" for name in form.fields if name.startswith("column_")}
    client.post(f"/acme/imports/{run.pk}/columns/", data | {"column_2": "region", "dry_run": "1"})
    run = finished(firm, run)
    assert "The columns were changed since, and tried again." in started(firm, run, old)
    with tenant_context(tenant_of(firm)):
        run.refresh_from_db()
        assert (run.state, run.is_dry_run) == (RunState.DONE, True)
    started(firm, run, tried_of(firm, run))
    assert finished(firm, run).created_count == 2
    with tenant_context(firm.tenant):
        found = set(Lead.objects.values_list("last_name", "region", "city"))
    assert found == {("Bell", "Ulm", ""), ("Fox", "Bonn", "")}


def test_a_column_whose_field_goes_while_it_is_chosen_is_told(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        field = create_field(actor=firm.ada, record_type="leads", kind="text", label="Shoe size")
    page = Page(firm, "leads", ROWS.replace("city", "Shoe size"))
    chosen = page.columns()
    with tenant_context(firm.tenant):
        set_field_active(actor=firm.ada, field=field, is_active=False)
    text = unescape(page.refused(chosen).content.decode())
    assert "Shoe size: The field that was chosen is no longer there. Choose again." in text
    with tenant_context(firm.tenant):
        set_field_active(actor=firm.ada, field=field, is_active=True)
    assert finished(firm, page.send(chosen)).created_count == 2


def test_a_column_whose_field_goes_after_the_dry_run_is_not_dropped(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        field = create_field(actor=firm.ada, record_type="leads", kind="text", label="Shoe size")
    rows = ROWS.replace("city", "Shoe size")
    dry = finished(firm, upload(firm, "leads", rows, dry_run="1"))
    queued = upload(firm, "leads", rows)
    with tenant_context(firm.tenant):
        set_field_active(actor=firm.ada, field=field, is_active=False)
    shown = told(client_of(firm.ada).get(f"/acme/imports/{dry.pk}/"))
    assert ("Create 2 leads" in shown, "“Shoe size” is no longer there" in shown) == (False, True)
    assert "The field for “Shoe size” is no longer there. Change the columns." in started(
        firm, dry, tried_of(firm, dry)
    )

    run_import(tenant_of(firm), queued.pk)
    with tenant_context(tenant_of(firm)):
        queued.refresh_from_db()
        assert queued.state == RunState.FAILED
        assert "Shoe size" in queued.problem
        assert not Lead.objects.exists()
        set_field_active(actor=firm.ada, field=field, is_active=True)
    assert "Create 2 leads" in told(client_of(firm.ada).get(f"/acme/imports/{dry.pk}/"))
    started(firm, dry, tried_of(firm, dry))
    assert finished(firm, dry).created_count == 2


def test_a_field_that_is_deleted_in_the_middle_of_a_run_stops_it_and_refuses_no_row(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows were refused by the hundreds ("its values do not go together") before the run said why."""
    with tenant_context(firm.tenant):
        field = create_field(actor=firm.ada, record_type="leads", kind="text", label="Shoe size")
    run = upload(firm, "leads", ROWS.replace("city", "Shoe size"))
    monkeypatch.setattr(running, "BATCH", 1)
    done: list[Any] = []

    def then_delete(_turn: Alone) -> bool:
        if not done:
            with tenant_context(tenant_of(firm)):
                done.append(delete_field(field=field, actor=firm.ada))
        return False

    monkeypatch.setattr(Alone, "is_over", then_delete)
    run_import(tenant_of(firm), run.pk)
    with tenant_context(tenant_of(firm)):
        run.refresh_from_db()
        assert (run.state, run.created_count, run.refused_count, done) == (RunState.FAILED, 1, 0, [1])
        assert "“Shoe size” is no longer there" in run.problem
        assert not RefusedRow.objects.filter(run=run).exists()


def test_what_the_database_alone_has_seen_is_told_as_it_is(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody was quicker by less than a look: by then an id is taken, or a person is there."""
    with tenant_context(firm.tenant):
        make.lead(firm.ada, external_id="x1")
        ensure_member(actor=firm.ada, name="kim@k.example")
    for place in ("crm.imports.cells", "crm.users.services"):
        monkeypatch.setattr(f"{place}.member_by_name_or_email", lambda _text: None)
    text = "external id,last name,phone,owner\nx1,Bell,1,\nx2,Fox,2,\n,Owl,3,kim@k.example\n"
    run = upload(firm, "leads", text, answer_owner="add")
    monkeypatch.setattr(Known, "_load_ids", lambda *_all: None)
    monkeypatch.setattr("crm.records.services._refuse_taken_external_id", lambda *_all: None)
    run = finished(firm, run)
    told = download(firm, run)
    assert (run.created_count, run.refused_count) == (1, 2), told
    assert "External id: Another record already has it." in told
    assert "Something that this row would add was added meanwhile. Import this row again." in told
    assert "Somebody" not in told


def test_a_row_whose_account_is_deleted_at_this_moment_is_refused(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account has been looked up, and is gone before the row is written."""
    with tenant_context(firm.tenant):
        account = make.account(firm.ada, name="Vanishing")
        make.account(firm.ada, name="Stays")
    look = batches.gone_links

    def later(*args: Any) -> Any:
        fresh = Account.objects.filter(pk=account.pk).first()
        if fresh is not None:
            delete_account(fresh, actor=firm.ada)
        return look(*args)

    run = upload(firm, "contacts", "last_name,account\nBell,Vanishing\nFox,Stays\n")
    monkeypatch.setattr(batches, "gone_links", later)
    run = finished(firm, run)
    assert (run.created_count, run.refused_count) == (1, 1)
    assert "Account: “Vanishing” was deleted by Ada Admin." in download(firm, run)
