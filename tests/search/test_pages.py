"""The search page and the command palette's answer."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.services import update_contact
from crm.keys.phones import phone_key, phone_keys
from crm.records.duplicates import phones_of
from crm.records.phone_keys import are_stale, is_at_work, remake_some
from crm.tenants.context import tenant_context
from leads.conversion import convert_lead
from leads.conversion.plan import ConversionPlan, new
from tests import make
from tests.people import Firm, client_of


def get(firm: Firm, text: str, member: object = None, **options: str) -> str:
    response = client_of(member or firm.ana).get("/acme/search/", {"q": text, **options})  # type: ignore[arg-type]
    assert response.status_code == 200
    return response.content.decode()


def test_results_lead_to_the_records(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, first_name="Grace", last_name="Mbeki", company="Ubuntu Solar")
    text = get(firm, "mbeki")
    assert f'href="/acme/leads/{lead.pk}/"' in text
    assert "Ubuntu Solar" in text
    assert 'value="mbeki"' in text  # the field in the frame keeps what was asked
    assert f"/acme/leads/{lead.pk}/" not in get(firm, "mbeki", firm.sam)


def test_who_is_found_by_the_firm_is_shown_with_it(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Vulcan Robotics")
        make.contact(firm.ana, first_name="Helena", last_name="Brandt", job_title="Buyer", account=account)
    contacts = get(firm, "vulcan").partition("<h2>Contacts</h2>")[2]
    assert "Helena Brandt" in contacts and "Buyer · Vulcan Robotics" in contacts


def test_money_is_written_as_people_write_it(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana, name="Quokka deal")
    text = get(firm, "quokka")
    assert "$1,000" in text
    assert "1000.00 USD" not in text


def test_it_says_whether_we_know_the_person(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.contact(firm.ana, first_name="Grace", last_name="Mbeki", email="grace@ubuntu.example")
    assert "Yes, we know this person." in get(firm, "grace@ubuntu.example")
    assert "Yes, we know this person." in get(firm, "Grace Mbeki")
    unknown = get(firm, "grace@elsewhere.example")
    assert "Nobody here fits this." in unknown
    assert 'href="/acme/leads/new/"' in unknown.partition('id="results"')[2].partition("</main>")[0]
    assert "/acme/leads/new/" not in get(firm, "grace@elsewhere.example", firm.rita).partition('id="results"')[2]


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [("王", "小明", "王小明"), ("小明", "王", "王小明"), ("철수", "김", "김철수"), ("", "王小明", "王 小明")],
)
def test_a_name_that_needs_no_space_is_found_with_and_without(firm: Firm, first: str, last: str, typed: str) -> None:
    with tenant_context(firm.tenant):
        contact = make.contact(firm.ana, first_name=first, last_name=last)
        make.contact(firm.ana, first_name="小", last_name="李")
    page = get(firm, typed)
    assert f"/acme/contacts/{contact.pk}/" in page
    assert "李" not in page


def test_a_cell_with_two_numbers_is_found_by_its_first_one_and_warned_about_by_both(firm: Firm) -> None:
    """It was kept as one long number, which nobody has."""
    first, second = "+1 416 555 0333", "+1 416 555 0444"
    both = f"{first} / {second}"
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, phone=both)
    assert f"/acme/leads/{lead.pk}/" in get(firm, "416-555-0333")
    assert phone_keys(both) == ("+14165550333", "+14165550444")
    assert phones_of({"phone": both}) == ({"+14165550333", "+14165550444"},)
    assert [phone_key(one) for one in ("030/901820 12", first)] == [phone_key("03090182012"), "+14165550333"]


@pytest.mark.parametrize(
    ("cell", "keys"),
    [
        ("0171/1234567", ["+491711234567"]),
        ("030 / 901820", ["+4930901820"]),
        ("0171/1234567;030/901820", ["+491711234567", "+4930901820"]),
        ("030 / 90182012, 0171 / 1234567", ["+493090182012", "+491711234567"]),
        ("030 901820/030 901821", ["+4930901820", "+4930901821"]),
        ("+49 30 901820, 901821", ["+4930901820"]),
        ("+1 416 555 0333 ext. 12, 13", ["+14165550333"]),
        ("+1 416 555 0333 / 555 0444", ["+14165550333"]),
        ("+1 555 010 0199 / +1 555 010 0198", ["+15550100199", "+15550100198"]),
        ("+49 30 901820; 90182100", ["+4930901820"]),
        ("0041 44 668 18 00 | +41446681801", ["+41446681800", "+41446681801"]),
    ],
)
def test_no_number_is_made_of_an_area_code_or_an_extension(
    cell: str, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.keys.phones.phone_region", lambda: "DE")
    assert (phone_key(cell), [*phone_keys(cell)]) == (keys[0], keys)


def test_a_companys_name_is_no_person_whom_we_know(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.contact(firm.ana, last_name="Kaya", account=make.account(firm.ana, name="İstanbul İthalat"))
    page = get(firm, "istanbul ithalat")
    assert "Kaya" in page and "we know this person" not in page
    assert "Yes, we know this person." in get(firm, "kaya istanbul")


def test_one_type_is_paged(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for number in range(51):
            make.account(firm.ana, name=f"Atlas {number:02}")
    text = get(firm, "atlas")
    assert "Atlas 07" in text
    assert "Atlas 08" not in text
    assert "q=atlas&amp;type=accounts" in text
    first = get(firm, "atlas", type="accounts")
    assert "Atlas 49" in first
    assert "Atlas 50" not in first
    assert "page=2" in first
    assert "Atlas 50" in get(firm, "atlas", type="accounts", page="2")
    for page in ("0", "-1", "x", "²"):
        assert "Atlas 00" in get(firm, "atlas", type="accounts", page=page)
    assert "Atlas 00" in get(firm, "atlas", type="nothing")


def test_the_palette_gets_items_alone(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, first_name="Grace", last_name="Mbeki")
    response = client_of(firm.ana).get("/acme/search/palette/", {"q": "mbe"}, HTTP_HX_REQUEST="true")
    text = response.content.decode()
    assert "<html" not in text
    assert f'class="palette-item" href="/acme/leads/{lead.pk}/"' in text
    assert client_of(firm.ana).get("/acme/search/palette/").content.decode().strip() == ""


def test_what_people_type_is_shown_as_text(firm: Firm) -> None:
    nasty = "<script>alert(1)</script>"
    with tenant_context(firm.tenant):
        make.account(firm.ana, name=nasty)
    for text in (get(firm, nasty), client_of(firm.ana).get("/acme/search/palette/", {"q": nasty}).content.decode()):
        assert nasty not in text
        assert "&lt;script&gt;" in text


def test_the_number_of_queries_does_not_follow_that_of_hits(firm: Firm) -> None:
    client = client_of(firm.ana)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/acme/search/", {"q": "atlas"})
        return sum(query["sql"].startswith(("SELECT", "(SELECT")) for query in captured)

    def add(number: int) -> None:
        with tenant_context(firm.tenant):
            account = make.account(firm.ana, name=f"Atlas {number}")
            make.lead(firm.ana, company=f"Atlas {number}")
            make.contact(firm.ana, last_name=f"Atlas{number}", account=account)
            make.opportunity(firm.ana, name=f"Atlas {number}", account=account)

    add(0)
    client.get("/acme/search/", {"q": "atlas"})
    few = queries()
    for number in range(1, 8):
        add(number)
    assert queries() == few <= 14


def test_nobody_fits_only_when_nobody_does(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.contact(firm.ana, first_name="Grace", last_name="Mbeki", phone="(416) 555-0333")
    for text in ("416 555-0333", "555-0333 ", "001 416 555 0333", "Mbeki Grace"):
        assert "Yes, we know this person." in get(firm, text), text
    assert "Nobody here fits this." in get(firm, "555-0334")
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="Spitze Räder")
    page = get(firm, "Spitze Räder")
    assert "Nobody here fits this." not in page, "a firm does"
    assert "Yes, we know" not in page


def test_a_converted_lead_stands_below_its_contact_and_says_what_it_is(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, first_name="Grace", last_name="Mbeki", company="Ubuntu", email="g@ubuntu.example")
        other = make.lead(firm.ana, first_name="Aaron", last_name="Mbeki", company="Ubuntu")
        plan = ConversionPlan(account=new(), contact=new())
        contact = convert_lead(lead_id=lead.pk, actor=firm.ana, plan=plan).contact
        assert contact is not None
    text = get(firm, "mbeki").partition('id="results"')[2]
    places = [
        text.index(f"/{key}/{one.pk}/") for key, one in (("leads", other), ("contacts", contact), ("leads", lead))
    ]
    assert places == sorted(places)
    assert "Converted" in text[places[2] :]
    with tenant_context(firm.tenant):
        contact.refresh_from_db()
        update_contact(contact=contact, actor=firm.ana, values={"last_name": "Married"})
    text = get(firm, "mbeki").partition('id="results"')[2]
    assert text.index(f"/leads/{other.pk}/") < text.index(f"/leads/{lead.pk}/")
    assert "now the contact Grace Married" in text


def test_numbers_are_read_anew_when_the_workspace_moves(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, phone="030 1234567")
        account = make.account(firm.ana, phone="0049 30 1234567")
        assert lead.phone_key != "+49301234567" and account.phone_key == "+49301234567"
        assert not are_stale()
        firm.tenant.language = "en-de"
        firm.tenant.save(update_fields=["language"])
        assert are_stale()
        while remake_some():
            assert are_stale() and is_at_work()
        assert not are_stale() and not is_at_work()
        lead.refresh_from_db()
        account.refresh_from_db()
        assert lead.phone_key == account.phone_key == "+49301234567"


def test_a_workspace_that_moves_on_while_numbers_are_read_anew_has_none_of_the_country_between(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        rows = [make.lead(firm.ana, phone="030 1234567"), make.account(firm.ana, phone="030 7654321")]

        def move(language: str) -> None:
            firm.tenant.language = language
            firm.tenant.save(update_fields=["language"])

        def keys() -> list[str]:
            for row in rows:
                row.refresh_from_db()
            return [row.phone_key for row in rows]

        def finish() -> None:
            while remake_some():
                pass
            assert not are_stale()

        move("en-de")
        finish()
        assert keys() == ["+49301234567", "+49307654321"]
        for there in ("en-gb", "en-de"):  # on to a third one, and back again half way
            move("en-fr")
            while not any(key.startswith("+33") for key in keys()):
                remake_some()
            assert not all(key.startswith("+33") for key in keys()), "half way"
            move(there)
            assert are_stale()
            finish()
            assert keys() == [f"+{44 if there == 'en-gb' else 49}{number}" for number in ("301234567", "307654321")]
