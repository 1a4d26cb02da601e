"""What there is once docs/catalogue.md was followed: ``test_guides.py`` runs it in a copy of the project."""

from __future__ import annotations

import re
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from crm import catalogue
from crm.celery import app, queues
from crm.events.models import Event
from crm.picklists.selectors import choices
from crm.queues import HOUR, LONG
from crm.tenants.context import tenant_context
from tests import make
from tests.forms import form_of
from tests.imports.steps import finished, upload
from tests.people import Firm, client_of


@pytest.fixture
def client(firm: Firm) -> Client:
    return client_of(firm.ana)


@pytest.fixture
def repair(firm: Firm) -> Any:
    repairs = catalogue.record_type("repairs")
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Acme Mill")
        values = {
            "name": "Pump",
            "serial_number": "XK-4711",
            "caller": "(212) 555-0199",
            "account": account,
            "owner": firm.ana,
        }
        return repairs.create(actor=firm.ana, values=values)


def test_list_menu_views_and_filters(client: Client, repair: Any) -> None:
    page = client.get("/acme/repairs/").content.decode()
    assert "<h1>Repairs</h1>" in page and "Pump" in page and "Open repairs" in page and "All repairs" in page
    assert 'href="/acme/repairs/"' in client.get("/acme/").content.decode(), "it has its place in the bar"
    found = {"serial_number__starts=xk": True, "serial_number=other": False, "sort=-cost": True}
    found |= {"caller=212-555-0199": True, "caller__starts=%2B1212": True, "caller=212-555-0198": False}
    for query, is_there in found.items():
        assert ("Pump" in client.get(f"/acme/repairs/?filters=none&{query}").content.decode()) == is_there, query


def test_form_page_history_and_bin(client: Client, repair: Any) -> None:
    sent = form_of(client, "/acme/repairs/new/").send(name="Drill", cost="80.50", promised_on="2026-12-24")
    page = client.get(sent["Location"]).content.decode()
    assert sent.status_code == 303 and "Drill" in page and "Dec 24, 2026" in page and "Waiting" in page
    assert "$80.50" in page
    edited = form_of(client, f"/acme/repairs/{repair.pk}/edit/").send(name="Big pump")
    assert edited.status_code == 303
    history = client.get(f"/acme/repairs/{repair.pk}/history/").content.decode()
    assert "created this" in history and "changed What from Pump to Big pump" in history
    assert client.post(f"/acme/repairs/{repair.pk}/deletion/").status_code == 303
    assert "Big pump" in client.get("/acme/repairs/bin/").content.decode()


def test_board(firm: Firm, client: Client, repair: Any) -> None:
    with tenant_context(firm.tenant):
        done = next(one for one in choices("repair_status") if one.label == "Repaired")
    board = client.get("/acme/repairs/board/").content.decode()
    assert "On the bench" in board and "Pump" in board and "Acme Mill" in board
    where = f"/acme/repairs/{repair.pk}/column/"
    assert "Repaired" in client.get(where).content.decode()
    assert 'data-moves="status"' in board and client.post(where, {"status": str(done.pk)}).status_code == 303
    assert "Repaired" in client.get(f"/acme/repairs/{repair.pk}/").content.decode()
    with tenant_context(firm.tenant):
        moved = Event.objects.filter(record_id=repair.pk).latest("at")
        assert moved.name == "repair.changed" and moved.changes["status"][1]["label"] == "Repaired"


def test_search(client: Client, repair: Any) -> None:
    for typed in ("Pump", "4711", "mill", "555 0199"):
        assert "Pump" in client.get(f"/acme/search/?q={typed}").content.decode(), typed


def test_import_and_export(firm: Firm, repair: Any) -> None:
    client = client_of(firm.max)
    content = "name,serial_number,account,cost,currency,status\nSaw,S-1,Acme Mill,12.50,USD,Repaired\n"
    job = finished(firm, upload(firm, "repairs", content, firm.max))
    assert (job.created_count, job.refused_count) == (1, 0)
    file = client.get("/acme/repairs/export/?filters=none&columns=name,serial_number,account,cost").content.decode()
    assert "Saw,S-1,Acme Mill" in file and "12.50" in file and "Pump,XK-4711,Acme Mill" in file


def test_rights(firm: Firm, client: Client, repair: Any) -> None:
    """Rita reads, Sam is of another team; roles that are older than the type have what is usual."""
    where = f"/acme/repairs/{repair.pk}/edit/"
    assert [client_of(one).get(where).status_code for one in (firm.ana, firm.rita, firm.sam)] == [200, 404, 404]
    assert "Repairs" in client_of(firm.ada).get("/acme/setup/roles/new/").content.decode()
    assert client_of(firm.ada).get("/acme/setup/fields/repairs/").status_code == 200
    assert "Repair statuses" in client_of(firm.ada).get("/acme/setup/").content.decode()


def test_the_job(firm: Firm, repair: Any) -> None:
    """Workers and beat have it by its declaration, and it does what it says."""
    repairs = catalogue.record_type("repairs")
    app.loader.import_default_modules()
    job = app.tasks["repairs.jobs.forget_promises"]
    assert (queues[job.name], app.conf.beat_schedule[job.name]["schedule"]) == (LONG, 6 * HOUR)
    out = StringIO()
    call_command("catalogue", "jobs", stdout=out)
    assert re.search(r"repairs\.jobs\.forget_promises +long +21600 s +repairs\.jobs", out.getvalue())
    with tenant_context(firm.tenant):
        done = next(one for one in choices("repair_status") if one.meaning == "done")
        promised = {"owner": firm.ana, "promised_on": date(2026, 12, 24)}
        over = repairs.create(actor=firm.ana, values={"name": "Saw", "status": done, **promised})
        open_one = repairs.create(actor=firm.ana, values={"name": "Mixer", **promised})
    job()
    with tenant_context(firm.tenant):
        found = {one.name: one.promised_on for one in repairs.model.objects.filter(pk__in=(over.pk, open_one.pk))}
    assert found == {"Saw": None, "Mixer": date(2026, 12, 24)}
