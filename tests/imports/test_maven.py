"""A real, dirty file of 8,800 opportunities goes in, and the reports show what is published about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum

from crm.imports.models import Import, ImportState
from crm.imports.running import run_import
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from tests.imports.steps import sent
from tests.people import Firm, client_of

MAVEN = Path(__file__).resolve().parents[3] / "shared" / "data" / "maven"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not MAVEN.exists(), reason="the sample files are not beside this checkout"),
]


def bring_in(firm: Firm, key: str, name: str, **fixed: str) -> Import:
    client = client_of(firm.ada)
    slug = firm.tenant.slug
    file = SimpleUploadedFile(name, (MAVEN / name).read_bytes())
    answer = client.post(f"/{slug}/imports/new/{key}/", {"file": file})
    assert answer.status_code == 303, answer.content.decode()
    address = answer["Location"]
    page = client.get(address)
    assert page.status_code == 200
    data = sent(page) | {f"fixed_{field}": text for field, text in fixed.items()}
    answer = client.post(address, data)
    assert answer.status_code == 303, answer.content.decode()
    with tenant_context(Tenant.objects.get(slug=slug)):
        job = Import.objects.order_by("-made_at")[0]
    run_import(Tenant.objects.get(slug=slug), job.pk)
    with tenant_context(Tenant.objects.get(slug=slug)):
        job.refresh_from_db()
    assert job.state == ImportState.DONE, job.problem
    return job


def test_the_maven_files_go_in_and_the_figures_are_the_published_ones(fresh_firm: Firm) -> None:
    from accounts.models import Account
    from crm.picklists.selectors import stage_ids_meaning
    from opportunities.models import Opportunity

    accounts = bring_in(fresh_firm, "accounts", "accounts.csv")
    assert (accounts.created_count, accounts.refused_count) == (85, 0)
    job = bring_in(fresh_firm, "opportunities", "sales_pipeline.csv")
    assert (job.total, job.created_count, job.refused_count) == (8800, 7375, 1425)
    with tenant_context(Tenant.objects.get(pk=fresh_firm.tenant.pk)):
        assert str(Account.objects.get(name="Acme Corporation").industry) == "technolgy"
        assert Account.objects.get(name="Bluth Company").parent.name == "Acme Corporation"
        won = Opportunity.objects.filter(stage__in=stage_ids_meaning("won"))
        lost = Opportunity.objects.filter(stage__in=stage_ids_meaning("lost")).count()
        assert (won.count(), lost) == (4238, 2473)
        assert won.aggregate(total=Sum("amount_minor"))["total"] == 10_005_534_00
        assert round(won.count() / (won.count() + lost) * 100, 2) == 63.15
    client = client_of(fresh_firm.ada)
    refused = client.get(f"/{fresh_firm.tenant.slug}/imports/{job.pk}/refused/").content.decode()
    assert refused.count("\n") == 1426
    assert "Choose an account or a contact" in refused
    again = bring_in(fresh_firm, "opportunities", "sales_pipeline.csv")
    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 7375)
