"""Leads of one batch are looked up and written together: what one of them meets is no other's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import Account
from accounts.services import delete_account
from contacts.models import Contact
from crm import events
from crm.bulk.events import STARTED
from crm.bulk.models import BulkFinding, BulkRun
from crm.catalogue.actions import Became
from crm.ground import writes
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN
from crm.users.services import limit_fields
from leads.conversion.bulk import Batch, Options
from leads.models import Lead
from tests import make
from tests.leads.test_bulk_conversion import ALSO, counts, go_on, some_leads, try_out
from tests.people import Firm


def test_leads_of_a_firm_known_by_its_people_alone_come_together_for_who_sees_addresses(firm: Firm) -> None:
    """Else a role that does not see them would be told at which firms people are."""
    for sees, accounts in ((True, 1), (False, 2)):
        with tenant_context(firm.tenant):
            firm.tenant.refresh_from_db()
            limits = {} if sees else {"email": HIDDEN}
            limit_fields(actor=firm.ada, role=firm.ana.role, key="contacts", limits=limits)
            domain = f"firm-{sees}.example".lower()
            leads = [
                make.lead(firm.ana, last_name=f"{name}{sees}", company=f"{name} {sees}", email=f"{name}@{domain}")
                for name in ("Quill", "Heron")
            ]
        _answer, run = try_out(firm, leads, **ALSO)
        go_on(firm, run)
        with tenant_context(firm.tenant):
            assert len({Lead.objects.get(pk=lead.pk).account_id for lead in leads}) == accounts, sees


def test_an_account_that_is_deleted_during_the_batch_is_made_anew(firm: Firm) -> None:
    def converted(is_deleted: bool) -> Account:
        with tenant_context(firm.tenant):
            name = f"Kestrel {is_deleted}"
            account = make.account(firm.ana, name=name, website=f"kestrel-{is_deleted}.example".lower())
            lead = make.lead(firm.ana, last_name=f"One {is_deleted}", company=name, email=f"1@{account.domain}")
            because = events.record(STARTED, record=BulkRun(), actor=firm.ana)
            batch = Batch([lead], actor=firm.ana, options=Options())
            if is_deleted:
                delete_account(Account.objects.get(pk=account.pk), actor=firm.ana)
            became = batch.convert(lead, because=because).became
            assert became[0].way == (Became.NEW if is_deleted else Became.EXISTING)
            return Lead.objects.get(pk=lead.pk).account

    assert [converted(False).name, converted(True).name] == ["Kestrel False", "Kestrel True"]


def test_what_the_database_refuses_of_one_lead_keeps_no_other_of_the_batch_back(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are written together; should that fail, one by one."""
    leads = some_leads(firm)
    _answer, run = try_out(firm, leads)
    write = writes._write_together

    def refusing(rows_of: Any, changed: Any) -> None:
        if any(contact.last_name == "Four" for contact in rows_of.get(Contact, ())):
            raise IntegrityError("no Four")
        write(rows_of, changed)

    monkeypatch.setattr(writes, "_write_together", refusing)
    run = go_on(firm, run)
    with tenant_context(firm.tenant):
        assert (run.done_count, run.refused_count) == (4, 1)
        assert BulkFinding.objects.get(run=run).reasons == ["The database refused to write it."]
        assert set(Lead.objects.filter(converted_at=None)) == {leads[3]}
        assert counts() == [1, 4, 4, 4]
