"""What can be read in two ways is asked about, wherever in the file it stands and whatever stands before it."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from crm.tenants.context import tenant_context
from tests import make
from tests.imports.steps import bring_in
from tests.imports.test_words import Page
from tests.people import Firm


@pytest.mark.parametrize(
    ("field", "cells", "is_asked"),
    [
        ("expected_close_on", ["01/01/2024", "01/02/2024", "03/04/2024"], True),
        ("expected_close_on", ["01/01/2024", "01/02/2024", "13/04/2024"], False),
        ("expected_close_on", ["01/01/2024", "02/02/2024"], False),
        ("expected_close_on", ["2024-01-01", "2024-02-01"], False),
        ("probability", ["0", "1", "1"], True),
        ("probability", ["2.0", "0.5"], True),
        ("probability", ["0", "45", "1"], False),
        ("amount", ["5 pounds", "6 rupees"], True),
        ("amount", ["1,250.00", "1,250.00"], False),
    ],
)
def test_the_first_of_a_shape_does_not_hide_the_others(
    firm: Firm, field: str, cells: list[str], is_asked: bool
) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    rows = "".join(f'D{number},Falcon,"{cell}"\n' for number, cell in enumerate(cells))
    page = Page(firm, "opportunities", f"name,account,{field}\n{rows}")
    assert [one.name for one in page.questions.all_open] == [field] * is_asked


@pytest.mark.parametrize(
    ("key", "field", "word", "becomes"),
    [
        ("contacts", "relationship", "Other", "Other"),
        ("contacts", "relationship", "other", "Other"),
        ("contacts", "relationship", "client", "Client"),
        ("accounts", "type", "Other", None),
        ("opportunities", "loss_reason", "Sales", None),
        ("opportunities", "loss_reason", "Other", "Other"),
        ("leads", "unqualified_reason", "other", "Other"),
        ("leads", "unqualified_reason", "not_real", "Not real/bad data"),
    ],
)
def test_a_word_is_the_choice_of_that_name_and_never_another_of_its_meaning(
    firm: Firm, key: str, field: str, word: str, becomes: str | None
) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    page = Page(firm, key, f"name,account,email,{field}\nA B,Falcon,a@k.example,{word}\n")
    asked = [one.name for one in page.questions.words if one.name == field]
    assert asked == ([] if becomes else [field])
    if becomes and key == "contacts":
        bring_in(firm, key, f"name,account,email,{field}\nA B,Falcon,a@k.example,{word}\n")
        with tenant_context(firm.tenant):
            assert str(Contact.objects.get().relationship) == becomes
