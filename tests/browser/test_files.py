"""Files in a real browser: chosen, dropped, refused where they are chosen, kept after an error, fetched, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.activities.models import StoredFile
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm

PDF = b"%PDF-1.7 an offer"
DROP = """(form, files) => {
  const dataTransfer = new DataTransfer();
  for (const [name, text] of files) dataTransfer.items.add(new File([text], name));
  for (const type of ["dragover", "drop"])
    form.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def lead(fresh_firm: Firm) -> Any:
    with tenant_context(fresh_firm.tenant):
        return make.lead(fresh_firm.ana, last_name="Brandt")


def named(name: str, content: bytes = PDF) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def open_composer(firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> Any:
    sign_in(firm.ana)
    page.goto(firm.url("leads:record", record_id=lead.pk))
    return page.locator("[data-composer]")


def test_files_are_added_fetched_and_deleted(
    fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn, tmp_path: Path
) -> None:
    composer = open_composer(fresh_firm, lead, page, sign_in)
    page.keyboard.press("f")
    page.keyboard.type("The offer, as promised")
    choose = composer.get_by_label("Attach files")
    choose.set_input_files([named("offer.pdf")])
    choose.set_input_files([named("prices.csv", b"a,b\n1,2\n"), named("wrong.csv", b"x")])  # adds to the first
    composer.get_by_role("button", name="Remove: wrong.csv").click()
    expect(composer.locator("[data-file-list] li")).to_have_count(2)
    page.keyboard.press("Control+Enter")
    timeline = page.locator("#timeline")
    expect(timeline).to_contain_text("Ana Owner added 2 files")
    expect(timeline).to_contain_text("The offer, as promised")
    expect(page.locator("#record-files")).to_contain_text("offer.pdf")
    expect(composer.locator("[data-file-list] li")).to_have_count(0)
    with page.expect_download() as download:
        timeline.get_by_role("link", name="Download: offer.pdf").click()
    assert download.value.suggested_filename == "offer.pdf"
    assert download.value.path().read_bytes() == PDF
    timeline.get_by_role("button", name="Delete: offer.pdf").click()
    expect(page.locator("#toasts")).to_contain_text("“offer.pdf” was deleted.")
    expect(timeline).to_contain_text("Ana Owner added a file")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(timeline).to_contain_text("Ana Owner added 2 files")


def test_what_is_not_taken_is_refused_where_it_is_chosen(
    fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn
) -> None:
    composer = open_composer(fresh_firm, lead, page, sign_in)
    composer.get_by_label("Attach files").set_input_files([named("run.exe"), named("empty.pdf", b""), named("a.pdf")])
    problems = composer.locator("[data-file-problems]")
    expect(problems).to_contain_text("“run.exe” is of a kind that cannot be added.")
    expect(problems).to_contain_text("“empty.pdf” is empty.")
    expect(composer.locator("[data-file-list]")).to_have_text("a.pdf 17 bytes", use_inner_text=True)


def test_after_an_error_note_and_files_are_still_there(
    fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn
) -> None:
    composer = open_composer(fresh_firm, lead, page, sign_in)
    page.keyboard.press("f")
    page.keyboard.type("A long note")
    composer.get_by_label("Attach files").set_input_files([named("offer.pdf"), named("fake.pdf", b"MZ a program")])
    page.keyboard.press("Control+Enter")
    expect(composer.get_by_role("alert").filter(has_text="“fake.pdf” is not what its ending says")).to_be_visible()
    expect(composer.locator("textarea")).to_have_value("A long note")
    expect(composer.locator("[data-file-list]")).to_contain_text("offer.pdf")
    composer.get_by_role("button", name="Remove: fake.pdf").click()
    composer.locator("[type=submit]").click()
    timeline = page.locator("#timeline")
    expect(timeline.get_by_role("link", name="Download: offer.pdf")).to_be_visible()
    expect(timeline).to_contain_text("A long note")
    with tenant_context(fresh_firm.tenant):
        assert [file.name for file in StoredFile.objects.all()] == ["offer.pdf"]


def test_files_are_dropped_on_the_composer(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    composer = open_composer(fresh_firm, lead, page, sign_in)
    composer.locator("textarea").fill("See there")
    composer.evaluate(DROP, [["notes.txt", "hello"], ["list.csv", "a,b"]])
    expect(composer.locator("[data-file-list] li")).to_have_count(2)
    composer.get_by_role("button", name="Save note").click()
    timeline = page.locator("#timeline")
    expect(timeline).to_contain_text("Ana Owner wrote a note")
    expect(timeline.get_by_role("link", name="Download: list.csv")).to_be_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    composer = open_composer(fresh_firm, lead, page, sign_in)
    composer.locator("input[value=file]").check(force=True)
    composer.locator("textarea").fill("The offer")
    composer.locator("[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a file first.")
    expect(composer.locator("textarea")).to_have_value("The offer")
    choose = composer.get_by_label("Attach files")
    expect(choose).to_be_visible()
    choose.set_input_files([named("offer.pdf"), named("prices.csv", b"a,b")])
    composer.locator("[type=submit]").click()
    expect(page.locator("#timeline")).to_contain_text("Ana Owner added 2 files")
    page.locator("#timeline").get_by_role("button", name="Delete: prices.csv").click()
    expect(page.locator("#timeline")).to_contain_text("Ana Owner added a file")
