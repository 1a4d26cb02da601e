"""A column without a field becomes one of the kind that its values are of, which is asked, tried and then written."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest

from accounts.models import Account
from contacts.models import Contact
from crm.catalogue import record_type
from crm.events.models import Event
from crm.fields.custom.selectors import custom_fields
from crm.fields.models import CustomField
from crm.imports.fitting import FitTally, allowed_kinds, likely_kind
from crm.imports.models import Import, ImportRow
from crm.picklists.models import Choice
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests.imports.steps import finished, sent, tenant_of, told
from tests.imports.test_words import Page
from tests.own_words import tight
from tests.people import Firm, client_of

HEAD = "First name,Last name,E-mail,Birthday\n"
BIRTHDAYS = f"{HEAD}Ann,Bell,ann@k.example,03/04/1980\nBo,Fox,bo@k.example,31/12/1979\n"


def tallied(cells: list[str]) -> dict[str, int]:
    tally = FitTally(len(cells))
    for cell in cells:
        tally.note(cell)
    return tally.as_json()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1980-04-03", "31.12.1979"], "date"),
        (["03/04/1980", "04/03/1981"], "date"),
        (["1980-04-03 00:00:00"], "date"),
        (["1980-04-03 10:30"], "text"),  # the time would be left out
        (["31/12/1979", "12/31/1979"], "text"),  # two orders
        (["12", "1,234.5", "-3"], "number"),
        (["01234", "98765"], "text"),  # a postal code
        (["0", "1", "1"], "number"),
        (["yes", "No", "yes"], "yes_no"),
        (["€12.50", "1000"], "money"),
        (["1000"] * 1200 + ["20 CHF"], "money"),
        (["a@k.example", "b@k.example"], "email"),
        (["https://k.example", "www.k.example/x"], "url"),
        (["+49 30 1234567", "(030) 765-4321"], "phone"),
        (["red", "blue", "Red", "blue"], "choice"),
        (["red", "blue", "green"], "text"),
        (["one\ntwo"], "long_text"),
        (["x" * 210], "long_text"),
    ],
)
def test_the_kind_is_what_every_value_is(cells: list[str], kind: str) -> None:
    found = tallied(cells)
    assert likely_kind(found, "Colour") == kind
    assert kind in allowed_kinds(found) and not allowed_kinds(found)[kind]
    are_days = kind == "date" or "10:30" in cells[0]
    assert ("date" in allowed_kinds(found)) == are_days, "no kind is offered that the values are not of"


def test_digits_in_a_column_of_that_name_are_phone_numbers() -> None:
    tally = FitTally(100)
    tally.note("030 1234567")
    assert likely_kind(tally.as_json(), "Telefon") == "phone"


def planned(firm: Firm, text: str, column: int, key: str = "contacts", **more: str) -> Page:
    """The page once a field was asked for, with what it asks then."""
    page = Page(firm, key, text)
    answer = page.client.post(page.address, page.columns() | {f"column_{column}": "+field", "update": "1"} | more)
    assert answer.status_code == 303, answer.context["form"].linked_errors
    page.answer = page.client.get(page.address)
    return page


def carry_out(firm: Firm, run: Import) -> Import:
    """The import after its dry run."""
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    return finished(firm, run)


def rows(run: Import) -> list[tuple[Any, ...]]:
    return [(row.number, row.outcome, row.changes) for row in ImportRow.objects.filter(run=run).order_by("number")]


def test_a_birthday_becomes_a_date_once_its_kind_is_accepted(firm: Firm) -> None:
    page = planned(firm, BIRTHDAYS, 3)
    [question] = page.questions.kinds
    assert (question.kind, question.is_open) == ("date", True)
    assert "03/04/1980 → Apr 3, 1980" in told(page.answer), "as it will be stored"
    assert "“Birthday”: something is asked below." in unescape(
        page.client.post(page.address, page.columns() | {"import": "1"}).content.decode()
    )
    run = finished(firm, page.send(sent(page.answer) | {"dry_run": "1"}))
    with tenant_context(firm.tenant):
        assert ["Birthday", "", "Apr 3, 1980"] in rows(run)[0][2]
        assert not CustomField.objects.exists() and not Event.objects.filter(name__startswith="custom_field").exists()
        assert not Contact.objects.exists()
    carry_out(firm, run)
    with tenant_context(tenant_of(firm)):
        [field] = custom_fields("contacts")
        assert (field.label, field.kind) == ("Birthday", "date")
        contact = Contact.objects.get(first_name="Bo")
        assert record_type("contacts").spec(field.name).value(contact) == dt.date(1979, 12, 31)


def test_a_birthday_of_two_readings_is_asked_about(firm: Firm) -> None:
    page = planned(firm, BIRTHDAYS.replace("31/12", "11/12"), 3)
    [style] = page.questions.styles
    assert {one.key for one in style.decision.options} == {"day", "month"}
    data = page.columns() | {"kind_3": "date"}
    page.refused(data)
    run = finished(firm, page.send(data | {f"style_{style.name}": "day"}))
    assert run.created_count == 2
    with tenant_context(tenant_of(firm)):
        [field] = custom_fields("contacts")
        assert {one.custom[field.key] for one in Contact.objects.all()} == {"1980-04-03", "1979-12-11"}


@pytest.mark.parametrize("kind", ["text", "choice", "yes_no", "number"])
def test_what_a_dry_run_says_of_a_new_field_is_what_comes_of_it(firm: Firm, kind: str) -> None:
    """Two rows of one account, the second of which says the same, or something else."""
    cells = {"yes_no": ["yes", "no", "yes", "no"], "number": [*"1212"]}.get(kind, [*"abab"])
    first, _second, third, fourth = cells
    text = f"Name,Website,Room\nOwl,owl.example,{first}\nOwl,owl.example,{first}\nElk,elk.example,{third}\n"
    page = planned(firm, f"{text}Elk,elk.example,{fourth}\n", 2, "accounts", kind_2=kind)
    run = finished(firm, page.send(sent(page.answer) | {"dry_run": "1"}))
    with tenant_context(firm.tenant):
        said = [(outcome, [one for one in changes if one[0] == "Room"]) for _number, outcome, changes in rows(run)]
    shown = {"yes_no": {"yes": "Yes", "no": "No"}}.get(kind, {})
    one, two = shown.get(third, third), shown.get(fourth, fourth)
    assert said == [
        ("created", [["Room", "", shown.get(first, first)]]),
        ("folded", []),
        ("created", [["Room", "", one]]),
        ("folded", [["Room", one, two]]),
    ]
    assert run.added.get("field") == ["Room"]
    counts = (run.created_count, run.updated_count, run.folded_count, run.refused_count)
    carry_out(firm, run)
    assert counts == (run.created_count, run.updated_count, run.folded_count, run.refused_count) == (2, 0, 2, 0)
    with tenant_context(tenant_of(firm)):
        [field] = custom_fields("accounts")
        assert field.kind == kind
        assert Choice.objects.filter(picklist=field.picklist).count() == (2 if kind == "choice" else 0)
        owl = Account.objects.get(name="Owl")
        assert field.key in owl.custom


def test_the_words_of_a_new_choice_are_asked_about_and_become_its_choices(firm: Firm) -> None:
    text = "Name,Region\nOwl,North\nElk,South\nFox,north\nEmu,SOUTH\n"
    page = planned(firm, text, 1, "accounts")
    assert [one.kind for one in page.questions.kinds] == ["choice"]
    [question] = page.questions.words
    assert ([word.text for word in question.words], question.others) == (["North", "South"], "add")
    name = question.name
    data = page.columns() | {"kind_1": "choice", f"word_{name}": ["North", "South"], f"answer_{name}": ["", "empty"]}
    finished(firm, page.send(data | {"dry_run": "1"}))
    page.answer = page.client.get(f"/acme/imports/{page.run().pk}/")
    assert "Region: North" in told(page.answer)
    carry_out(firm, page.run())
    with tenant_context(tenant_of(firm)):
        [field] = custom_fields("accounts")
        assert [str(one) for one in Choice.objects.filter(picklist=field.picklist)] == ["North"]
        assert Account.objects.filter(custom__has_key=field.key).count() == 2


def test_a_field_that_cannot_be_made_is_told_on_the_page(firm: Firm) -> None:
    finished(firm, (page := planned(firm, BIRTHDAYS, 3)).send(sent(page.answer)))
    again = Page(firm, "contacts", BIRTHDAYS.replace("@k", "@m"))
    answer = again.client.post(again.address, again.columns() | {"column_3": "+field", "update": "1"})
    assert answer.status_code == 422
    assert "There is a field of this name already" in unescape(answer.content.decode())


REGIONS = "Name,Region,Mail,Post\nOwl,North,a@k.example,b@k.example\nElk,South,,\nFox,north,,\nEmu,SOUTH,,\n"


def test_what_was_answered_of_a_new_field_stays_beside_a_mistake(firm: Firm) -> None:
    page = planned(firm, REGIONS, 1, "accounts", kind_1="choice")
    name = page.questions.words[0].name
    said = {f"word_{name}": ["North", "South"], f"answer_{name}": ["empty", ""], f"others_{name}": ""}
    wrong = page.columns() | {"column_1": "+field", "column_2": "website", "column_3": "website"} | said
    page.refused(wrong | {"kind_1": "choice"})
    assert "Two columns cannot be the same field" in told(page.answer)
    assert [one.answer for one in page.questions.words[0].words] == ["empty", ""]
    page.refused(wrong | {"kind_1": "text"})
    assert (page.questions.kinds[0].kind, page.questions.words) == ("text", [])


def test_the_words_of_a_new_choice_are_proposed_to_be_added_once(firm: Firm) -> None:
    """Who takes that back is asked about them."""
    page = planned(firm, REGIONS, 1, "accounts", kind_1="choice")
    [question] = page.questions.words
    assert question.others == "add"
    data = page.columns() | {"column_1": "+field", "kind_1": "choice", f"others_{question.name}": ""}
    page.client.post(page.address, data | {"update": "1"})
    page.refused(data)
    assert [one.others for one in page.questions.words] == [""]
    for kind in ("text", "choice"):
        page.client.post(page.address, data | {"kind_1": kind, "update": "1"})
    page.answer = page.client.get(page.address)
    assert page.questions.words[0].others == "add", "it has become one anew"


def test_a_few_odd_cells_at_the_beginning_rule_no_kind_out() -> None:
    tally = FitTally(1_000)
    for cell in [*(["2026-01-02"] * 45 + ["unknown"] * 15), *(["2026-01-03"] * 200)]:
        tally.note(cell)
    assert allowed_kinds(tally.as_json())["date"] == 15


@pytest.mark.parametrize("own", [False, True])
def test_a_time_in_a_column_of_days_is_left_out_and_said_so(firm: Firm, own: bool) -> None:
    """The same for own dates and for those that ship; a midnight says no more than the day."""
    days = ["2026-01-01", "2026-01-02 00:00", "2026-01-03 00:00:00", "2026-01-04T00:00:00Z", "2026-01-05 12:00 am"]
    silent, timed = ("".join(f"Firm {place},{day}\n" for place, day in enumerate(some)) for some in (days, days[:4]))
    timed += "Owl,2026-01-02 10:30\nElk,02.01.2026 23:59:00\nBat,2026-01-02T01:00:00+02:00\n"
    for text, count in ((silent, 0), (timed, 3), (timed, 3)):
        label = "Seen" if own else "Contract ends on"
        page = Page(firm, "accounts", f"Name,{label}\n{text}")
        if own and not count:  # later ones find the field there
            page = planned(firm, f"Name,{label}\n{text}", 1, "accounts", kind_1="date")
        wanted = f"{label}: the time of day ” ({count} cells)"
        assert (wanted in told(page.answer)) == bool(count) and not page.answer.context["bad_cells"]
        run = finished(firm, page.send(sent(page.answer)))
        assert (run.refused_count, run.left_out) == (0, [[f"{label}: the time of day", count]] if count else [])
        assert (wanted in told(client_of(firm.ada).get(f"/acme/imports/{run.pk}/"))) == bool(count)
    with tenant_context(tenant_of(firm)):
        spec = record_type("accounts").spec(run.mapping[1])
        found = {one.name: spec.value(one) for one in Account.objects.all()}
        assert {found[name] for name in ("Owl", "Elk", "Bat")} == {dt.date(2026, 1, 2)}
    page = Page(firm, "accounts", "Name\nFox\n")
    shown = told(page.refused(page.columns() | {f"fixed_{spec.name}": "2026-01-02 10:30"}))
    assert "has a time, and only the day can be kept here" in shown, "what is typed for all rows is refused"


def test_days_of_a_spreadsheet_with_a_part_keep_it_where_a_time_has_a_place(firm: Firm) -> None:
    page = Page(firm, "leads", "name,email,created\nOwl,o@a.example,45384.75\nElk,e@a.example,45385\n")
    finished(firm, page.send(sent(page.answer) | {"style_created_at": "serial"}))
    with tenant_context(tenant_of(firm)):
        owl = Lead.objects.get(last_name="Owl")
        assert owl.created_at.astimezone(tenant_of(firm).zone).strftime("%Y-%m-%d %H:%M") == "2024-04-02 18:00"


@pytest.mark.parametrize("cells", [["2026-01-02", "soon", "03.01.2026"], ["2026-01-02"] * 4 + ["soon"]])
def test_a_few_dates_and_a_word_may_be_dates(firm: Firm, cells: list[str]) -> None:
    rows = "".join(f"Firm {place},{cell}\n" for place, cell in enumerate(cells))
    page = planned(firm, f"Name,Seen\n{rows}", 1, "accounts", kind_1="date")
    assert "Date (1 cell doesn’t fit)" in told(page.answer)
    [question] = page.answer.context["bad_cells"]
    assert [text for _row, text, _problem in question.cells] == ["soon"]


@pytest.mark.parametrize("none", ["0.0.00", "00/00/0000", "0000-00-00"])
def test_what_outlook_writes_for_no_birthday_keeps_no_column_from_being_one_of_dates(firm: Firm, none: str) -> None:
    found = tallied([none] * 1200 + ["31.12.1979"])
    assert (likely_kind(found, "Birthday"), allowed_kinds(found)["date"]) == ("date", 1200)
    assert "date" not in allowed_kinds(tallied([none] * 3))
    assert "date" not in allowed_kinds(tallied([none] * 3 + ["31.12.1979", "soon", "later"]))
    page = planned(firm, f"Name,Birthday\nOwl,{none}\nElk,{none}\nFox,31.12.1979\n", 1, "accounts")
    assert page.questions.kinds[0].kind == "date" and "Date (2 cells don’t fit)" in told(page.answer)
    [question] = page.answer.context["bad_cells"]
    assert [text for _row, text, _problem in question.cells] == [none] * 2, "asked, not dropped"
    assert finished(firm, page.send(sent(page.answer) | {"bad_1": "empty"})).created_count == 3


@pytest.mark.parametrize(
    ("yes", "no"), [("ja", "Nein"), ("Oui", "non"), ("Sí", "no"), ("vrai", "faux"), ("wahr", "falsch"), ("si", "No")]
)
def test_yes_and_no_of_other_languages_are_read(firm: Firm, yes: str, no: str) -> None:
    page = Page(firm, "leads", f"name,email,opted out\nOwl,o@a.example,{yes}\nElk,e@a.example,{no}\n")
    assert not page.questions.words
    finished(firm, page.send(sent(page.answer)))
    with tenant_context(tenant_of(firm)):
        assert dict(Lead.objects.values_list("last_name", "opted_out")) == {"Owl": True, "Elk": False}
    assert likely_kind(tallied([yes, no, yes]), "Member") == "yes_no"


def test_an_answer_of_yes_stays_yes_beside_a_mistake_and_is_none_of_our_guesses(firm: Firm) -> None:
    """It came back as “True”, under “Probably”."""
    page = planned(firm, "Name,VIP\nOwl,jep\nElk,nope\n", 1, "accounts", kind_1="yes_no")
    name = page.questions.words[0].name
    data = page.columns() | {"kind_1": "yes_no", f"word_{name}": ["jep", "nope"], f"answer_{name}": ["use:yes", ""]}
    html = tight(page.refused(data).content.decode())
    assert page.words(name) == {"jep": (1, "Yes"), "nope": (1, "")}
    select = re.search(rf'<select[^>]*id="answer-{name}-0".*?</select>', html, re.DOTALL)
    assert select and re.findall(r'value="([^"]*)" selected', select[0]) == ["use:yes"]
    assert "True" not in select[0] and "Probably" not in select[0]
