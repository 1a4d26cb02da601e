"""What a file may ask of the server: nothing endless is read to its end."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from crm.imports.reading import text
from crm.imports.reading.files import find_format, read_file
from tests.imports.test_words import Page
from tests.people import Firm

MEGABYTE = 1024 * 1024
ENDLESS = b"ab," * (3 * MEGABYTE)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (ENDLESS, "Row 1 is longer than a million characters"),
        (b"a,b\n" + ENDLESS, "Row 2 is longer than a million characters"),
        (b"a,b\n" + b'a,"\n",' * MEGABYTE, "Row 2 is longer than a million characters"),
        (b'a,b\n"' + b"x,y\n" * (2 * MEGABYTE), "A cell in row 2 is longer than 100,000 characters"),
        (b"name,city\n" + b"Ann,Bonn\n" * 200_000, ""),
    ],
)
def test_a_large_file_takes_little_memory(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    said = ""
    tracemalloc.start()
    try:
        rows = sum(1 for _row in read_file(path, find_format(path, "rows.csv")))
    except ValidationError as error:
        rows, said = 0, error.messages[0]
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    # A row of a million characters may be 250,000 lines, which are kept until it is whole: it may have to be cut anew.
    assert peak < 32 * MEGABYTE
    assert said.startswith(reason) and bool(said) == bool(reason)
    assert rows == (0 if reason else 200_001)


def test_a_file_has_no_more_rows_than_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a,b\n" + b"\n" * 10)
    monkeypatch.setattr(text, "MOST_ROWS", 12)
    assert len(list(text.read_text(path, "utf-8", ","))) == 1
    monkeypatch.setattr(text, "MOST_ROWS", 5)
    with pytest.raises(ValidationError, match="two million rows"):
        list(text.read_text(path, "utf-8", ","))


def test_of_long_cells_a_survey_keeps_the_beginning(firm: Firm) -> None:
    """It is read at each look at the page."""
    long = [letter * 90_000 for letter in "abcdefghij"]
    rows = "".join(f"Deal {one[0]},{one},Bell {one[0]},{one},{one}\n" for one in long)
    run = Page(firm, "opportunities", f"name,account,contact,description,next step\n{rows}").run()
    assert 0 < len(json.dumps(run.survey)) < 150_000
