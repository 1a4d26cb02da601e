"""Rows about records that exist, or about the same one as another row; and the rows of a dry run, one by one."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from contacts.models import Contact
from crm.events.delivery import deliver_all
from crm.imports import running
from crm.imports.models import Import, ImportRow, RefusedRow
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import bring_in, download, finished, upload
from tests.people import Firm, client_of

CASES = Path(__file__).parent / "cases"
TWICE = (CASES / "g04-same-file-twice.csv").read_bytes()

LEADS = "first name,last name,email,company,city\nAnn,Bell,ann@falcon.example,Falcon,Ulm\nBo,Fox,,Heron,\n"
LEADS = (
    LEADS.replace("email,", "email,phone,").replace("falcon.example,", "falcon.example,,").replace("Fox,,", "Fox,,1,")
)
CONTACTS = "first name,last name,email,account,city\nAnn,Bell,ann@falcon.example,Falcon,Ulm\nBo,Fox,,Falcon,Bonn\n"
ACCOUNTS = "name,website,city\nFalcon,falcon.example,Ulm\nHeron,,Bonn\n"
DEALS = "name,account,amount,opened on\nRoof,Falcon,100,2026-01-02\nWall,Falcon,200,2026-01-02\n"
FILES = {"leads": LEADS, "contacts": CONTACTS, "accounts": ACCOUNTS, "opportunities": DEALS}


def counts(run: Import) -> tuple[int, int, int, int, int]:
    """Created, changed, the same, skipped, refused."""
    return (run.created_count, run.updated_count, run.unchanged_count, run.skipped_count, run.refused_count)


def page_of(firm: Firm, run: Import, query: str = "") -> str:
    return unescape(client_of(firm.ada).get(f"/{firm.tenant.slug}/imports/{run.pk}/{query}").content.decode())


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("key", list(FILES))
def test_the_same_file_again_changes_nothing(firm: Firm, key: str) -> None:
    assert counts(bring_in(firm, key, FILES[key])) == (2, 0, 0, 0, 0)
    assert counts(bring_in(firm, key, FILES[key])) == (0, 0, 2, 0, 0)


@pytest.mark.parametrize(
    ("key", "old", "new", "change"),
    [
        ("leads", "Ulm", "Kiel", "City: Ulm → Kiel"),
        ("contacts", "Bonn", "Kiel", "City: Bonn → Kiel"),
        ("accounts", "Ulm", "Kiel", "City: Ulm → Kiel"),
        ("opportunities", ",100,", ",150,", "Amount: $100 → $150"),
    ],
)
def test_a_second_import_shows_what_would_change_field_by_field(
    firm: Firm, key: str, old: str, new: str, change: str
) -> None:
    bring_in(firm, key, FILES[key])
    tried = finished(firm, upload(firm, key, FILES[key].replace(old, new), dry_run="1"))
    assert counts(tried) == (0, 1, 1, 0, 0)
    assert change in words(page_of(firm, tried, "?outcome=updated"))
    assert change not in words(page_of(firm, tried, "?outcome=unchanged"))


@pytest.mark.parametrize(("existing", "made"), [("update", 0), ("skip", 0), ("create", 2)])
def test_what_exists_is_updated_skipped_or_made_again(firm: Firm, existing: str, made: int) -> None:
    bring_in(firm, "leads", LEADS)
    run = bring_in(firm, "leads", LEADS.replace("Ulm", "Kiel"), existing=existing)
    assert counts(run) == {"update": (0, 1, 1, 0, 0), "skip": (0, 0, 0, 2, 0), "create": (2, 0, 0, 0, 0)}[existing]
    with tenant_context(firm.tenant):
        assert Lead.objects.count() == 2 + made
        assert Lead.objects.filter(city="Kiel").count() == (0 if existing == "skip" else 1)


@pytest.mark.parametrize(("clear", "city"), [("", "Ulm"), ("on", "")])
def test_an_empty_cell_takes_nothing_away_unless_that_is_asked(firm: Firm, clear: str, city: str) -> None:
    bring_in(firm, "accounts", "name,city,country\nFalcon,Ulm,Germany\n")
    bring_in(firm, "accounts", "name,city\nFalcon,\n", **({"clear_empty": clear} if clear else {}))
    with tenant_context(firm.tenant):
        account = Account.objects.get()
        assert (account.city, account.country) == (city, "Germany"), "what is no column of the file stays in any case"


@pytest.mark.parametrize("key", ["leads", "contacts"])
def test_two_rows_of_one_person_are_told(firm: Firm, key: str) -> None:
    from tests.imports.test_words import Page

    page = Page(firm, key, TWICE)
    text = words(unescape(page.answer.content.decode()))
    assert "One row seems to be about the same one as an earlier row of this file: row 3 and row 2" in text
    tried = finished(firm, upload(firm, key, TWICE, dry_run="1"))
    assert (counts(tried), tried.folded_count) == ((1, 0, 0, 0, 0), 1), "its address in other case"
    assert "Same as row 2 of this file (e-mail address)." in page_of(firm, tried)
    again = finished(firm, upload(firm, key, TWICE, dry_run="1", existing="create"))
    assert counts(again) == (2, 0, 0, 0, 0)


def test_rows_of_one_company_are_told_by_its_name_as_written(firm: Firm) -> None:
    """They were told by what names are compared by: "muller & sohne gmbh"."""
    from tests.imports.test_words import Page

    page = Page(firm, "accounts", "name,city\nMüller & Söhne GmbH,Ulm\nMüller & Söhne GmbH,Ulm\n")
    text = words(unescape(page.answer.content.decode()))
    assert "row 3 and row 2 (Müller & Söhne GmbH)" in text and "sohne" not in text


def test_a_mailbox_of_two_people_makes_neither_the_other(firm: Firm) -> None:
    text = "first name,last name,email\nAnn,Bell,office@falcon.example\nBob,Fox,office@falcon.example\n"
    run = finished(firm, upload(firm, "contacts", text, dry_run="1"))
    assert counts(run) == (2, 0, 0, 0, 0)
    assert "Perhaps there already: Ann Bell." in page_of(firm, run)


def test_firms_of_one_name_elsewhere_are_two(firm: Firm) -> None:
    """Another web address or another country; a like name alone is told."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Mercury Ltd", website="https://mercury-uk.example", country="UK")
    text = "name,website,country\nMercury Ltd,mercury-us.example,US\nMercury Ltd,,Canada\nMercury Limited,,\n"
    run = finished(firm, upload(firm, "accounts", text, dry_run="1"))
    assert run.updated_count == 0
    rows = page_of(firm, run).partition("Row by row")[2]
    assert rows.count("Perhaps there already: Mercury Ltd.") == 1
    assert "Perhaps there already: Mercury Ltd (UK), same name." in rows
    assert rows.count("Perhaps there already: Mercury Ltd, Mercury Ltd.") == 2, "and the rows before"


def test_rows_of_one_firm_that_is_written_in_two_ways_are_told(firm: Firm) -> None:
    text = "name\nSmith & Co\nSmith and Co.\nMueller + Soehne\nMüller und Söhne GmbH\nSmithson\n"
    run = finished(firm, upload(firm, "accounts", text, dry_run="1"))
    rows = page_of(firm, run).partition("Row by row")[2]
    assert counts(run) == (5, 0, 0, 0, 0)
    assert "Perhaps there already: Smith & Co." in rows and "Perhaps there already: Mueller + Soehne." in rows
    assert rows.count("Perhaps there already") == 2


def test_what_is_like_a_new_row_is_told_with_the_reason(firm: Firm) -> None:
    """Before anything is written: by phone, domain or name of what no natural key is sure of."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon", website="falcon.example")
        make.contact(firm.ada, first_name="Ann", last_name="Bell", phone="212 555 0142")
        make.lead(firm.ada, first_name="Ann", last_name="Bell", phone="212 555 0142", company="Falcon")
    cases = {
        "accounts": ("name,website\nNew Ltd,www.falcon.example\n", "Falcon, same domain."),
        "contacts": ("first name,last name,phone\nA.,B.,001 212 555 0142\n", "Ann Bell, same phone."),
        "leads": (
            "first name,last name,phone\nA.,B.,+1 212 555 0142\n",
            "Already a contact: Ann Bell, same phone. Perhaps there already: Ann Bell (Falcon), same phone.",
        ),
    }
    for key, (text, told) in cases.items():
        run = finished(firm, upload(firm, key, text, dry_run="1"))
        assert counts(run) == (1, 0, 0, 0, 0)
        assert told in words(page_of(firm, run)), key


def test_a_row_that_may_be_about_several_is_refused(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for _number in range(2):
            make.lead(firm.ada, first_name="Ann", last_name="Bell", email="ann@falcon.example")
    run = bring_in(firm, "leads", "first name,last name,email\nAnn,Bell,ANN@falcon.example\n")
    assert counts(run) == (0, 0, 0, 0, 1)
    assert "Several have this e-mail address: Ann Bell, Ann Bell." in download(firm, run)


def test_records_out_of_sight_are_not_found(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role = firm.max.role
        role.access["leads"] = {"view": "own", "create": "all", "edit": "own", "delete": "own"}
        role.save()
        make.lead(firm.ada, first_name="Ann", last_name="Bell", email="ann@falcon.example", city="Ulm")
    text = "first name,last name,email,city\nAnn,Bell,ann@falcon.example,Kiel\n"
    assert counts(bring_in(firm, "leads", text, member=firm.max)) == (1, 0, 0, 0, 0)
    assert counts(bring_in(firm, "leads", text, member=firm.max)) == (0, 0, 1, 0, 0)
    with tenant_context(firm.tenant):
        assert sorted(Lead.objects.values_list("city", flat=True)) == ["Kiel", "Ulm"]


def test_sales_of_one_name_on_other_days_are_two(firm: Firm) -> None:
    text = "name,account,stage,closed on\nRenewal,Falcon,Won,2024-03-01\nRenewal,Falcon,Won,2025-03-01\n"
    assert bring_in(firm, "opportunities", text).created_count == 2
    assert bring_in(firm, "opportunities", text).unchanged_count == 2
    with tenant_context(firm.tenant):
        assert Opportunity.objects.count() == 2


def test_a_dry_run_meets_rows_of_earlier_batches(fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 5)
    filler = "".join(f"F{n},L{n},f{n}@x.example,Ulm\n" for n in range(12))
    head = "first name,last name,email,city\n"
    text = f"{head}Ann,Bell,ann@falcon.example,Ulm\n{filler}Ann,Bell,ANN@falcon.example,Kiel\n"
    run = finished(fresh_firm, upload(fresh_firm, "contacts", text, dry_run="1"))
    assert (counts(run), run.folded_count) == ((13, 0, 0, 0, 0), 1)
    with tenant_context(fresh_firm.tenant):
        row = ImportRow.objects.get(number=15)
        assert row.remarks == ["Same as row 2 of this file (e-mail address)."]
        assert ["City", "Ulm", "Kiel"] in row.changes
        assert not Contact.objects.exists()


def test_the_rows_of_a_dry_run_are_listed_in_pages(firm: Firm) -> None:
    rows = "".join(f"Firm {number},{'x' if number == 70 else number}\n" for number in range(1, 121))
    run = finished(firm, upload(firm, "accounts", f"name,employees\n{rows}", dry_run="1"))
    assert counts(run) == (119, 0, 0, 0, 1)
    first, third = page_of(firm, run), page_of(firm, run, "?page=3")
    assert "Firm 50" in first and "Firm 51" not in first and "?outcome=&page=2" in first
    assert "Firm 101" in third and "Firm 100" not in third
    refused = words(page_of(firm, run, "?outcome=refused").partition("Row by row")[2])
    assert "71 Would be refused" in refused and "“x”" in refused and "Firm 1 " not in refused
    for query in ("?outcome=nonsense", "?page=99999999999", "?page=-1", "?page=²"):
        assert client_of(firm.ada).get(f"/acme/imports/{run.pk}/{query}").status_code == 200
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    finished(firm, run)
    with tenant_context(firm.tenant):
        assert not ImportRow.objects.exists()


@pytest.mark.parametrize(
    ("text", "state", "button"),
    [
        ("name\nHeron\nFalcon\n", "Done", "Create 2 accounts"),
        ("name,city\nKnown,Kiel\n", "Done", "Change 1 account"),
        ("name,city\nKnown,Kiel\nHeron,\n", "Done", "Create 1 and change 1 account"),
        ("name,employees\nHeron,x\n", "Nothing would come in", ""),
        ("name\nKnown\n", "Nothing would change", ""),
    ],
)
def test_the_button_says_what_will_happen(firm: Firm, text: str, state: str, button: str) -> None:
    """And when nothing can be imported there is none, and nothing is green."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Known", city="Ulm")
    run = finished(firm, upload(firm, "accounts", text, dry_run="1"))
    page = page_of(firm, run)
    assert f"{state}</span>" in page
    assert ("badge tone-success" in page.partition("<progress")[0]) == bool(button)
    if button:
        assert f">{button}</button>" in page
    else:
        assert "There is nothing to import." in page and "button-primary" not in page.partition("run-progress")[2]


def test_a_result_of_nothing_is_not_green(firm: Firm) -> None:
    for text, tone in (("name,employees\nHeron,x\n", "warning"), ("name\nHeron\n", "success")):
        run = bring_in(firm, "accounts", text)
        assert run.state == RunState.DONE
        assert f"badge tone-{tone}" in page_of(firm, run).partition("<progress")[0]


LOST = "name,account,stage,loss reason\nA,Falcon,Lost,\nB,Falcon,Lost,Price too high\nC,Falcon,Won,\nD,Falcon,Lost,\n"
CLOSED = "last name,email,status\nA,a@x.example,Unqualified\nB,b@x.example,New\n"


@pytest.mark.parametrize("text", [LOST, LOST.replace(",loss reason", "").replace(",Price too high", "")])
def test_a_reason_that_nobody_gave_is_asked_once_and_never_invented(firm: Firm, text: str) -> None:
    from tests.imports.test_words import Page

    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
        other = make.reason("loss_reason", "other")
    page = Page(firm, "opportunities", text)
    asked = 2 if "Price" in text else 3
    [gap] = page.questions.gaps
    assert gap.text == f"Why were these opportunities lost? Rows that do not say: {asked}."
    columns = page.columns()
    page.refused(columns)
    expected: dict[str, Any] = {
        "unknown": (4, 0, asked, 0),
        f"use:{other.pk}": (4, 0, 0, asked),
        "refuse": (4 - asked, asked, 0, 0),
    }
    for answer, (created, refused, without, with_other) in expected.items():
        page = Page(firm, "opportunities", text)
        run = finished(firm, page.send(columns | {"gap_loss_reason": answer}))
        assert (run.created_count, run.refused_count) == (created, refused)
        with tenant_context(firm.tenant):
            lost = Opportunity.objects.filter(stage__meaning="lost")
            assert lost.filter(loss_reason=None).count() == without
            assert lost.filter(loss_reason=other).count() == with_other
            Opportunity.objects.update(deleted_at=timezone.now())


@pytest.mark.parametrize("answer", ["unknown", "reason", "refuse"])
def test_leads_closed_without_a_reason_are_asked_about(firm: Firm, answer: str) -> None:
    from tests.imports.test_words import Page

    page = Page(firm, "leads", CLOSED)
    assert page.questions.gaps[0].text == "Why were these leads closed as unqualified? Rows that do not say: 1."
    page.refused(page.columns())
    with tenant_context(firm.tenant):
        reason = make.reason("unqualified_reason", "not_real")
    chosen = f"use:{reason.pk}" if answer == "reason" else answer
    run = finished(firm, page.send(page.columns() | {"gap_unqualified_reason": chosen}))
    assert run.created_count == (1 if answer == "refuse" else 2)
    with tenant_context(firm.tenant):
        given = list(Lead.objects.filter(name="A").values_list("unqualified_reason_id", flat=True))
    assert given == {"unknown": [None], "reason": [reason.pk], "refuse": []}[answer]


def test_the_columns_page_shows_values_as_they_will_be_stored(firm: Firm) -> None:
    from tests.imports.test_words import Page

    text = (
        "name;account;amount;opened;probability\nA;Falcon;12.000 €;3.4.2026;10 %\nB;Falcon;1.500,00;2026-04-05;\n"
        "C;Falcon;many;Friday;\nD;Ørn;;;\n"
    )
    page = words(unescape(Page(firm, "opportunities", text).answer.content.decode()))
    for shown in ("12.000 € → €12,000.00", "1.500,00 → $1,500.00", "3.4.2026 → Apr 3, 2026", "10 % → 10%"):
        assert shown.replace(".00", "") in page.replace(".00", ""), shown
    assert "many “many” is not a number." in page
    assert "Ørn asked below" in page


def test_a_column_that_can_be_read_in_two_ways_is_asked_about(firm: Firm) -> None:
    from tests.imports.test_words import Page

    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Falcon")
    page = Page(firm, "opportunities", "name,account,amount,opened on\nA,Falcon,1.500,03/04/2026\n")
    assert {one.name for one in page.questions.styles} == {"amount", "opened_on"}
    assert "1.500 asked below" in words(page.answer.content.decode())
    page.refused(page.columns())
    answers = {"style_amount": ",", "style_opened_on": "day"}
    page.client.post(page.address, page.columns() | answers | {"update": "1"})
    assert "1.500 → $1,500" in words(page.client.get(page.address).content.decode())
    run = finished(firm, page.send(page.columns() | {"style_amount": ",", "style_opened_on": "day"}))
    assert run.created_count == 1
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.get()
        assert (deal.amount_minor, deal.opened_on.isoformat()) == (1_500_00, "2026-04-03")


def test_a_country_by_another_name_is_the_same_firm(firm: Firm) -> None:
    bring_in(firm, "accounts", "name,country,website\nAcme,Germany,acme.example\n")
    again = "name,country,website\nAcme,Deutschland,https://www.linkedin.com/company/acme\n"
    assert counts(bring_in(firm, "accounts", again)) == (0, 1, 0, 0, 0)
    assert counts(bring_in(firm, "accounts", "name,country\nAcme,Austria\n")) == (1, 0, 0, 0, 0)


def test_ids_that_differ_by_case_are_two(firm: Firm) -> None:
    bring_in(firm, "accounts", "external id,name\n001A0000abc,Kestrel\n001A0000aBc,Osprey\n")
    text = (
        "last name,email,account\nBell,a@k.example,001A0000abc\nFox,b@k.example,001A0000aBc\nHill,c@k.example,OSPREY\n"
    )
    assert bring_in(firm, "contacts", text).created_count == 3
    with tenant_context(firm.tenant):
        found = dict(Contact.objects.values_list("last_name", "account__name"))
    assert found == {"Bell": "Kestrel", "Fox": "Osprey", "Hill": "Osprey"}


def test_a_row_has_the_number_that_it_has_in_the_file(firm: Firm) -> None:
    """Lines above the header and empty ones count, as in a spreadsheet; so it is in every place."""
    from tests.imports.test_words import Page

    text = "Fair of 2026\n\nname,email,employees\nAnn,a@k.example,1\n\nBo,b@k.example,x\nAnn,a@k.example,2\n"
    page = words(unescape(Page(firm, "leads", text).answer.content.decode()))
    assert "row 3 names the columns" in page and "row 7 and row 4" in page
    run = finished(firm, upload(firm, "leads", text, dry_run="1"))
    with tenant_context(firm.tenant):
        rows = {row.number: row.outcome for row in ImportRow.objects.all()}
        assert (rows, RefusedRow.objects.get().number) == ({4: "created", 6: "refused", 7: "folded"}, 6)
    assert "Same as row 4 of this file" in page_of(firm, run)
    assert download(firm, run).splitlines()[1].startswith("Bo,b@k.example,x,6,")


def test_a_dry_run_shows_a_contact_of_a_customer_as_the_client_that_it_becomes(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        customer = make.account(firm.ada, name="Falcon", type=make.reason("account_type", "customer"))
        make.account(firm.ada, name="Heron")
    text = "last name,account\nBell,Falcon\nFox,Heron\n"
    run = finished(firm, upload(firm, "contacts", text, dry_run="1"))
    with tenant_context(firm.tenant):
        shown = {row.name: dict((label, new) for label, _old, new in row.changes) for row in ImportRow.objects.all()}
        assert {name: row["Relationship"] for name, row in shown.items()} == {"Bell": "Client", "Fox": "Prospect"}
    client_of(firm.ada).post(f"/acme/imports/{run.pk}/run/", {"import": "1", "tried": f"{run.tried_at}"})
    finished(firm, run)
    with tenant_context(firm.tenant):
        deliver_all()
        assert Contact.objects.get(account=customer).relationship.label == "Client"


def test_a_name_in_another_spelling_is_looked_up_as_it_is_compared(firm: Firm) -> None:
    """The records were loaded by one spelling and compared by all."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Smith & Jones Ltd")
        make.account(firm.ada, name="Vitamin Pharma")
    run = bring_in(firm, "accounts", "name,city\nSmith and Jones,Ulm\nVitamin E Pharma,Bonn\n")
    with tenant_context(firm.tenant):
        told = [reason for row in RefusedRow.objects.filter(run=run) for reason in row.reasons]
    assert len(told) == 1 and "Perhaps there already: Smith & Jones Ltd" in told[0]
