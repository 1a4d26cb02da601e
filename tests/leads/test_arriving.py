"""Leads that an import brings in as converted."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account
from contacts.models import Contact
from crm.imports.models import Import, RefusedRow
from crm.imports.running import run_import
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.models import Conversion, Lead
from leads.services import meaning_of
from leads.vetting.gating import SETTING, Gate, Needs, Unmet
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import sent
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
        return {row.number: " ".join(row.reasons) for row in RefusedRow.objects.filter(job=job)}


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
    tenant.settings[SETTING] = Gate(Needs.ALL, frozenset(), Unmet.BLOCK).as_setting()
    tenant.save(update_fields=["settings"])
    job = bring_in(firm, HEAD + ROWS)
    assert job.created_count == 1
    assert "Not vetted yet" in refused(firm, job)[2]
