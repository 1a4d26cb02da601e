"""How long files are kept, how much of them, and how many a person has read at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from crm.imports import keeping
from crm.imports.models import FilePiece, Import, ImportFile, RefusedRow, RowsPiece
from crm.runs import jobs
from crm.tenants.context import tenant_context
from crm.tenants.jobs import Unfinished
from leads.models import Lead
from tests.imports.steps import bring_in, upload
from tests.people import Firm, client_of

CSV = b"name,email\nAna,a@a.example\nBo,nowhere\n"
PIECES = (ImportFile, FilePiece, RowsPiece, RefusedRow)


def age(firm: Firm, run: Import, days: int) -> None:
    with tenant_context(firm.tenant):
        Import.objects.filter(pk=run.pk).update(made_at=timezone.now() - timedelta(days=days))


def pieces(firm: Firm, run: Import) -> int:
    with tenant_context(firm.tenant):
        return sum(model.objects.filter(run=run).count() for model in PIECES)


def test_a_file_is_deleted_after_the_days_that_setup_says(firm: Firm) -> None:
    run, other = bring_in(firm, "leads", CSV), bring_in(firm, "leads", CSV + b"Cy,c@a.example\n")
    client = client_of(firm.ada)
    assert client.get("/acme/setup/imported-files/").context["form"]["days"].value() == 90
    assert client.post("/acme/setup/imported-files/", {"days": "0"}).status_code == 422
    assert client.post("/acme/setup/imported-files/", {"days": "30"}).status_code == 303
    age(firm, run, 31)
    age(firm, other, 29)
    jobs.tidy()
    assert (pieces(firm, run), pieces(firm, other) > 0) == (0, True)
    page = client.get(f"/acme/imports/{run.pk}/").content.decode()
    assert "The file of this import was deleted" in page and "Download 1 refused" not in page
    with tenant_context(firm.tenant):
        assert Lead.objects.filter(name="Ana").exists()


def test_an_import_that_waits_for_its_columns_or_its_dry_run_says_that_its_file_is_gone(firm: Firm) -> None:
    client = client_of(firm.ada)
    client.post("/acme/imports/new/leads/", {"file": SimpleUploadedFile("rows.csv", CSV)})
    with tenant_context(firm.tenant):
        waiting = Import.objects.get()
    tried = bring_in(firm, "leads", CSV, dry_run="1")
    for run in (waiting, tried):
        age(firm, run, 91)
    jobs.tidy()
    answer = client.get(f"/acme/imports/{waiting.pk}/columns/", follow=True)
    assert "kept for 90 days and not imported" in answer.content.decode()
    assert "Choose the file again" in client.get(f"/acme/imports/{tried.pk}/").content.decode()
    answer = client.post(f"/acme/imports/{tried.pk}/run/", {"import": "1", "tried": f"{tried.tried_at}"}, follow=True)
    assert "The file of this import was deleted. Choose it again." in answer.content.decode()


def test_deleting_leaves_the_rest_when_its_turn_is_over(firm: Firm) -> None:
    done = [bring_in(firm, "leads", CSV), bring_in(firm, "leads", CSV + b"Cy,c@a.example\n")]
    for run in done:
        age(firm, run, 91)
    for left in (1, 0):
        with pytest.raises(Unfinished):
            keeping.delete_old_files(firm.tenant, lambda: True)
        assert sum(pieces(firm, run) > 0 for run in done) == left
    assert keeping.delete_old_files(firm.tenant, lambda: True) == 0


def test_a_file_that_is_at_work_stays(firm: Firm) -> None:
    run = upload(firm, "leads", CSV)
    age(firm, run, 500)
    jobs.tidy()
    assert pieces(firm, run) > 0


def test_a_workspace_keeps_no_more_than_it_may(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(firm.ada)
    for most, status in ((len(CSV) * 2, 303), (len(CSV) * 2, 303), (len(CSV) * 2, 422), (len(CSV) * 3, 303)):
        monkeypatch.setattr(keeping, "MOST_KEPT_BYTES", most)
        answer = client.post("/acme/imports/new/leads/", {"file": SimpleUploadedFile("rows.csv", CSV)})
        assert answer.status_code == status
        if status == 422:
            assert "has no room left for imported files" in answer.content.decode()


def test_a_person_brings_so_many_files_a_day(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_A_DAY", 1)

    def sent(member: Any) -> Any:
        return client_of(member).post("/acme/imports/new/leads/", {"file": SimpleUploadedFile("rows.csv", CSV)})

    assert [sent(member).status_code for member in (firm.ada, firm.ada, firm.max)] == [303, 422, 303]
    assert "You have uploaded 1 files" in sent(firm.ada).content.decode()
    with tenant_context(firm.tenant):
        Import.objects.update(made_at=timezone.now() - timedelta(days=1))
    assert sent(firm.ada).status_code == 303


def test_one_file_of_a_person_is_read_at_a_time(fresh_firm: Firm) -> None:
    client = client_of(fresh_firm.ada)
    path = f"/{fresh_firm.tenant.slug}/imports/new/leads/"

    def status() -> int:
        return client.post(path, {"file": SimpleUploadedFile("rows.csv", CSV)}).status_code

    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"import of {fresh_firm.ada.pk}"])
        assert status() == 422
        other.rollback()
        assert status() == 303
    finally:
        other.close()
