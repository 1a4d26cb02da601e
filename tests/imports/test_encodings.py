"""A file whose letters can be read in several encodings is asked about, with its words in each, before it comes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.imports.encoding_question import ENCODING
from crm.imports.reading.encodings import find_readings
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests.imports.steps import finished, sent, tenant_of, told
from tests.imports.test_files import case
from tests.imports.test_sheets import xlsx
from tests.imports.test_words import Page
from tests.people import Firm

GERMAN = "Last name,Phone,City\nMüller,1,Köln\n"
CZECH = "Růžena,Brod\nBedřich,Dům\nJežek,Žižkov\nŠíma,x\n"
POLISH = "Last name,City\nŽižek,Łódź\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GERMAN.encode() + b"Ol\xe9,2,x\n", "Müller Köln"),
        (GERMAN.encode("cp850"), "Müller Köln"),
        (GERMAN.encode("mac-roman"), "Müller Köln"),
        (POLISH.encode("iso8859-2"), "Žižek Łódź"),
        (POLISH.encode("cp852"), "Žižek Łódź"),
        ("n,c\nŞahin,İzmir\n".encode("cp1254"), "Şahin İzmir"),
        ("n,c\nDvořák,Plzeň\n".encode("cp1250"), "Dvořák Plzeň"),
        (
            f"n,c\nDvořák,Háj\nNovák,Čáp\nJiří,Měch\n{CZECH}".encode("iso8859-2"),
            "Růžena Ježek Žižkov Šíma",
        ),  # what differs
        (GERMAN.encode("cp1252"), ""),
        (GERMAN.encode(), ""),
        ("n,c\nHélène,Orléans\nÍñigo,Logroño\n".encode("cp1252"), ""),
        ("n,c\nИванов,Москва\n".encode("cp1251"), ""),
        ("n,c\n山田,東京\n".encode("cp932"), ""),
        ("n,c\nO’Brien,“Pub” – €5\n".encode("cp1252"), ""),
        *((case(name), "") for name in ("e01", "e02", "e05", "e06", "e07", "e08", "e09", "e14")),
    ],
)
def test_what_is_as_likely_in_two_encodings_is_asked_about(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    likely = [" ".join(one.words) for one in find_readings(path) if one.is_likely]
    assert (len(likely) > 1, not words or words in likely) == (bool(words), True), likely


def test_nothing_comes_in_before_the_encoding_is_said(firm: Firm) -> None:
    """The other one is shown before anything starts; the columns stay as they were set."""
    rows = "Last name,E-mail,Town,Note\nMüller,m@a.example,Köln,x\n"
    page = Page(firm, "leads", rows.encode("mac-roman"))
    [question] = page.questions.encodings
    assert {"MŸller · Kšln", "Müller · Köln"} < {" · ".join(words) for _one, _label, words in question.options}
    data = sent(page.answer) | {"column_3": "description"}
    assert "Its letters can be read in more than one way" in told(page.refused(data | {ENCODING: ""}))
    page.refused(data | {ENCODING: "rot13"})
    answer = page.client.post(page.address, data | {ENCODING: "mac-roman"})
    assert (answer.status_code, answer["Location"]) == (303, page.address), "it is shown first"
    page.answer = page.client.get(page.address)
    assert not page.questions.all_open and "Köln" in told(page.answer)
    run = finished(firm, page.send(sent(page.answer) | {ENCODING: "mac-roman"}))
    assert (run.created_count, run.mapping[3]) == (1, "description")
    with tenant_context(tenant_of(firm)):
        assert Lead.objects.get().last_name == "Müller"
    again = Page(firm, "leads", rows.encode("mac-roman"))
    [question] = again.questions.encodings
    assert (question.answer, again.questions.all_open) == ("mac-roman", [])
    assert "can be changed: how the file is read, the field of each column" in told(again.answer)
    changed = Page(firm, "leads", f"{rows}Köhler,k@a.example,Ulm,\n".encode("mac-roman"))
    assert changed.questions.encodings[0].is_open, "another file is another question"


def test_the_sheet_and_the_names_of_the_columns_are_remembered_too(firm: Firm) -> None:
    rows = [["Last name", "E-mail"], ["Family name", "Address"], ["Bell", "a@k.example"]]
    content = xlsx(("Firms", [["Company"], ["Kestrel"]]), ("People", rows))
    page = Page(firm, "leads", content)
    for header in "12":
        page.client.post(page.address.replace("columns", "reading"), {"sheet": "People", "header": header})
    page.answer = page.client.get(page.address)
    data = page.columns() | {"column_0": "last_name", "column_1": "email"}
    assert finished(firm, page.send(data)).created_count == 1
    again = Page(firm, "leads", content)
    assert (again.answer.context["run"].headers, again.columns()["column_1"]) == (["Family name", "Address"], "email")
    assert "how the file is read" in told(again.answer)


def test_a_row_that_is_no_unicode_is_told_before_and_refused(firm: Firm) -> None:
    page = Page(
        firm, "leads", b"Last name,E-mail\n" + "Müller,m@a.example\nKöln,k@a.example\n".encode() + b"Ol\xe9,2\n"
    )
    assert page.questions.all_open == page.questions.encodings != []
    assert "1 row holds a character that cannot be read (row 4)" in told(page.answer)
    run = finished(firm, page.send(sent(page.answer)))
    assert (run.created_count, run.refused_count) == (2, 1)
