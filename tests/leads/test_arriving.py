"""Leads that an import brings in as converted."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account
from contacts.models import Contact
from crm.fields.models import TagLink
from crm.imports import batches, outcome, running
from crm.imports.models import Import, RefusedRow
from crm.imports.trying import Tried
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.conversion import undo_conversion
from leads.models import Conversion, Lead
from leads.services import meaning_of
from leads.vetting.rule import Gate, Needs, Unmet
from leads.vetting.settings import CONVERSION_GATE
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import run_import, sent, told
from tests.people import Firm, client_of

HEAD = "External id,First name,Last name,Company,E-mail,Status,Owner\n"
ROWS = (
    "1,Ann,Bell,Kestrel,ann@kestrel.example,Converted,Ana Owner\n"
    "2,Bob,Cole,Kestrel Ltd,bob@kestrel.example,Converted,Ana Owner\n"
    "3,Cid,Dorn,Falcon,cid@falcon.example,Working,Ana Owner\n"
    "4,Dee,Emm,Falcon,,Converted,Ana Owner\n"
    "5,Eve,Fox,Falcon,eve@falcon.example,Converted,Sam Seller\n"
)


def bring_in(firm: Firm, text: str, member: Any = None, dry_run: bool = False) -> Import:
    client = client_of(member or firm.max)
    file = SimpleUploadedFile("leads.csv", text.encode())
    address = client.post("/acme/imports/new/leads/", {"file": file})["Location"]
    client.post(address, sent(client.get(address)) | ({"dry_run": "1"} if dry_run else {}))
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        job = Import.objects.latest("made_at")
    run_import(Tenant.objects.get(pk=firm.tenant.pk), job.pk)
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        job.refresh_from_db()
        assert job.state == "done", job.problem
    return job


def refused(firm: Firm, job: Import) -> dict[int, str]:
    with tenant_context(firm.tenant):
        return {row.number: " ".join(row.reasons) for row in RefusedRow.objects.filter(run=job)}


def test_rows_that_are_converted_are_converted_by_the_one_service(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        known = make.contact(firm.ana, first_name="Bob", last_name="Cole", email="bob@kestrel.example")
    job = bring_in(firm, HEAD + ROWS)
    assert (job.created_count, job.refused_count) == (3, 2)
    with tenant_context(firm.tenant):
        ann, bob, cid = Lead.objects.order_by("external_id").select_related("account", "contact")
        assert [meaning_of(lead) for lead in (ann, bob, cid)] == ["converted", "converted", "working"]
        assert ann.account == bob.account == Account.objects.get()
        assert ann.account.name == "Kestrel" and ann.account.owner == firm.ana
        assert bob.contact == known
        assert (Contact.objects.count(), Opportunity.objects.count(), Conversion.objects.count()) == (2, 0, 2)


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_they_become_is_told_beside_the_rows(firm: Firm, dry_run: bool) -> None:
    """In the dry run, and of the import: but for what was there."""
    with tenant_context(firm.tenant):
        make.contact(firm.ana, first_name="Bob", last_name="Cole", email="bob@kestrel.example")
    job = bring_in(firm, HEAD + ROWS, dry_run=dry_run)
    page = told(client_of(firm.max).get(f"/acme/imports/{job.pk}/"))
    assert "Accounts: Kestrel Contacts: Ann Bell" in page
    assert "What would be added beside the rows" in page if dry_run else "What was added beside the rows" in page
    plain = bring_in(firm, HEAD + "9,Una,Vole,Rook,una@rook.example,Working,Ana Owner\n", dry_run=dry_run)
    assert "added beside" not in told(client_of(firm.max).get(f"/acme/imports/{plain.pk}/"))


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("batch", [1, 500])
def test_two_of_one_name_are_told_as_two(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, *, dry_run: bool, batch: int
) -> None:
    """Contacts of two firms, that is; the firm of two of them is one, whose rows come in one after the other."""
    monkeypatch.setattr(running, "BATCH", batch)
    rows = ("1,Jo,Smith,Kestrel,a@kestrel", "2,Jo,Smith,Falcon,b@falcon", "3,Al,Fox,Kestrel,c@kestrel")
    text = "".join(f"{row}.example,Converted,Ana Owner\n" for row in rows)
    monkeypatch.setattr(outcome, "MOST_ADDED", 2)
    job = bring_in(firm, HEAD + text, dry_run=dry_run)
    assert {what: (len(names), job.added_more.get(what, 0)) for what, names in job.added.items()} == {
        "accounts": (2, 0),
        "contacts": (2, 1),
    }


def test_a_row_that_cannot_be_converted_is_refused_wholly(firm: Firm) -> None:
    job = bring_in(firm, HEAD + ROWS)
    reasons = refused(firm, job)
    assert set(reasons) == {5, 6}, "as the sheet counts them, its heading line too"
    assert "Give an e-mail address" in reasons[5]
    assert "may not convert" in reasons[6], "a manager of team East may not change a lead of West's"
    with tenant_context(firm.tenant):
        assert not Lead.objects.filter(external_id__in=["4", "5"]).exists()
        assert not Contact.objects.filter(last_name="Fox").exists()
    assert bring_in(firm, HEAD + ROWS, firm.ada).created_count == 1, "who may, can"


def test_the_same_file_again_changes_nothing(firm: Firm) -> None:
    bring_in(firm, HEAD + ROWS)
    job = bring_in(firm, HEAD + ROWS)
    assert (job.created_count, job.updated_count, job.unchanged_count, job.refused_count) == (0, 0, 3, 2)
    job = bring_in(firm, HEAD + ROWS.replace("Kestrel,ann", "Kestrel Group,ann"))
    assert "is read-only" in refused(firm, job)[2]


def test_a_lead_that_is_open_here_is_converted_by_a_row_that_says_so(firm: Firm) -> None:
    bring_in(firm, HEAD + ROWS)
    job = bring_in(firm, HEAD + "3,Cid,Dorn,Falcon Air,cid@falcon.example,Converted,Ana Owner\n")
    assert (job.created_count, job.updated_count) == (0, 1)
    with tenant_context(firm.tenant):
        cid = Lead.objects.select_related("account").get(external_id="3")
        assert (meaning_of(cid), cid.account.name) == ("converted", "Falcon Air")


def test_a_dry_run_says_the_same_and_leaves_nothing(firm: Firm) -> None:
    job = bring_in(firm, HEAD + ROWS, dry_run=True)
    assert (job.created_count, job.refused_count) == (3, 2)
    with tenant_context(firm.tenant):
        assert not Lead.objects.exists() and not Account.objects.exists()


def test_the_gate_holds_for_files_too(firm: Firm) -> None:
    tenant = Tenant.objects.get(pk=firm.tenant.pk)
    with tenant_context(tenant):
        CONVERSION_GATE.keep(Gate(Needs.ALL, frozenset(), Unmet.BLOCK))
    job = bring_in(firm, HEAD + ROWS)
    assert job.created_count == 1
    assert "Not vetted yet" in refused(firm, job)[2]


MANY = """External id,First name,Last name,Company,E-mail,Phone,Status,Tags,Converted date
1,Ann,Bell,Heron Ltd,ann@heron.example,,Converted,VIP,2019-03-04
2,Bob,Cole,Heron,bob@heron.example,,Converted,,
3,Kim,Lee,Osprey,kim@osprey.example,,Converted,VIP; Fair,
4,Cid,Dorn,Merlin,cid@merlin.example,,Converted,,
5,Dee,Emm,Merlin Group,dee@merlin.example,,Converted,Fair,
6,Eve,Fox,Merlin,eve@merlin.example,,Converted,,
7,Jörg,Gast,Møller Skibe,,+45 33 12 34 56,Converted,,
8,Joerg,Gast,Moeller Skibe A/S,,+45 33 12 34 56,Converted,,
9,,,Falcon,info@falcon.example,,Converted,,
10,Gil,Hart,,gil@gmail.com,,Converted,,
11,Hal,Ives,Falcon,hal@falcon.example,,Working,,
12,Ida,Jung,Merlin,ida@merlin.example,,Unqualified,,
"""


@pytest.mark.parametrize(("batch", "collected"), [(500, True), (5, False)])
def test_leads_that_arrive_together_become_what_they_would_one_by_one(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, batch: int, collected: bool
) -> None:
    """Those of one firm into one account, those that are here into what is here; and each can be taken back."""
    monkeypatch.setattr(running, "BATCH", batch)
    monkeypatch.setattr(batches, "Tried", partial(Tried, collected=collected))
    with tenant_context(firm.tenant):
        heron = make.account(firm.ada, name="Heron", website="heron.example")
        kim = make.contact(firm.ada, first_name="Kim", last_name="Lee", email="kim@osprey.example")
    for dry_run in (True, False):
        job = bring_in(firm, MANY, firm.ada, dry_run)
        assert (job.created_count, job.refused_count) == (12, 0)
    with tenant_context(firm.tenant):
        leads = {lead.external_id: lead for lead in Lead.objects.select_related("account", "contact")}
        became = {
            one: (lead.account and lead.account.name, lead.contact and lead.contact.name) for one, lead in leads.items()
        }
        assert became == {
            "1": ("Heron", "Ann Bell"),
            "2": ("Heron", "Bob Cole"),
            "3": ("Osprey", "Kim Lee"),
            **{one: ("Merlin", name) for one, name in (("4", "Cid Dorn"), ("5", "Dee Emm"), ("6", "Eve Fox"))},
            "7": ("Møller Skibe", "Jörg Gast"),
            "8": ("Moeller Skibe A/S", "Jörg Gast"),  # of accounts a name alone is never sure
            "9": ("Falcon", None),
            "10": (None, "Gil Hart"),
            **{one: (None, None) for one in ("11", "12")},
        }  # fmt: skip
        assert (leads["1"].account, leads["3"].contact) == (heron, kim)
        assert (Account.objects.count(), Contact.objects.count()) == (6, 8)
        kim.refresh_from_db()
        assert kim.account_id == leads["3"].account_id
        assert Contact.objects.filter(pk__in=TagLink.objects.values("record_id")).count() == 3
        conversions = list(Conversion.objects.order_by("-pk"))
        assert len(conversions) == 10
        for conversion in conversions:
            undo_conversion(conversion=conversion, actor=firm.ada)
        assert (list(Account.objects.all()), list(Contact.objects.all())) == ([heron], [kim])
        kim.refresh_from_db()
        assert (kim.account_id, Lead.objects.filter(converted_at=None).count()) == (None, 12)
