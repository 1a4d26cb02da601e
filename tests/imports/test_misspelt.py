"""Names with a letter that is wrong, by their keys alone."""

from __future__ import annotations

import pytest

from crm.imports.misspelt import one_letter_off
from crm.tenants.text import sort_key


@pytest.mark.parametrize(("here", "there"), [
    ("Київстар", "Кивстар"), ("Єдність", "Дність"), ("Ґанок", "Ганок"), ("Љубљана", "Лубљана"), ("Џепови", "Шепови"),
    ("پارس خودرو", "بارس خودرو"), ("گلستان", "کلستان"), ("Ωμέγα", "Ομέγα"), ("ქართული", "ქართლი"),
])  # fmt: skip
def test_a_letter_that_stands_outside_of_its_alphabets_row_is_tried_too(here: str, there: str) -> None:
    assert sort_key(here) in one_letter_off(sort_key(there))
