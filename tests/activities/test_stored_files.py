"""Files of records: who gets them, where they lie, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crm.activities.files.services import delete_file
from crm.activities.files.storing import clear_away
from crm.activities.jobs import clear_files
from crm.activities.models import Activity, StoredFile
from crm.activities.services import create_activity
from crm.tenants.context import tenant_context
from tests import make
from tests.activities.uploading import PDF, content_of, fetched, lead_of, name_on_disk, page_of, sent, stored
from tests.people import Firm, client_of


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
    import os

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


def test_a_file_whose_bytes_are_lost_is_not_found(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana)
    (Path(settings.MEDIA_ROOT) / file.key).unlink()
    assert fetched(firm, file).status_code == 404
