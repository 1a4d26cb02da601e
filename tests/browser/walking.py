"""What people do in the browser, in their words: shared by the tests that tell whole stories."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from crm.events.delivery import deliver_due
from tests.people import Firm


def worker_runs(firm: Firm) -> None:
    """What the worker does next, beside the pages."""
    deliver_due(tenant=firm.tenant)


def shows(page: Page, heading: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", name=heading, level=1, exact=isinstance(heading, str))).to_be_visible()


def main_link(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("link", name=name, exact=True).first


def panel(page: Page, heading: str) -> Locator:
    """The box beside a record that is called so."""
    return page.locator("section.related", has=page.get_by_role("heading", name=heading, exact=True))


def fact(page: Page, label: str) -> Locator:
    """What the head of a record says of ``label``."""
    return page.locator(".record-head .fact", has=page.get_by_text(label, exact=True)).locator("dd")


def stands_at(page: Page, bar: str, step: str) -> None:
    """The bar called ``bar`` (Status, Stage) stands at ``step``."""
    expect(page.get_by_role("list", name=bar, exact=True).locator("[aria-current=step]")).to_contain_text(step)


def move(page: Page, bar: str, step: str) -> None:
    page.get_by_role("list", name=bar, exact=True).get_by_role("button", name=step, exact=True).click()
    stands_at(page, bar, step)


def new_lead(page: Page, **values: str) -> None:
    """Type a lead in; values are by label. Ends on its page."""
    page.get_by_role("button", name="New", exact=True).click()
    page.locator("#menu-new").get_by_role("link", name="Lead", exact=False).first.click()
    shows(page, "New lead")
    for label, value in values.items():
        fill(page.get_by_role("main"), label, value)
    page.get_by_role("button", name="Create lead").click()


def labelled(box: Locator, label: str) -> Locator:
    """The field with that label, whatever the label says beside it."""
    return box.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s+\((optional|required)\))?\s*$"))


def fill(box: Locator, label: str, value: Any) -> None:
    """Fill the field ``label``, whatever it is."""
    field = labelled(box, label)
    if field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(label=value)
    else:
        field.fill(value)


def new_opportunity(page: Page, name: str, **values: str) -> None:
    """From the page of an account or a contact; ends on the page of the opportunity."""
    panel(page, "Opportunities").get_by_role("link", name="Add opportunity").click()
    shows(page, "New opportunity")
    page.locator("#id_name").fill(name)
    for label, value in values.items():
        fill(page.get_by_role("main"), label, value)
    page.get_by_role("button", name="Create opportunity").click()
    shows(page, name)


def vet(page: Page, criterion: str, answer: str, evidence: str) -> None:
    """Answer on the page of a lead; the row keeps it by itself."""
    page.get_by_label(f"How do you know? {criterion}").fill(evidence)
    page.get_by_role("radiogroup", name=criterion).get_by_text(answer, exact=True).click()
    expect(page.locator("#timeline")).to_contain_text(f"vetted {criterion}: {answer.lower()}")


def convert(page: Page) -> None:
    """Convert the lead that is shown, as it is proposed; ends on the page that lists what it became."""
    main_link(page, "Convert").click()
    page.locator("#convert-foot").get_by_role("button").click()
    shows(page, re.compile("was converted$"))


def reopen_opportunity(page: Page, stage: str) -> None:
    main_link(page, "Reopen").click()
    dialog = page.get_by_role("dialog")
    fill(dialog, "It goes on in the stage", stage)
    dialog.get_by_role("button", name="Reopen the opportunity").click()
    stands_at(page, "Stage", stage)


def life_of(page: Page) -> list[str]:
    """What the account that is shown was, the present first: "Customer since …"."""
    return panel(page, "What it is to us").locator(".status").all_inner_texts()
