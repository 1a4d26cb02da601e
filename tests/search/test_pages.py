"""The search page and the command palette's answer."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.tenants.context import tenant_context
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


def test_it_says_whether_we_know_the_person(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.contact(firm.ana, first_name="Grace", last_name="Mbeki", email="grace@ubuntu.example")
    assert "Yes, we know this person." in get(firm, "grace@ubuntu.example")
    assert "Yes, we know this person." in get(firm, "Grace Mbeki")
    unknown = get(firm, "grace@elsewhere.example")
    assert "Nobody here fits this." in unknown
    assert 'href="/acme/leads/new/"' in unknown
    assert "/acme/leads/new/" not in get(firm, "grace@elsewhere.example", firm.rita).partition('id="results"')[2]


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
