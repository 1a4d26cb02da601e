"""What an import may do is what its maker may do, at every batch."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Account
from crm.catalogue import record_type
from crm.imports import running
from crm.imports.kind import IMPORT
from crm.imports.models import UPLOADED, RefusedRow
from crm.imports.services import set_columns, set_styles
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN
from crm.users.models import Membership, Role
from crm.users.services import limit_fields
from tests import make
from tests.imports.steps import bring_in, download, run_import, tenant_of, upload
from tests.imports.test_words import Page
from tests.people import Firm, client_of
from tests.working import work


def shut_out(firm: Firm) -> None:
    Membership.objects.filter(pk=firm.max.pk).update(is_active=False)


def may_not_import(firm: Firm) -> None:
    Role.objects.filter(pk=firm.max.role_id).update(can_import=False)


def may_not_create(firm: Firm) -> None:
    role = Role.objects.get(pk=firm.max.role_id)
    role.access["accounts"]["create"] = "none"
    role.save()


@pytest.mark.parametrize("happens", [shut_out, may_not_import, may_not_create, None])
def test_an_import_stops_when_its_maker_loses_the_right(
    fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch, happens: Any
) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    run = upload(fresh_firm, "accounts", "name\n" + "".join(f"Firm {n}\n" for n in range(30)), member=fresh_firm.max)
    assert run_import(tenant_of(fresh_firm), run.pk, batches=1)
    if happens:
        with tenant_context(tenant_of(fresh_firm)):
            happens(fresh_firm)
    work(IMPORT, fresh_firm.tenant, run.pk)
    with tenant_context(tenant_of(fresh_firm)):
        run.refresh_from_db()
        assert Account.objects.count() == (10 if happens else 30)
    assert run.state == (RunState.FAILED if happens else RunState.DONE)
    page = client_of(fresh_firm.ada).get(f"/{fresh_firm.tenant.slug}/imports/{run.pk}/").content.decode()
    assert ("Max Manager may no longer import here." in page) == bool(happens)


def test_rows_about_records_that_the_maker_may_not_edit_are_refused(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role = Role.objects.get(pk=firm.max.role_id)
        role.access["accounts"]["edit"] = "own"
        role.save()
        for owner, external_id in ((firm.ada, "a"), (firm.max, "m")):
            make.account(owner, external_id=external_id, city="Bonn")
    run = bring_in(firm, "accounts", "external_id,name,city\na,Theirs,Ulm\nm,Mine,Ulm\n", member=firm.max)
    assert (run.updated_count, run.refused_count) == (1, 1)
    with tenant_context(firm.tenant):
        assert dict(Account.objects.values_list("external_id", "city")) == {"a": "Bonn", "m": "Ulm"}


def test_a_reason_in_the_file_of_refused_rows_is_no_formula(firm: Firm) -> None:
    """It begins with what an admin has called the field."""
    run = bring_in(firm, "accounts", "name,employees\nKestrel,many\n")
    with tenant_context(firm.tenant):
        RefusedRow.objects.update(reasons=["=HYPERLINK(1): no"])
    assert download(firm, run).splitlines()[1].endswith(",'=HYPERLINK(1): no")


def test_a_row_about_a_record_that_the_maker_may_not_see_does_not_name_it(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role = Role.objects.get(pk=firm.max.role_id)
        role.access["accounts"]["view"] = "own"
        role.save()
        for owner, external_id in ((firm.ada, "a"), (firm.max, "m")):
            make.account(owner, external_id=external_id, name=f"Secret {external_id}")
    text = "external_id,city\na,Ulm\nm,Ulm\n"
    run = bring_in(firm, "accounts", text, member=firm.max, existing="skip", dry_run="1")
    assert (run.skipped_count, run.refused_count) == (1, 1)
    page = client_of(firm.max).get(f"/{firm.tenant.slug}/imports/{run.pk}/").content.decode()
    assert "Secret m" in page and "Secret a" not in page and "you may not see it" in page


def test_who_helps_is_offered_what_the_maker_may_do(firm: Firm) -> None:
    """The import writes as its maker, whoever answers."""
    text = "name,industry\nOne,Falconry\n"
    for maker, is_offered in ((firm.max, False), (firm.ada, True)):
        address = Page(firm, "accounts", text, maker).address
        page = client_of(firm.ada).get(address)
        question = next(one for one in page.context["questions"].words if one.name == "industry")
        assert ("add" in dict(question.actions)) == is_offered


def test_an_old_tab_changes_nothing_of_an_import_that_was_started_meanwhile(firm: Firm) -> None:
    """The old tab has read the import before it was started, and writes after that."""
    run = upload(firm, "leads", "name,email,estimated value\nAnn Bell,a@k.example,5\n")
    with tenant_context(tenant_of(firm)):
        run.refresh_from_db()
        assert run.state == RunState.QUEUED and run.mapping[0] == "name"
        run.state = UPLOADED  # as it was read
        nothing: dict[str, Any] = {"fixed": {}, "answers": {}, "options": {}}
        with pytest.raises(ValidationError, match="already been started"):
            set_columns(run=run, record_type=record_type("leads"), mapping=["", "email", ""], **nothing)
        with pytest.raises(ValidationError, match="already been started"):
            set_styles(run=run, styles={})
        run.refresh_from_db()
        assert run.mapping[0] == "name" and run.styles


def test_what_is_hidden_does_not_tell_accounts_apart(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Acme, Inc.", website="https://heron.example", city="Bonn")
        limit_fields(actor=firm.ada, role=firm.max.role, key="accounts", limits={"website": HIDDEN})
    for importer, beside in ((firm.ada, "heron.example"), (firm.max, "Bonn")):
        page = Page(firm, "contacts", "Last name,Company\nHill,Acme Inc\n", importer)
        assert page.words("account") == {"Acme Inc": (1, f"Acme, Inc. ({beside})")}
        assert ("heron.example" in page.answer.content.decode()) == (importer == firm.ada)
