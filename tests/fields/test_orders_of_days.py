"""Dates that can be read in several ways: a form refuses them with each reading, a column of a file is asked about."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from crm.fields.reading import DAYS, decide, read_day, style_of
from crm.ui import format as formats

US, GERMANY = style_of("en"), style_of("en-de")


@pytest.mark.parametrize(
    ("text", "here", "in_germany"),
    [
        ("03.04.2026", "", "2026-04-03"),
        ("3. 4. 26", "", "2026-04-03"),
        ("03.04.2026 10:00", "", "2026-04-03"),
        ("31.12.2024", "2024-12-31", "2024-12-31"),
        ("04.04.2026", "2026-04-04", "2026-04-04"),
        ("05.13.2024", "2024-05-13", ""),
        ("05.12.24", "", ""),
        ("5/12/24", "2024-05-12", "2024-12-05"),
        ("24-05-12", "", ""),
        ("31.12.99", "1999-12-31", "1999-12-31"),
        ("99/12/31", "1999-12-31", "1999-12-31"),
    ],
)
def test_a_date_of_two_readings_is_refused_with_both(text: str, here: str, in_germany: str) -> None:
    """Dots where the month comes first, and a year of two digits that may come first, are of no one order."""
    for style, day in ((US, here), (GERMANY, in_germany)):
        if day:
            assert read_day(text, style).isoformat() == day
            continue
        with pytest.raises(ValidationError, match=r"write \d{4}-\d\d-\d\d( or \d{4}-\d\d-\d\d)* to be sure"):
            read_day(text, style)
    with pytest.raises(ValidationError, match="write 2005-12-24 or 2024-05-12 or 2024-12-05 to be sure"):
        read_day("05.12.24", US)


@pytest.mark.parametrize(
    ("texts", "here", "in_germany"),
    [
        (["05.12.2024", "06.01.2024"], {"day": "Dec 5, 2024", "month_dots": "May 12, 2024"}, {}),
        (
            ["05.12.2024", "05.13.2024", "06.01.2024"],
            {"month_dots": "May 12, 2024", "day": "Dec 5, 2024"},
            {"month_dots": "May 12, 2024", "day": "Dec 5, 2024"},
        ),
        (["05.12.2024", "31.12.2024"], {}, {}),
        (["31.12.2024", "04.04.2026", "2024-05-12"], {}, {}),
        (["05.13.2024", "05.14.2024"], {}, {}),
        (
            ["05.12.2024", "04/13/2026"],
            {"month": "Dec 5, 2024", "month_dots": "May 12, 2024"},
            {"month": "Dec 5, 2024", "month_dots": "May 12, 2024"},
        ),
        (
            ["24/05/12"],
            {"day": "May 24, 2012", "year": "May 12, 2024"},
            {"day": "May 24, 2012", "year": "May 12, 2024"},
        ),
        (["24.05.12", "99.01.02"], {}, {}),
        (
            ["24-05-12", "13/05/2024"],
            {"day": "May 24, 2012", "year": "May 12, 2024"},
            {"day": "May 24, 2012", "year": "May 12, 2024"},
        ),
        (["24/05/12", "31/12/99"], {}, {}),
        (
            ["01.02.03", "01.01.01"],
            {"day": "Feb 1, 2003", "month_dots": "Jan 2, 2003", "year": "Feb 3, 2001"},
            {"day": "Feb 1, 2003", "year": "Feb 3, 2001"},
        ),
    ],
)
def test_a_column_of_dates_is_asked_about_with_each_reading(
    texts: list[str], here: dict[str, str], in_germany: dict[str, str]
) -> None:
    for style, readings in ((US, here), (GERMANY, in_germany)):
        found = decide(DAYS, texts, style)
        asked = found.options if found.must_ask else ()
        assert {one.key: one.samples[0].reading for one in asked} == readings
        for option in asked:
            chosen = found.style.chosen(DAYS, option.key)
            assert all(formats.date(read_day(one.text, chosen)) == one.reading for one in option.samples)
        if not found.must_ask:
            assert all(read_day(text, found.style) for text in texts)


@pytest.mark.parametrize(
    "texts", [["13/4/25", "12/31/2024"], ["13/4/25", "12/31/2024", "31/12/2024"], ["31.12.26", "45000"]]
)
def test_what_refuses_years_in_full_or_day_numbers_does_not_win_by_itself(texts: list[str]) -> None:
    """13/4/25 is a day of 2025, or one of 2013."""
    for style in (US, GERMANY):
        found = decide(DAYS, texts, style)
        assert found.must_choose and {"day", "year"} <= {one.key for one in found.options}
    assert not decide(DAYS, ["99/05/31", "24/05/12", "12/05/31"], US).options[0].refused
