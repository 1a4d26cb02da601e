"""Who may create records can do so whatever fields are kept from their role: by hand, by a file, by a conversion (P4).

What every record needs is always seen, has a default, or is the workspace's own: then who may not give it need not.
"""

from __future__ import annotations

from typing import Any

import pytest

from crm import catalogue
from crm.fields.custom.services import create_field, update_field
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, READ_ONLY
from crm.users.models import Role
from crm.users.services import limit_fields
from tests import make
from tests.forms import form_of
from tests.imports.steps import bring_in
from tests.leads.browser_form import form_values
from tests.leads.test_bulk_conversion import go_on, try_out
from tests.people import Firm, client_of

LIMITS = (HIDDEN, READ_ONLY)
NEW: dict[str, dict[str, str]] = {
    "leads": {"last_name": "Hill", "email": "hill@k.example"},
    "accounts": {"name": "Hill Ltd"},
    "vendors": {"name": "Hill Ltd"},
    "contacts": {"last_name": "Hill"},
    "opportunities": {"name": "Hill"},
}
FILES = {key: "\n".join(",".join(one) for one in (values, values.values())) for key, values in NEW.items()} | {
    "opportunities": "name,account\nHill,Depot Ltd\n"
}


@pytest.fixture
def needed(firm: Firm) -> list[Any]:
    """An own field of each type, without which no new record is taken; and one more that will be needed."""
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="Depot Ltd")
        for key in NEW:
            create_field(actor=firm.ada, record_type=key, kind="text", label="Code", required=True)
        return [create_field(actor=firm.ada, record_type=key, kind="choice", label="Class") for key in NEW]


def keep_from_all(firm: Firm, needed: list[Any], limit: str) -> None:
    """Keep everybody but admins from all fields but an address of leads, and need the other own fields, too; "": need
    those alone."""
    with tenant_context(firm.tenant):
        for role in Role.objects.filter(can_set_up=False) if limit else ():
            for one in catalogue.record_types():
                limits = {
                    spec.name: limit for spec in one.can_be_limited() if (one.key, spec.name) != ("leads", "email")
                }
                limit_fields(actor=firm.ada, role=role, key=one.key, limits=limits)
        for field in needed:
            update_field(field=field, actor=firm.ada, values={"required": True})


def count(firm: Firm, key: str) -> int:
    with tenant_context(firm.tenant):
        return catalogue.record_type(key).model.objects.count()


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("key", NEW)
def test_a_form_is_taken(firm: Firm, needed: list[Any], key: str, limit: str) -> None:
    ana, before = client_of(firm.ana), count(firm, key)
    with tenant_context(firm.tenant):
        account = catalogue.record_type("accounts").model.objects.get(name="Depot Ltd")
    path = f"/acme/{key}/new/" + (f"?account={account.pk}" if key == "opportunities" else "")
    assert form_of(ana, path).send(**NEW[key]).status_code == 422, "the own field is needed"
    keep_from_all(firm, needed, limit)
    sent = form_of(ana, path).send(**NEW[key])
    assert sent.status_code == 303, sent.context["form"].errors
    assert count(firm, key) == before + 1


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("key", NEW)
def test_a_file_is_taken(firm: Firm, needed: list[Any], key: str, limit: str) -> None:
    before = count(firm, key)
    assert bring_in(firm, key, FILES[key], firm.max, dry_run="1").refused_count == 1, "the own field is needed"
    keep_from_all(firm, needed, limit)
    assert bring_in(firm, key, FILES[key], firm.max, dry_run="1").refused_count == 0
    job = bring_in(firm, key, FILES[key], firm.max)
    assert (job.created_count, job.refused_count) == (1, 0)
    assert count(firm, key) == before + 1


@pytest.mark.parametrize("limit", ["", *LIMITS], ids=["seen", *LIMITS])
def test_a_conversion_is_done(firm: Firm, needed: list[Any], limit: str) -> None:
    """What the workspace needs of records that people make, those of a conversion may lack."""
    with tenant_context(firm.tenant):
        lead, other = [make.lead(firm.ana, company=name, custom_code="7") for name in ("Ash Ltd", "Birch Ltd")]
    keep_from_all(firm, needed, limit)
    ana = client_of(firm.ana)
    where = f"/acme/leads/{lead.pk}/conversion/"
    ways = dict.fromkeys(("accounts", "contacts", "opportunities"), "new")
    asked = form_values(ana.get(where).content.decode(), "convert-page") | ways
    again = ana.post(where, asked)
    if again.status_code != 303:  # it says first what will happen now
        again = ana.post(where, form_values(again.content.decode(), "convert-page") | ways)
    assert again.status_code == 303
    _answer, run = try_out(firm, [other], opportunities="new")
    go_on(firm, run)
    with tenant_context(firm.tenant):
        for one in (lead, other):
            one.refresh_from_db()
            assert one.is_converted and one.account_id and one.contact_id and one.opportunity_id
