"""What a sheet shows beside a number belongs to it: a unit, a currency, the letters of an id."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm.fields.reading import NumberText
from crm.imports.reading.numbers import is_shortened_by, number_shown, number_text, text_of
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from tests.imports.steps import bring_in, finished, sent, told
from tests.imports.test_sheets import cell, ods, row, xlsx
from tests.imports.test_words import Page
from tests.people import Firm

FORMATS: list[tuple[Any, str, str]] = [
    (500, '#,##0 "TEUR"', "500 TEUR"), (500, '#,##0" Mio. €"', "500 Mio. €"), (500, r"\T\E\U\R\ 0", "TEUR 500"),
    (500000, "#,##0,", "500000"), (500000, '#,##0,"k€"', "500k€"), (1512345, '0.0,,"M"', "1.512345M"),
    (500, '#,##0 "kr"', "500 kr"), (500, "[$kr-41D] 0", "SEK 500"), (500, "[$$-1009]0", "CAD 500"),
    (500, "#,##0.00 [$€-407]", "500 €"), (500, '[$$-409]#,##0"k"', "USD 500k"), (500, "[$-409]#,##0", "500"),
    (0, '_-* #,##0.00 €_-;-* #,##0.00 €_-;_-* "-"?? €_-;_-@_-', "0 €"), (0, '0.00 €;-0.00 €;"-"', "0 €"),
    (-500, "#,##0_);[Red](#,##0)", "-500"), (-500, '0 "k€";[Red]0 "k€"', "-500 k€"), (-5, "0;0", "-5"),
    (0.125, "0.0%", "12.5%"), (5, r"0\%", "5%"), (5, '0" %"', "5 %"), (0.05, '0%" p.a."', "5% p.a."),
    (1500, '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0', "1.5K"), (15, '[>=1000000]0,,"M";[>=1000]0,"K";0', "15"),
    (2, '"INV-"0000', "INV-0002"), (2, "0000", "0002"), (2, '"v"0.0', "v2.0"), (7, '"#"0', "#7"),
    (5, '"2026-"000', "2026-005"), (12345, r"000\-000", "012-345"), (49301234567, r"\+0", "+49301234567"),
    (301234567, "0# ## ## ## ##", "03 01 23 45 67"), (3012345678, "(000) 000-0000", "(301) 234-5678"),
    (1234567, r"#\ ###\ ##0", "1234567"), (500, '0" 000 €"', "500 000 €"), (500.5, "#,##0.-", "500.5"),
    (1, '[=1]"Yes";"No"', "Yes"), (5, '[<10]"<10";0', "<10"), (5, ";;;", "5"), (0.5, "# ?/?", "0.5"),
    (12345, "0.00E+00", "12345"), (5, 'General" km"', "5 km"), (5, "0;@", "5"), (5, "[", "5"),
]  # fmt: skip


def test_a_number_is_read_as_its_format_shows_it() -> None:
    assert [(value, one, number_text(value, one)) for value, one, _text in FORMATS] == FORMATS
    assert [one for value, one, _text in FORMATS if is_shortened_by(value, one)] == ["#,##0,"]


@pytest.mark.parametrize(
    ("value", "shown", "more", "text"),
    [
        ("500000", "500 TEUR", {}, "500 TEUR"), ("1500000", "1,5 Mio. €", {"code": "EUR"}, "1.5 Mio. €"),
        ("500", "500 k", {"code": "EUR"}, "EUR 500 k"), ("1234.5", "1.234,50 €", {"code": "EUR"}, "EUR 1234.5"),
        ("1234.5", "1.234,50 €", {}, "1234.5 €"), ("-500", "(500) k€", {}, "-500 k€"), ("0", "- €", {}, "0"),
        ("0.125", "12,5 %", {"percent": True}, "12.5%"), ("2", "INV-0002", {}, "INV-0002"), ("2", "0002", {}, "0002"),
        ("12345", "012-345", {}, "012-345"), ("102030", "10 20 30", {}, "10 20 30"),
        ("1234567", "1 234 567", {}, "1234567"),
        ("500", "500 000 €", {}, "500 000 €"), ("1", "Yes", {}, "Yes"), ("0.5", "1/2", {}, "0.5"),
        ("12345", "1.23E+04", {}, "12345"), ("7", "", {}, "7"), ("1234567", "###", {}, "1234567"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_the_sheet_shows_it(value: str, shown: str, more: dict[str, Any], text: str) -> None:
    assert number_shown(Decimal(value), shown, **more) == (text, False)


def test_more_hours_than_a_day_has_are_hours() -> None:
    hours = [timedelta(days=1, hours=2), timedelta(hours=-1, minutes=-5), timedelta(minutes=9, seconds=3)]
    assert [*map(text_of, hours)] == ["26:00", "-1:05", "0:09:03"]


def test_digits_that_can_be_read_in_one_way_only_stay_so() -> None:
    for text, is_number in ((number_text(1.5, '0.000 "k€"'), True), (number_text(1500, r"0\.000 €"), False)):
        assert isinstance(text, NumberText) == is_number, text


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_an_amount_is_what_its_sheet_shows(firm: Firm, kind: str) -> None:
    """As a text of the same words is read; it came in as 500 of the workspace's own currency."""
    shown = {'0 "TEUR"': "500 TEUR", '0" Mio. €"': "500 Mio. €", '0 "k€"': "500 k€", '0 "Stück"': "500 Stück"}
    bring_in(firm, "accounts", "name\nKestrel\n")
    if kind == "csv":
        content = "name,account,amount\n" + "".join(f"D{at},Kestrel,{one}\n" for at, one in enumerate(shown.values()))
    elif kind == "xlsx":

        def formats(book: Any) -> None:
            for at, one in enumerate(shown):
                book["S"][f"C{at + 2}"].number_format = one

        table = [["name", "account", "amount"], *([f"D{at}", "Kestrel", 500] for at in range(4))]
        content = xlsx(("S", table), change=formats)
    else:
        body = row(cell("name"), cell("account"), cell("amount"))
        for at, one in enumerate(shown.values()):
            body += row(cell(f"D{at}"), cell("Kestrel"), cell(one, office__value_type="float", office__value="500"))
        content = ods(f'<table:table table:name="S">{body}</table:table>')
    run = bring_in(firm, "opportunities", content)
    assert (run.created_count, run.refused_count) == (3, 1)
    with tenant_context(firm.tenant):
        found = {one.name: (one.amount_minor, one.currency) for one in Opportunity.objects.all()}
    assert found == {"D0": (50000000, "EUR"), "D1": (50000000000, "EUR"), "D2": (50000000, "EUR")}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_thousands_that_a_sheet_does_not_name_are_told(firm: Firm, kind: str) -> None:
    bring_in(firm, "accounts", "name\nKestrel\n")
    if kind == "xlsx":

        def formats(book: Any) -> None:
            book["S"]["C2"].number_format = "#,##0,"

        content = xlsx(("S", [["name", "account", "amount"], ["D", "Kestrel", 500000]]), change=formats)
    else:
        body = row(cell("name"), cell("account"), cell("amount"))
        body += row(cell("D"), cell("Kestrel"), cell("500", office__value_type="float", office__value="500000"))
        content = ods(f'<table:table table:name="S">{body}</table:table>')
    page = Page(firm, "opportunities", content)
    assert "1 row has a number that the sheet shows in thousands or millions without saying so (row 2)." in told(
        page.answer
    )
    finished(firm, page.send(sent(page.answer)))
    with tenant_context(firm.tenant):
        assert Opportunity.objects.get().amount_minor == 50000000
