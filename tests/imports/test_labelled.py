"""Numbers and addresses go by the labels beside them, as Google writes them, not by the column that they stand in."""

from __future__ import annotations

from typing import Any

import pytest

from contacts.models import Contact
from crm.imports.models import Import, ImportRow, RefusedRow
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests.imports.steps import bring_in, finished, told, upload
from tests.imports.test_words import Page
from tests.people import Firm, client_of

HEADERS = {
    "new": "First Name,Last Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,"
    "Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Phone 3 - Label,Phone 3 - Value",
    "old": "Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,"
    "Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,Phone 3 - Type,Phone 3 - Value",
}
PEOPLE = [
    "Al,Usual,* Work,al@k.example,,,Work,01 11,Mobile,06 11,,",
    "Bo,Turned,Home,bo@h.example,* Work,bo@k.example,* Mobile,06 22,Work,01 22,,",
    "Cy,Fax,,,Work,cy@k.example,Work Fax,01 39,Main,01 33,Pager,07 33",
    "Di,Third,,,,,Work,01 44,Home,02 44,Cell,06 44",
    "Ed,Languages,,,,,Móvil,06 55,Télécopie,01 59,Bureau,01 55",
    "Fi,Two,,,,,Handy,06 66 ::: 06 67,,,,",
    "Gu,Bare,,,,,,01 77,,,,",
]
STORED = {
    "Al": ("al@k.example", "01 11", "06 11"),
    "Bo": ("bo@k.example", "01 22", "06 22"),
    "Cy": ("cy@k.example", "01 33", ""),
    "Di": ("", "01 44", "06 44"),
    "Ed": ("", "01 55", "06 55"),
    "Fi": ("", "06 67", "06 66"),
    "Gu": ("", "01 77", ""),
}


def text(style: str) -> str:
    return "\n".join([HEADERS[style], *PEOPLE, ""])


def stored(firm: Firm) -> dict[str, tuple[str, ...]]:
    with tenant_context(firm.tenant):
        return {one.first_name: (one.email, one.phone, one.mobile) for one in Contact.objects.all()}


def left(run: Import) -> dict[str, list[str]]:
    found = RefusedRow.objects.filter(run=run, came_in=True)
    return {row.cells[0]: [reason.removeprefix("The row came in. Note: ") for reason in row.reasons] for row in found}


@pytest.mark.parametrize("style", ["new", "old"])
def test_numbers_go_by_their_labels_and_what_has_no_place_is_told(firm: Firm, style: str) -> None:
    page = Page(firm, "contacts", text(style))
    said = told(page.answer)
    word = "Label" if style == "new" else "Type"
    assert f"Left out: “ E-mail 1 - {word} ” (1 cell)" in said
    samples = {header: {one.text for one in found} for header, _field, found, _kind in page.answer.context["columns"]}
    assert samples["Phone 2 - Value"] == {"06 11", "06 22", "06 44", "06 55"}, "the first ones, as they are stored"

    run = finished(firm, upload(firm, "contacts", text(style), dry_run="1"))
    with tenant_context(firm.tenant):
        tried = {row.name: {label: new for label, _old, new in row.changes} for row in ImportRow.objects.all()}
        remarks = left(run)
    assert remarks == {
        "Bo": ["“E-mail 1 - Value” was left out: Home: bo@h.example."],
        "Cy": ["“Phone 1 - Value” was left out: Work Fax: 01 39.", "“Phone 3 - Value” was left out: Pager: 07 33."],
        "Di": ["“Phone 2 - Value” was left out: Home: 02 44."],
        "Ed": ["“Phone 2 - Value” was left out: Télécopie: 01 59."],
    }
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    finished(firm, run)
    assert stored(firm) == STORED
    for name, changes in tried.items():
        found = tuple(changes.get(label, "") for label in ("E-mail", "Phone", "Mobile"))
        assert found == STORED[name.split()[0]], "the dry run tells what is stored"
    again = bring_in(firm, "contacts", text(style))
    assert (again.unchanged_count, again.updated_count) == (len(PEOPLE), 0)


def test_the_only_number_of_each_person_can_be_a_mobile_one(firm: Firm) -> None:
    rows = (
        "First Name,Last Name,Phone 1 - Label,Phone 1 - Value\nAl,A,Mobile,06 1\nBo,B,Work,01 2\nCy,C,Home Fax,01 9\n"
    )
    said = told(Page(firm, "contacts", rows).answer)
    assert "06 1 each value goes where its label says" in said and "Left out: “ Phone 1 - Value ” (1 cell)." in said
    run = bring_in(firm, "contacts", rows)
    assert stored(firm) == {"Al": ("", "", "06 1"), "Bo": ("", "01 2", ""), "Cy": ("", "", "")}
    with tenant_context(firm.tenant):
        assert left(run) == {"Cy": ["“Phone 1 - Value” was left out: Home Fax: 01 9."]}


def test_what_has_no_place_can_go_into_the_description(firm: Firm) -> None:
    rows = f"{HEADERS['new']}\n{PEOPLE[2]}\n"
    run = bring_in(firm, "contacts", rows, column_10="+notes", column_6="+notes")
    assert stored(firm) == {"Cy": STORED["Cy"]}
    with tenant_context(firm.tenant):
        assert left(run) == {}
        noted = "Phone 1 - Label: Work Fax: 01 39\nPhone 3 - Label: Pager: 07 33"
        assert Contact.objects.get().description == noted


def test_a_lead_has_one_number_which_is_no_fax(firm: Firm) -> None:
    run: Any = bring_in(firm, "leads", f"{HEADERS['new']}\n{PEOPLE[1]}\n{PEOPLE[2]}\n{PEOPLE[5]}\n")
    with tenant_context(firm.tenant):
        found = {lead.first_name: lead.phone for lead in Lead.objects.all()}
        assert found == {"Bo": "01 22", "Cy": "01 33", "Fi": "06 66"}
        assert "“Phone 1 - Value” was left out: * Mobile: 06 22." in left(run)["Bo"]


@pytest.mark.parametrize(
    ("put_to", "expected"),
    [("mobile,", "/1 /1 /2 /1 /1 /2 /1 /1"), ("mobile,phone", "2/1 1/ 1/2 2/1 2/1 /2 2/ 2/1")],
)
def test_a_number_whose_label_says_nothing_stays_where_it_was_put(firm: Firm, put_to: str, expected: str) -> None:
    """Where its label means a field that no column is put to, it stays too, rather than be left out."""
    rows = ["first name,last name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value"]
    rows += ["No label,A,,1,,2", "Work,A,Work,1,,", "Two,A,Work,1,Mobile,2", "Mobiel,A,Mobiel,1,komórka,2"]
    rows += [
        "Odd,A,Türklingel,1,Work,2",
        "Helper,A,Assistant,1,携帯,2",
        "Landlines,A,Work,1,Home,2",
        "Mixed,A,,1,Mobile,2",
    ]
    first, second = put_to.split(",")
    columns = {"column_2": "", "column_3": first, "column_4": "", "column_5": second}
    run = bring_in(firm, "contacts", "\n".join([*rows, ""]), **columns)
    found = {name: f"{phone}/{mobile}" for name, (_email, phone, mobile) in stored(firm).items()}
    with tenant_context(firm.tenant):
        said = left(run)
    names = [row.split(",")[0] for row in rows[1:]]
    assert found == dict(zip(names, expected.split(), strict=True))
    assert said["Helper"][0] == "“Phone 1 - Value” was left out: Assistant: 1."
    for name, kept in found.items():
        whole = kept + "".join(said.get(name, []))
        assert "1" in whole and ("2" in whole or name == "Work"), "what has no place is told"
