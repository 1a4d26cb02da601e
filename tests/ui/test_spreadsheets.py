"""What stands in a file that people open in a spreadsheet."""

from __future__ import annotations

import pytest

from crm.ui.spreadsheets import defuse, restore


@pytest.mark.parametrize("text", ["-2", "-1200.50", "-1,200.50", "-12000 EUR", "2 +1", "Smith - Jones", ""])
def test_amounts_below_zero_stay_numbers(text: str) -> None:
    assert defuse(text) == restore(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "-2 +cmd|' /C calc'!A0", "-2+3", "-2 eur+1", "-2,A1", "-", "- none", "-1-212-555", "-1 EUR\n", "-1 EUR=1",
        "-²", "=1", "+1", "@A1", "\t=1", "\r=1", "\n=1", "＝1", "－1", "＋1", "＠A1", "'=1", "-1.2.3", "-1,2",
    ],
)  # fmt: skip
def test_whatever_a_spreadsheet_would_work_out_is_text(text: str) -> None:
    assert defuse(text) == f"'{text}"
    assert restore(defuse(text)) == text
