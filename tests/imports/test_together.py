"""Accounts, contacts and opportunities from files that name each other, up to what the reports say of them."""

from __future__ import annotations

import csv
import io
from html import unescape

from accounts.models import Account
from contacts.models import Contact
from crm.events.delivery import deliver_all
from crm.tenants.context import tenant_context
from crm.users.models import Role
from tests import make
from tests.imports.steps import bring_in, download, tenant_of
from tests.people import Firm, client_of

ACCOUNTS = """account_id,account,sector,year_established,revenue,office_location,subsidiary_of
a1,Acme Corporation,technolgy,1996,1100.04,United States,
a2,Betasoloin,medical,1999,251.41,United States,
a3,Bluth Company,technolgy,1993,1242.32,United States,Acme Corporation
"""
CONTACTS = """id,First name,Last name,E-mail,Account,Reports to,Relationship
c1,Helena,Brandt,helena@acme.example,Acme Corporation,Rosa Lind,
c2,Bob,Cole,bob@beta.example,a2,c1,
c3,Rosa,Lind,rosa@acme.example,ACME corporation,,
c4,Ida,Moss,ida@gone.example,Nowhere Ltd,,
c5,Jon,Nils,jon@beta.example,Betasoloin,Nobody Known,
"""
PIPELINE = """opportunity_id,sales_agent,account,deal_stage,engage_date,close_date,close_value
o1,Moses Frase,Acme Corporation,Won,2016-10-20,2017-03-01,1054
o2,Moses Frase,Acme Corporation,Won,2016-10-25,2017-03-11,4514
o3,Darcel Schlecht,Betasoloin,Won,2016-10-25,2017-03-07,50
o4,Darcel Schlecht,Betasoloin,Lost,2016-10-25,2017-03-09,0
o5,Moses Frase,Bluth Company,Engaging,2016-12-01,,900
o6,Darcel Schlecht,,Engaging,2016-12-02,,
"""


def test_contacts_find_their_accounts_by_name_and_by_external_id(firm: Firm) -> None:
    assert bring_in(firm, "accounts", ACCOUNTS).created_count == 3
    run = bring_in(firm, "contacts", CONTACTS, unknown="refuse")
    assert (run.created_count, run.refused_count) == (3, 2)
    with tenant_context(firm.tenant):
        found = {one.external_id: one for one in Contact.objects.select_related("account", "reports_to")}
        accounts = {key: one.account.name for key, one in found.items()}
        bosses = {key: one.reports_to.name for key, one in found.items() if one.reports_to}
    assert accounts == {"c1": "Acme Corporation", "c2": "Betasoloin", "c3": "Acme Corporation"}
    assert bosses == {"c1": "Rosa Lind", "c2": "Helena Brandt"}, "also of those further down"
    refused = download(firm, run)
    assert "Nothing is called “Nowhere Ltd”." in refused and "Nothing is called “Nobody Known”." in refused
    bring_in(firm, "accounts", "name\nNowhere Ltd\n")
    again = bring_in(firm, "contacts", refused.replace("Nobody Known", ""), unknown="refuse")
    assert (again.created_count, again.refused_count) == (2, 0)


def test_contacts_find_no_account_that_the_importer_may_not_see(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role = Role.objects.get(pk=firm.max.role_id)
        role.access["accounts"]["view"] = "own"
        role.save(update_fields=["access"])
        make.account(firm.ada, name="Falcon")
    text = "last name,email,account\nBell,ann@falcon.example,Falcon\n"
    run = bring_in(firm, "contacts", text, member=firm.max, unknown="refuse")
    assert (run.created_count, run.refused_count) == (0, 1)
    assert "Nothing is called “Falcon”." in download(firm, run)
    assert bring_in(firm, "contacts", text, unknown="refuse").created_count == 1


def csv_of(firm: Firm, report: str, table: str) -> dict[str, dict[str, str]]:
    """A report's table over HTTP, by the first cell of each line; the page must show it too."""
    client, address = client_of(firm.ada), f"/{firm.tenant.slug}/reports/{report}/"
    page = client.get(address, {"period": "all"})
    assert page.status_code == 200
    answer = client.get(f"{address}csv/", {"period": "all", "table": table})
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    found = {next(iter(line.values())): line for line in lines}
    text = unescape(page.content.decode())
    assert all(name in text for name in found)
    return found


def test_from_two_files_to_the_reports(fresh_firm: Firm) -> None:
    assert bring_in(fresh_firm, "accounts", ACCOUNTS).created_count == 3
    run = bring_in(fresh_firm, "opportunities", PIPELINE)
    assert (run.created_count, run.refused_count) == (5, 1)
    assert "Choose an account or a contact" in download(fresh_firm, run)
    with tenant_context(tenant_of(fresh_firm)):
        assert Account.objects.get(name="Bluth Company").parent.name == "Acme Corporation"
        deliver_all()

    pipeline = csv_of(fresh_firm, "pipeline", "stage")
    assert {name: line["Opportunities"] for name, line in pipeline.items() if line["Opportunities"] != "0"} == {
        "Engaging": "1",
        "All": "1",
    }
    assert csv_of(fresh_firm, "pipeline", "owner")["Moses Frase"]["Amount USD"] == "900.00"
    ratio = csv_of(fresh_firm, "close-ratio", "owner")
    assert {name: (line["Won"], line["Won value USD"], line["Lost"]) for name, line in ratio.items()} == {
        "Moses Frase": ("2", "5568.00", "0"),
        "Darcel Schlecht": ("1", "50.00", "1"),
        "All": ("3", "5618.00", "1"),
    }
    assert (ratio["Darcel Schlecht"]["Close ratio %"], ratio["All"]["Close ratio %"]) == ("50.00", "75.00")
    types = csv_of(fresh_firm, "accounts-by-type", "type")
    assert [types[name]["Accounts"] for name in ("Customer", "Prospect", "All")] == ["2", "1", "3"]
