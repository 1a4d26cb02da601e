"""Plausible words for every field of a form."""

from __future__ import annotations

from itertools import count
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

CSV = b"First name,Last name,Company,E-mail\r\nZoe,Walker,Walker Works,zoe@walker.example\r\n"
_numbers = count(1)
# Fields that would lock the walker out, or turn off what is yet to be walked, keep what they hold.
KEPT = ("uses_leads", "is_active", "can_set_up", "role", "slug", "columns", "csrfmiddlewaretoken", "back")


def fill(page: Page) -> int:
    """Fill the form of the marked control; return how many fields were set."""
    fields: list[dict[str, Any]] = page.evaluate("walk.fields()")
    set_ = 0
    for one in fields:
        control = page.locator(f"[data-walk-field='{one['n']}']")
        try:
            set_ += _set(page, control, one)
        except PlaywrightError:  # it went away, or is covered: the form is sent with what it holds
            continue
    return set_


def _set(page: Page, control: Any, one: dict[str, Any]) -> bool:
    if one["name"] in KEPT or not control.is_visible():
        return False
    kind, options = one["type"], one["options"]
    if kind == "select":
        others = [value for value in options if value != one["value"]]
        if others:
            control.select_option(others[0], timeout=1500)
    elif kind == "file":
        control.set_input_files(files=[{"name": "walk.csv", "mimeType": "text/csv", "buffer": CSV}])
    elif kind in ("checkbox", "radio"):
        if not one["checked"]:
            control.evaluate("one => one.click()")
    elif one["lookup"]:
        control.fill("a", timeout=1500)
        page.wait_for_timeout(300)
        option = page.locator(".lookup-options:not([hidden]) [data-id]").first
        option.click(timeout=1500)
    else:
        control.fill(_text(one), timeout=1500)
    return True


def _text(one: dict[str, Any]) -> str:
    number = next(_numbers)
    name = one["name"]
    kinds = {
        "email": f"walk{number}@walk.example",
        "tel": f"+49 30 55{number:04}",
        "url": f"https://walk{number}.example",
        "number": one["least"] or "3",
        "date": "2026-11-20",
        "datetime-local": "2026-11-20T10:00",
        "time": "10:00",
        "password": "correct horse battery",
        "search": "walk",
    }
    if one["type"] in kinds:
        return str(kinds[one["type"]])
    if "email" in name:
        return str(kinds["email"])
    if any(part in name for part in ("amount", "probability", "number", "months", "weight", "employees", "revenue")):
        return "12"
    if "year" in name:
        return "1999"
    if "country" in name or "postal" in name:
        return "Germany"
    return f"Walk {number}"
