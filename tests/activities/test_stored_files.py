"""Files of records: who gets them, where they lie, and what becomes of them."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from crm.activities.files.models import folder_of
from crm.activities.files.services import delete_file
from crm.activities.files.storing import clear_away
from crm.activities.files.trash import put_away
from crm.activities.jobs import clear_files
from crm.activities.models import Activity, StoredFile
from crm.activities.services import create_activity
from crm.tenants.context import tenant_context
from crm.tenants.jobs import Unfinished
from tests import make
from tests.activities.uploading import PDF, content_of, fetched, lead_of, name_on_disk, page_of, sent, stored
from tests.people import Firm, client_of
from tests.waiting import somebody_waits


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    """Nothing lies there but what the test has added."""
    settings.MEDIA_ROOT = tmp_path


def test_files_lie_outside_of_what_is_served_as_static(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana)
    name_on_disk(file)
    client = client_of(firm.ana)
    for path in (f"/media/{file.key}", f"/static/{file.key}", f"/static/../media/{file.key}"):
        assert client.get(path).status_code == 404
    assert fetched(firm, file).status_code == 200


def test_a_file_is_found_beside_a_long_timeline_too(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead, other = make.lead(firm.ana), make.lead(firm.ana)
        make.file(lead, firm.ana)
        gone = make.file(lead, firm.ana, "gone.pdf")
        make.file(other, firm.ana, "other.pdf")
        for number in range(35):
            create_activity(kind="note", records=[lead], actor=firm.ana, body=f"Note {number}")
        delete_file(file=gone, actor=firm.ana)
    page = page_of(firm, lead)
    assert "added a file" not in page.partition('id="timeline"')[2].partition("</ol>")[0]
    panel = page.partition('id="record-files"')[2].partition("</section>")[0]
    assert "offer.pdf" in panel
    assert "gone.pdf" not in panel
    assert "other.pdf" not in panel


def test_who_does_not_reach_the_record_gets_no_file(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana)
    assert fetched(firm, file, firm.sam).status_code == 404
    assert client_of(other_firm.ada).get(other_firm.url("activities:file", file_id=file.pk)).status_code == 404
    assert client_of(other_firm.ada).get(firm.url("activities:file", file_id=file.pk)).status_code == 404
    assert fetched(firm, file, firm.rita).status_code == 200
    assert fetched(firm, file, firm.max).status_code == 200


def test_who_may_only_look_adds_and_deletes_nothing(firm: Firm) -> None:
    lead = lead_of(firm)
    assert sent(firm, lead, ("offer.pdf", PDF), member=firm.rita).status_code == 404
    assert sent(firm, lead, ("offer.pdf", PDF), member=firm.max).status_code == 303
    [file] = stored(firm)
    page = page_of(firm, lead, firm.rita)
    assert "Download: offer.pdf" in page
    assert "Delete: offer.pdf" not in page
    url = firm.url("activities:file_deletion", file_id=file.pk)
    assert client_of(firm.rita).post(url).status_code == 404
    assert fetched(firm, file).status_code == 200
    assert client_of(firm.max).post(url).status_code == 303
    assert fetched(firm, file).status_code == 404


def test_a_converted_leads_files_are_seen_from_what_became_of_it(firm: Firm) -> None:
    from leads.conversion import convert_lead, plan_for, undo_conversion

    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, company="Kestrel")
        file = make.file(lead, firm.ana)
        conversion = convert_lead(lead_id=lead.pk, actor=firm.ana, plan=plan_for(lead, firm.ana))
        lead.refresh_from_db()
        account = lead.account
    assert client_of(firm.sam).get(f"/acme/leads/{lead.pk}/").status_code == 404
    assert "Download: offer.pdf" in page_of(firm, account, firm.sam)
    assert content_of(fetched(firm, file, firm.sam)) == PDF
    with tenant_context(firm.tenant):
        undo_conversion(conversion=conversion, actor=firm.ana)
    assert fetched(firm, file, firm.sam).status_code == 404
    assert "Download: offer.pdf" in page_of(firm, lead)
    assert content_of(fetched(firm, file)) == PDF


def test_a_file_added_to_what_became_of_a_lead_stands_in_the_way_of_undoing(firm: Firm) -> None:
    from leads.conversion import blockers, convert_lead, plan_for

    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, company="Kestrel")
        make.file(lead, firm.ana, "before.pdf")
        conversion = convert_lead(lead_id=lead.pk, actor=firm.ana, plan=plan_for(lead, firm.ana))
        assert blockers(conversion) == []
        lead.refresh_from_db()
        file = make.file(lead.account, firm.sam, "later.pdf")
        assert ["later.pdf" in blocker.sentence for blocker in blockers(conversion)] == [True]
        delete_file(file=file, actor=firm.sam)
        assert blockers(conversion) == []


def test_one_of_several_files_is_deleted_and_brought_back(firm: Firm) -> None:
    lead = lead_of(firm)
    sent(firm, lead, ("a.pdf", PDF), ("b.pdf", PDF))
    first, second = stored(firm)
    url, client = firm.url("activities:file_deletion", file_id=first.pk), client_of(firm.ana)
    assert client.post(url)["Location"] == f"/acme/leads/{lead.pk}/"
    page = client.get(f"/acme/leads/{lead.pk}/").content.decode()
    assert "“a.pdf” was deleted." in page
    assert "Download: a.pdf" not in page
    assert "Download: b.pdf" in page
    assert client.post(url).status_code == 404
    assert fetched(firm, first).status_code == 404
    assert fetched(firm, second).status_code == 200
    assert client.post(url, {"_method": "DELETE"}).status_code == 303
    assert "Download: a.pdf" in page_of(firm, lead)
    assert content_of(fetched(firm, first)) == PDF


def test_with_its_last_file_the_entry_goes_and_comes_back(firm: Firm) -> None:
    lead = lead_of(firm)
    sent(firm, lead, ("a.pdf", PDF), body="What they had asked for")
    [file] = stored(firm)
    url = firm.url("activities:file_deletion", file_id=file.pk)
    client_of(firm.ana).post(url)
    assert "What they had asked for" not in page_of(firm, lead)
    client_of(firm.ana).post(url, {"_method": "DELETE"})
    assert "What they had asked for" in page_of(firm, lead)
    assert fetched(firm, file).status_code == 200


def test_a_note_outlives_its_file(firm: Firm) -> None:
    lead = lead_of(firm)
    sent(firm, lead, ("a.pdf", PDF), kind="note", body="See there")
    client_of(firm.ana).post(firm.url("activities:file_deletion", file_id=stored(firm)[0].pk))
    page = page_of(firm, lead)
    assert "See there" in page
    assert "Download: a.pdf" not in page


def test_a_form_sent_twice_adds_once(firm: Firm) -> None:
    lead = lead_of(firm)
    for _time in range(2):
        assert sent(firm, lead, ("a.pdf", PDF), idempotency_key="abc").status_code == 303
    assert len(stored(firm)) == 1


def age(file: StoredFile, **by: int) -> None:
    """Let the bytes of ``file`` have been written some time ago."""
    moment = (timezone.now() - timedelta(**by)).timestamp()
    os.utime(Path(settings.MEDIA_ROOT) / file.key, (moment, moment))


def test_what_a_failed_request_wrote_is_cleared_away_after_a_day(firm: Firm) -> None:
    lead = lead_of(firm)
    with tenant_context(firm.tenant):
        kept = make.file(lead, firm.ana)
        with pytest.raises(RuntimeError), transaction.atomic():
            lost = make.file(lead, firm.ana)
            raise RuntimeError("the connection broke")
    assert [file.pk for file in stored(firm)] == [kept.pk]
    path = Path(settings.MEDIA_ROOT) / lost.key
    age(kept, hours=25)
    assert clear_away(firm.tenant) == 0  # a row may be on its way
    assert path.exists()
    age(lost, hours=25)
    assert clear_away(firm.tenant) == 1
    assert not path.exists()
    assert content_of(fetched(firm, kept)) == PDF


@pytest.mark.parametrize("whole", [True, False], ids=["with its entry", "alone"])
def test_deleted_bytes_stay_as_long_as_the_recycle_bin_keeps(firm: Firm, whole: bool) -> None:
    lead = lead_of(firm)
    sent(firm, lead, ("a.pdf", PDF), ("b.pdf", PDF))
    first, second = stored(firm)
    for file in (first, second):
        age(file, days=60)
    client_of(firm.ana).post(firm.url("activities:file_deletion", file_id=first.pk))
    if whole:
        client_of(firm.ana).post(firm.url("activities:deletion", activity_id=first.activity_id))
    assert clear_away(firm.tenant) == 0
    with tenant_context(firm.tenant):
        long_ago = timezone.now() - timedelta(days=31)
        StoredFile.objects.exclude(deleted_at=None).update(deleted_at=long_ago)
        Activity.objects.exclude(deleted_at=None).update(deleted_at=long_ago)
    clear_files()
    assert not (Path(settings.MEDIA_ROOT) / first.key).exists()
    assert (Path(settings.MEDIA_ROOT) / second.key).exists() != whole
    assert len(stored(firm)) == (0 if whole else 1)


def test_clearing_reaches_no_other_workspace(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(other_firm.tenant):
        theirs = make.file(make.lead(other_firm.ana), other_firm.ana)
    age(theirs, days=60)
    clear_away(firm.tenant)
    clear_away(other_firm.tenant)
    assert content_of(client_of(other_firm.ana).get(other_firm.url("activities:file", file_id=theirs.pk))) == PDF


def trash_of(file: StoredFile) -> Path:
    return Path(settings.MEDIA_ROOT) / "trash" / str(file.tenant_id) / str(file.pk)


def test_a_file_whose_bytes_are_lost_says_so(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana)
    (Path(settings.MEDIA_ROOT) / file.key).unlink()
    answer = fetched(firm, file)
    assert answer.status_code == 410
    assert "The file is lost" in answer.content.decode() and "“offer.pdf” is listed here" in answer.content.decode()
    assert fetched(firm, file, firm.sam).status_code == 404, "who may not see it learns nothing"


@pytest.mark.parametrize("comes_back", ["when it is asked for", "with the next clearing"])
def test_an_older_dump_beside_newer_files_loses_none(firm: Firm, comes_back: str) -> None:
    """Restored, it knows nothing of them; then the newer one is restored after all."""
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana)
        row = StoredFile.objects.filter(pk=file.pk)
        [values] = row.values()
        row.delete()
    age(file, days=60)
    assert clear_away(firm.tenant) == 1
    assert trash_of(file).read_bytes() == PDF
    assert clear_away(firm.tenant) == 0, "it lies there from now on, however old it is"
    with tenant_context(firm.tenant):
        StoredFile(**values).save(force_insert=True)
    if comes_back == "with the next clearing":
        clear_files()
        assert not trash_of(file).exists()
        assert (Path(settings.MEDIA_ROOT) / file.key).exists()
    assert content_of(fetched(firm, file)) == PDF
    assert not trash_of(file).exists()


def trashed(firm: Firm) -> StoredFile:
    """A file in the trash that its row names again."""
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana)
    trash_of(file).parent.mkdir(parents=True, exist_ok=True)
    (Path(settings.MEDIA_ROOT) / file.key).rename(trash_of(file))
    return file


@pytest.mark.parametrize("half", ["in its place", "in the trash"])
def test_of_a_move_that_stopped_half_way_the_whole_copy_stays(firm: Firm, half: str) -> None:
    file = trashed(firm)
    place = Path(settings.MEDIA_ROOT) / file.key
    place.write_bytes(PDF if half == "in the trash" else PDF[:5])
    if half == "in the trash":
        trash_of(file).write_bytes(PDF[:5])
        clear_files()
    assert content_of(fetched(firm, file)) == PDF
    assert place.read_bytes() == PDF
    assert not trash_of(file).exists()


def test_two_downloads_of_a_file_in_the_trash_both_get_it(fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    file = trashed(fresh_firm)
    place, save, delete = Path(settings.MEDIA_ROOT) / file.key, default_storage.save, default_storage.delete
    copying, go_on = threading.Event(), threading.Event()

    def save_slowly(name: str, content: Any) -> str:
        if copying.is_set():
            return save(name, content)
        with place.open("wb", buffering=0) as half:
            half.write(PDF[:5])
            copying.set()
            go_on.wait(30)
            half.write(PDF[5:])
        return name

    def delete_late(name: str) -> None:
        if name == file.key:  # the half of a file, which is whole by now
            go_on.set()
            first.join(30)
        delete(name)

    monkeypatch.setattr(default_storage, "save", save_slowly)
    monkeypatch.setattr(default_storage, "delete", delete_late)
    got: list[bytes] = []

    def get() -> None:
        got.append(content_of(fetched(fresh_firm, file)))
        connection.close()

    first, second = (threading.Thread(target=get) for _number in range(2))
    first.start()
    assert copying.wait(30)
    second.start()
    while second.is_alive() and not somebody_waits():
        second.join(0.05)
    go_on.set()
    first.join()
    second.join()
    assert [*got, place.read_bytes()] == [PDF] * 3
    assert not trash_of(file).exists()


def test_what_a_row_names_again_meanwhile_is_not_put_away(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana)
    assert not put_away(firm.tenant, file.pk)
    assert content_of(fetched(firm, file)) == PDF


def test_clearing_leaves_the_rest_when_its_turn_is_over(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        files = [make.file(make.lead(firm.ana), firm.ana) for _number in range(2)]
        StoredFile.objects.all().delete()
    for file in files:
        age(file, days=2)
    for left in (1, 0):
        with pytest.raises(Unfinished):
            clear_away(firm.tenant, lambda: True)
        assert sum((Path(settings.MEDIA_ROOT) / file.key).exists() for file in files) == left
    assert clear_away(firm.tenant, lambda: True) == 0


def test_the_trash_is_emptied_after_a_month(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana)
        StoredFile.objects.filter(pk=file.pk).delete()
    age(file, days=2)
    clear_away(firm.tenant)
    for days, is_there in ((29, True), (31, False)):
        if trash_of(file).exists():
            moment = (timezone.now() - timedelta(days=days)).timestamp()
            os.utime(trash_of(file), (moment, moment))
        clear_away(firm.tenant)
        assert trash_of(file).exists() == is_there


def test_of_a_file_that_does_not_fit_on_the_disk_nothing_stays(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = lead_of(firm)
    folder = Path(settings.MEDIA_ROOT) / folder_of(firm.tenant.pk)
    before = set(folder.glob("*"))
    written: list[str] = []

    def half(file: InMemoryUploadedFile, chunk_size: int | None = None) -> Iterator[bytes]:
        yield PDF[:5]
        written.append(str(file.name))
        if len(written) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(InMemoryUploadedFile, "chunks", half)
        answer = sent(firm, lead, ("a.pdf", PDF), ("b.pdf", PDF))
    assert answer.status_code == 422
    assert "could not keep the files" in answer.content.decode()
    assert written == ["a.pdf", "b.pdf"]
    assert set(folder.glob("*")) == before
    assert sent(firm, lead, ("a.pdf", PDF)).status_code == 303


@pytest.mark.parametrize(
    ("head", "is_taken"),
    [
        (b"%PDF-1.4", True),
        (b"\r\n %PDF-1.4", True),
        (b"\xef\xbb\xbf%PDF-1.4", True),
        (b"MZ\x90\x00 %PDF-1.4", False),
        (b"<html>%PDF-1.4", False),
        (b"PK\x03\x04%PDF-1.4", False),
    ],
)
def test_a_pdf_is_nothing_else_before(firm: Firm, head: bytes, is_taken: bool) -> None:
    assert sent(firm, lead_of(firm), ("a.pdf", head)).status_code == (303 if is_taken else 422)
