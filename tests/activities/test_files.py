"""Adding files to records over HTTP: what is taken, under which name, and how it is handed out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse

from crm.activities.files.accepting import clean_name
from crm.activities.files.models import LONGEST_NAME
from crm.activities.models import Activity
from crm.activities.services import create_activity
from crm.tenants.context import tenant_context
from tests import make
from tests.activities.uploading import PDF, content_of, fetched, lead_of, name_on_disk, page_of, sent, stored
from tests.naughty import all_strings
from tests.own_words import tight
from tests.people import Firm, client_of
from tests.waiting import while_another

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    """Nothing lies there but what the test has added."""
    settings.MEDIA_ROOT = tmp_path


def zipped() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.txt", "a")
    return whole.getvalue()


def test_files_are_added_with_a_note_shown_and_fetched_again(firm: Firm) -> None:
    lead = lead_of(firm)
    answer = sent(firm, lead, ("offer.pdf", PDF), ("prices.csv", b"a,b\n1,2\n"), body="As asked for on the phone")
    assert (answer.status_code, answer["Location"]) == (303, f"/acme/leads/{lead.pk}/")
    offer, prices = stored(firm)
    assert offer.activity == prices.activity
    assert (offer.activity.kind, offer.activity.subject) == ("file", "offer.pdf, prices.csv")
    page = page_of(firm, lead)
    for words in (
        "added 2 files",
        "As asked for on the phone",
        "Download: offer.pdf",
        "Delete: prices.csv",
        "17 bytes",
    ):
        assert words in page.replace("\xa0", " ")
    answer = fetched(firm, offer)
    assert content_of(answer) == PDF
    assert answer["Content-Type"] == "application/pdf"  # by its ending: the browser had said text/html
    assert answer["Content-Disposition"] == 'attachment; filename="offer.pdf"'


@pytest.mark.parametrize("maker", [make.lead, make.account, make.contact, make.opportunity])
def test_every_record_takes_files(firm: Firm, maker: Any) -> None:
    with tenant_context(firm.tenant):
        record = maker(firm.ana)
    assert sent(firm, record, ("offer.pdf", PDF)).status_code == 303
    assert "Download: offer.pdf" in page_of(firm, record)


@pytest.mark.parametrize("kind", ["note", "call", "email", "meeting"])
def test_what_was_said_may_carry_files(firm: Firm, kind: str) -> None:
    lead = lead_of(firm)
    assert sent(firm, lead, ("offer.pdf", PDF), kind=kind, body="See the offer").status_code == 303
    [file] = stored(firm)
    assert (file.activity.kind, file.activity.body) == (kind, "See the offer")
    assert "Download: offer.pdf" in page_of(firm, lead)


def test_a_note_without_a_word_is_its_file(firm: Firm) -> None:
    assert sent(firm, lead_of(firm), ("offer.pdf", PDF), kind="note").status_code == 303
    assert [file.activity.kind for file in stored(firm)] == ["file"]


def test_an_attachment_never_runs_as_a_page_of_ours(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana, "notes.txt", b"hello <script>alert(1)</script>")
    answer = fetched(firm, file)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    assert answer.streaming
    assert answer["Content-Length"] == str(file.size)


def test_a_compressing_browser_learns_the_length_too(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        file = make.file(make.lead(firm.ana), firm.ana, "long.txt", b"word " * 1000)
    url = firm.url("activities:file", file_id=file.pk)
    answer = client_of(firm.ana).get(url, headers={"Accept-Encoding": "gzip"})
    assert (answer["Content-Length"], content_of(answer)) == ("5000", b"word " * 1000)


REFUSED = {
    "page.html": b"<p>hello",
    "page.htm": b"hello",
    "picture.svg": b"<svg onload=alert(1)>",
    "run.js": b"alert(1)",
    "run.exe": b"MZ\x90\0",
    "run.sh": b"#!/bin/sh\n",
    "offer.pdf.exe": PDF,
    "offer": PDF,
    ".pdf": PDF,
    "offer.pdf.": PDF,
    "offer.pdf": b"MZ\x90\0 a program",
    "photo.jpg": b"<html><script>alert(1)</script>",
    "photo.png": b"\xff\xd8\xff another",
    "notes.txt": b"\xef\xbb\xbf \n<!DOCTYPE html><script>",
    "list.csv": b"<svg/onload=alert(1)>",
    "card.vcf": b"\x7fELF\0\0",
    "song.mp3": b"\xff",
    "letter.docx": b"{ no archive",
    "empty.pdf": b"",
}


def test_what_is_not_taken_is_named_and_what_was_typed_stays(firm: Firm) -> None:
    lead = lead_of(firm)
    files = [("good.pdf", PDF), *REFUSED.items()]
    answer = sent(firm, lead, *files, body="My long note", next_step="Call them")
    assert answer.status_code == 422
    page = answer.content.decode()
    problems = page.partition('id="composer-error"')[2].partition("</div>")[0]
    assert problems.count("field-error") == len(REFUSED)
    assert all(f"“{name.lstrip('.')}” " in problems for name in REFUSED)
    assert ">My long note</textarea>" in page
    assert 'value="Call them"' in page
    assert stored(firm) == []
    assert sent(firm, lead, files[0], body="My long note").status_code == 303
    assert len(stored(firm)) == 1


TAKEN = {
    "offer.PDF": b"\n\n%PDF-1.4",
    "letter.docx": zipped(),
    "locked.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 with a password",
    "old.doc": b"{\\rtf1 as some programs write it}",
    "photo.jpeg": b"\xff\xd8\xff\xe0",
    "scan.tiff": b"MM\0*",
    "clip.mov": b"\0\0\0\x14ftypqt  ",
    "talk.mp3": b"\xff\xfb\x90",
    "utf16.csv": "ä;ö\n".encode("utf-16"),
    "latin.txt": "für".encode("latin-1"),
    "mail.eml": b"From: a@b.example\r\n\r\n<html>hello</html>",
    "all.zip": zipped(),
}


def test_what_sales_people_send_each_other_is_taken(firm: Firm) -> None:
    assert sent(firm, lead_of(firm), *TAKEN.items()).status_code == 303
    files = stored(firm)
    assert {file.name: content_of(fetched(firm, file)) for file in files} == TAKEN


def test_the_limit_of_one_file(firm: Firm, settings: Any) -> None:
    settings.FILE_MAX_BYTES = 1000
    lead = lead_of(firm)
    answer = sent(firm, lead, ("large.pdf", PDF.ljust(1001)), body="My note")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“large.pdf” is too large" in page
    assert ">My note</textarea>" in page
    assert sent(firm, lead, ("large.pdf", PDF.ljust(1000))).status_code == 303


def test_a_request_that_is_too_large_keeps_its_text_and_no_file(firm: Firm, settings: Any) -> None:
    lead = lead_of(firm)
    settings.UPLOAD_MAX_BYTES = 3000
    answer = sent(firm, lead, ("a.pdf", PDF.ljust(2000)), ("b.pdf", PDF.ljust(2000)), body="My note")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Together the files are larger than" in page
    assert ">My note</textarea>" in page
    assert stored(firm) == []
    assert sent(firm, lead, ("a.pdf", PDF.ljust(2000)), body="My note").status_code == 303


def test_the_files_of_a_workspace_are_bounded_together(firm: Firm, settings: Any) -> None:
    """What does not fit any more is refused where it was chosen, and leaves nothing behind."""
    lead = lead_of(firm)
    settings.FILES_MAX_BYTES = 3000
    assert sent(firm, lead, ("a.pdf", PDF.ljust(2000))).status_code == 303
    answer = sent(firm, lead, ("b.pdf", PDF.ljust(500)), ("c.pdf", PDF.ljust(501)), body="My note")
    page = tight(answer.content.decode().replace("\xa0", " "))
    assert answer.status_code == 422 and ">My note</textarea>" in page
    assert "its files may take up 2.9 KB together, and 1000 bytes are left." in page
    assert 'aria-label="Attach files" aria-invalid="true" aria-describedby="composer-error"' in page
    [file] = stored(firm)
    assert [path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == [str(file.pk)]
    assert sent(firm, lead, ("b.pdf", PDF.ljust(500)), ("c.pdf", PDF.ljust(500))).status_code == 303


def test_two_uploads_at_once_share_the_room_that_is_left(fresh_firm: Firm, settings: Any) -> None:
    settings.FILES_MAX_BYTES = 3000
    lead, files = lead_of(fresh_firm), [SimpleUploadedFile("a.pdf", PDF.ljust(2000))]

    def add() -> None:
        create_activity(actor=fresh_firm.ana, records=[lead], kind="file", files=files)

    with while_another(fresh_firm.tenant.pk, add):
        answer = sent(fresh_firm, lead, ("b.pdf", PDF.ljust(2000)))
    assert answer.status_code == 422 and "1000 bytes are left" in answer.content.decode().replace("\xa0", " ")
    assert [file.name for file in stored(fresh_firm)] == ["a.pdf"]


def test_a_large_file_goes_through_the_disk(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not through the memory: the handler for that never gets a piece of it."""
    from django.core.files.uploadhandler import MemoryFileUploadHandler

    taken: list[int] = []
    original = MemoryFileUploadHandler.receive_data_chunk

    def count(self: Any, raw_data: bytes, start: int) -> Any:
        left = original(self, raw_data, start)
        if left is None:
            taken.append(len(raw_data))
        return left

    monkeypatch.setattr(MemoryFileUploadHandler, "receive_data_chunk", count)
    large = PDF.ljust(settings.FILE_UPLOAD_MAX_MEMORY_SIZE + 1)
    assert sent(firm, lead_of(firm), ("large.pdf", large)).status_code == 303
    assert taken == []
    assert content_of(fetched(firm, stored(firm)[0])) == large
    assert sent(firm, lead_of(firm), ("small.pdf", PDF)).status_code == 303
    assert taken == [len(PDF)]


def test_when_the_disk_is_full_what_was_typed_stays(firm: Firm, settings: Any, tmp_path: Path) -> None:
    lead = lead_of(firm)
    settings.MEDIA_ROOT = tmp_path / "full"
    settings.MEDIA_ROOT.write_text("no folder")  # nothing can be written below it
    answer = sent(firm, lead, ("offer.pdf", PDF), body="My note", next_step="Call them")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The server could not keep the files." in page
    assert ">My note</textarea>" in page
    with tenant_context(firm.tenant):
        assert not Activity.objects.exists()
    settings.MEDIA_ROOT = tmp_path
    assert sent(firm, lead, ("offer.pdf", PDF), body="My note").status_code == 303


def test_the_file_tab_needs_a_file_and_a_task_takes_none(firm: Firm) -> None:
    lead = lead_of(firm)
    answer = sent(firm, lead, body="My note")
    assert answer.status_code == 422
    assert "Choose a file first." in answer.content.decode()
    answer = sent(firm, lead, ("offer.pdf", PDF), kind="task", body="Send it")
    assert answer.status_code == 422
    assert "A task has no files." in answer.content.decode()
    with tenant_context(firm.tenant):
        assert not Activity.objects.exists()


NAMES = {
    "../../etc/passwd.txt": "passwd.txt",
    "C:\\Users\\Ana\\offer.txt": "offer.txt",
    "line\nbreak\t.txt": "linebreak.txt",
    "\u202etxt.exe\u202c.txt": "txt.exe.txt",
    "  .hidden  name .txt": "hidden name .txt",
    "Übersicht für Zoë.txt": "Übersicht für Zoë.txt",
    "U\u0308bersicht.txt": "Übersicht.txt",
    "契約書 😀.txt": "契約書 😀.txt",
    "a'b;c%0d%0a.txt": "a'b;c%0d%0a.txt",
    "<script>alert(1)<script>.txt": "<script>alert(1)<script>.txt",
    "{{ 7*7 }}.txt": "{{ 7*7 }}.txt",
    "offer.exe.txt": "offer.exe.txt",
}


def test_odd_names_are_made_harmless_and_come_back(firm: Firm) -> None:
    lead = lead_of(firm)
    assert sent(firm, lead, *[(name, f"of {name}".encode()) for name in NAMES]).status_code == 303
    with tenant_context(firm.tenant):  # a quotation mark does not come through the tests' client
        make.file(lead, firm.ana, 'a"b\\\r\n"c.txt', b"of quoted")
    names = {**NAMES, "quoted": '"c.txt'}
    for file in stored(firm):
        answer = fetched(firm, file)
        wanted = names[content_of(answer).decode().removeprefix("of ")]
        assert file.name == wanted
        header = answer["Content-Disposition"]
        assert "\n" not in header and "\r" not in header
        quoted = header.partition("filename*=utf-8''")[2]
        plain = header.partition('filename="')[2].removesuffix('"').replace('\\"', '"')
        assert (unquote(quoted) or plain) == wanted
        assert name_on_disk(file) == str(file.pk)
    page = page_of(firm, lead)
    assert "<script>alert(1)" not in page
    assert "{{ 7*7 }}.txt" in page


def test_no_name_breaks_the_answer() -> None:
    for text in all_strings():
        name = clean_name(f"{text}.txt")
        assert name.endswith("txt") and len(name) <= LONGEST_NAME
        assert name.isprintable() and "/" not in name and "\\" not in name
        header = FileResponse(io.BytesIO(), as_attachment=True, filename=name)["Content-Disposition"]
        assert header.isascii() and header.isprintable()
        assert header.startswith("attachment; filename")


def test_a_name_of_300_signs_keeps_its_ending(firm: Firm) -> None:
    assert sent(firm, lead_of(firm), ("ä" * 300 + ".pdf", PDF)).status_code == 303
    [file] = stored(firm)
    assert len(file.name) <= 255
    assert file.name.endswith(".pdf")
    assert fetched(firm, file).status_code == 200


def test_after_an_error_the_composer_keeps_its_key(firm: Firm) -> None:
    """The browser keeps the chosen files under it; what was written gets a composer with another."""
    lead = lead_of(firm)
    data = {"record_type": "leads", "record_id": str(lead.pk), "kind": "file", "feed": "1", "idempotency_key": "abc"}
    url, client = firm.url("activities:new"), client_of(firm.ana)
    refused = client.post(url, {**data, "files": [SimpleUploadedFile("run.exe", b"MZ")]}, **HTMX)
    assert refused.status_code == 422
    assert 'id="files-abc"' in refused.content.decode()
    done = client.post(url, {**data, "files": [SimpleUploadedFile("offer.pdf", PDF)]}, **HTMX)
    assert done.status_code == 200
    assert "Download: offer.pdf" in done.content.decode()
    assert 'id="files-abc"' not in done.content.decode()


def test_a_service_refuses_what_the_form_refuses(inside: Firm) -> None:
    from django.core.exceptions import ValidationError
    from django.core.files.base import ContentFile

    lead = make.lead(inside.ana)
    for files in ([], [ContentFile(b"MZ", "run.exe")]):
        with pytest.raises(ValidationError) as refusal:
            create_activity(kind="file", records=[lead], actor=inside.ana, files=files)
        assert list(refusal.value.message_dict) == ["files"]
    assert not Activity.objects.exists()
    assert make.file(lead, inside.ana).name == "offer.pdf"


def test_the_word_about_files_is_changed_like_that_of_a_note(firm: Firm) -> None:
    lead = lead_of(firm)
    sent(firm, lead, ("offer.pdf", PDF), body="Our offer")
    [file] = stored(firm)
    url = firm.url("activities:edit", activity_id=file.activity_id)
    form = client_of(firm.ana).get(url)
    assert "Subject" not in form.content.decode()
    data = {"body": "Our last offer", "occurred_at": "2026-01-02T10:00", "subject": "x"}
    assert client_of(firm.ana).post(url, data).status_code == 303
    [file] = stored(firm)
    assert (file.activity.subject, file.activity.body) == ("offer.pdf", "Our last offer")
    assert "Download: offer.pdf" in page_of(firm, lead)
