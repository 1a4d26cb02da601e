"""Plausible words for every field of a form."""

from __future__ import annotations

from contextlib import suppress
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
    fields: list[dict[str, Any]] = [one for one in page.evaluate("walk.fields()") if one["name"] not in KEPT]
    typed = [one for one in fields if not one["lookup"] and one["type"] != "file"]
    page.evaluate("values => walk.type(values)", [[one["n"], _typed(one)] for one in typed])
    for one in fields:
        if one not in typed:
            with suppress(PlaywrightError):  # it went away, or is covered: the form is sent with what it holds
                _set(page, page.locator(f"[data-walk-field='{one['n']}']"), one)
    return len(fields)


def _typed(one: dict[str, Any]) -> str:
    if one["type"] == "select":
        return str(next((value for value in one["options"] if value != one["value"]), one["value"]))
    return _text(one)


def _set(page: Page, control: Any, one: dict[str, Any]) -> None:
    if one["type"] == "file":
        control.set_input_files(files=[{"name": "walk.csv", "mimeType": "text/csv", "buffer": CSV}], timeout=1500)
    else:
        control.fill("a", timeout=1500)
        page.wait_for_timeout(300)
        page.locator(".lookup-options:not([hidden]) [data-id]").first.click(timeout=1500)


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
    if one["digits"] or any(
        part in name for part in ("amount", "probability", "number", "months", "weight", "employees", "revenue")
    ):
        return "12"
    if "year" in name:
        return "1999"
    if "country" in name or "postal" in name:
        return "Germany"
    return f"Walk {number}"
