"""Plausible words for every field of a form."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count, cycle, islice
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from crm.catalogue import record_types

CSV = b"First name,Last name,Company,E-mail\r\nZoe,Walker,Walker Works,zoe@walker.example\r\n"
_numbers = count(1)
LETTERS = "aehmstbw"
_letters = cycle(LETTERS)  # not the same record in each lookup
# Fields that keep what they hold: they would lock the walker out, or turn off what is yet to be walked
KEPT = ("uses_leads", "is_active", "can_set_up", "role", "slug", "columns", "csrfmiddlewaretoken", "back")
COLUMNS = ("column_", "fixed_")  # of a file: as they were guessed; test_import_columns.py chooses others
PAST = ("occurred_at", "opened_on", "closed_on")
CLOSED = ("loss_reason", "loss_note", "closed_on")  # where the stage is asked too
STAGE = ("stage", "pipeline")  # of what is closed, or not: stays what it is, where it is something


def fill(page: Page, beside: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Fill the form of the marked control; return how many fields were set, and which could not be.

    Those of the names ``beside`` stay as they are where there are others.
    """
    all_fields: list[dict[str, Any]] = page.evaluate("walk.fields()")
    names = {one["name"] for one in all_fields}
    kept = {*KEPT, *(CLOSED if "stage" in names else ()), *(("contact",) if "account" in names else ())}
    kept |= set(beside) if len(names) > 1 else set()
    kept |= {"is_default"} if "meaning" in names else set()  # nothing starts as what an action leads to
    kept |= _ruled_out(all_fields)
    held = {*(STAGE if "closed_on" in names else ()), *(("account",) if "contact" in names else ())}
    kept |= {one["name"] for one in all_fields if one["name"] in held and one["value"]}
    if any(one["name"] == "closed_on" and not one["value"] for one in all_fields):  # it is open
        kept |= set(CLOSED)
    fields = [one for one in all_fields if one["name"] not in kept and not one["name"].startswith(COLUMNS)]
    left = set_fields(page, fields)
    return len(fields) - len(left), left


def _ruled_out(fields: list[dict[str, Any]]) -> set[str]:
    """Of links of which a record has one at most: the others than the one that is filled, or than the first."""
    shown = {one["name"]: one["value"] for one in fields}
    found: set[str] = set()
    for group in {group for one in record_types() for group in one.either}:
        there = [name for name in group if name in shown]
        taken = next((name for name in there if shown[name]), there[0] if there else "")
        found |= {name for name in there if name != taken}
    return found


def set_fields(page: Page, fields: list[dict[str, Any]]) -> list[str]:
    """Set each of them to something else; return the names of those that could not be."""
    typed = [one for one in fields if not one["lookup"] and one["type"] != "file"]
    refused = set(page.evaluate("values => walk.type(values)", [[one["n"], _typed(one)] for one in typed]))
    for one in fields:
        if one not in typed:
            try:
                _set(page, page.locator(f"[data-walk-field='{one['n']}']"), one)
            except PlaywrightError:
                refused.add(one["n"])
    return [one["name"] for one in fields if one["n"] in refused]


def _typed(one: dict[str, Any]) -> str:
    if one["type"] == "select":
        return str(next((value for value in one["options"] if value not in ("", one["value"])), one["value"]))
    return _text(one)


def _set(page: Page, control: Any, one: dict[str, Any]) -> None:
    if one["type"] == "file":
        control.set_input_files(files=[{"name": "walk.csv", "mimeType": "text/csv", "buffer": CSV}], timeout=1500)
        return
    offered = page.locator(".lookup-options:not([hidden]) [data-id]")
    for letter in (*islice(_letters, len(LETTERS)), ""):
        control.fill(letter, timeout=1500)
        while not page.evaluate("walk.idle()"):
            pass
        if offered.count():
            offered.last.click(timeout=3000)
            return
    if not page.locator(".lookup-options:not([hidden]) [aria-disabled=true]").count():  # it says that there is nothing
        raise PlaywrightError("nothing is offered")


def _text(one: dict[str, Any]) -> str:
    """What stands in the table for the field's name, else for its kind, else some words."""
    number = next(_numbers)
    name, kind = one["name"], one["type"]
    day = date.today() + timedelta(days=-9 if name in PAST else 9)
    kinds = {
        "email": f"walk{number}@walk{number}.example",
        "tel": f"+49 30 55{number:04}",
        "url": f"https://walk{number}.example",
        "number": one["least"] or "3",
        "date": f"{day}",
        "datetime-local": f"{day}T10:00",
        "time": "10:00",
        "password": "correct horse battery",
        "search": "walk",
    }
    names = {"confirmation": one["asked"], "key": f"walk_{number}", "founded": "1999"}
    if "email" in name:
        kind = "email"
    if "country" in name:
        return "Germany"
    return str(names.get(name) or kinds.get(kind) or ("12" if one["digits"] else f"Walk {number}"))
