"""What a role can be kept from, and how long: fields that say what a record is stay, and no limit is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm.catalogue import lookup
from crm.fields.custom.services import create_field, set_field_active, update_field
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, READ_ONLY
from crm.users.models import Role
from crm.users.services import limit_fields
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of

ALWAYS = {"name", "stage", "pipeline", "loss_reason", "stage_since", "days_in_stage", "owner", "team"}


def test_nobody_is_kept_from_what_a_record_is(firm: Firm) -> None:
    path = firm.url("setup:role_fields", id=str(firm.ana.role_id), type="opportunities")
    offered = form_of(client_of(firm.ada), path).data.keys()
    assert "amount" in offered and not offered & ALWAYS
    with tenant_context(firm.tenant):
        for name in sorted({*ALWAYS, "no_such_field"}):
            with pytest.raises(ValidationError, match=name):
                limits = {name: HIDDEN, "amount": READ_ONLY}
                limit_fields(actor=firm.ada, role=firm.ana.role, key="opportunities", limits=limits)
        limit_fields(actor=firm.ada, role=firm.ana.role, key="opportunities", limits={"amount": READ_ONLY})
        assert Role.objects.get(pk=firm.ana.role_id).fields == {"opportunities": {"amount": READ_ONLY}}


def test_limits_of_two_types_that_were_set_at_once_both_stand(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for key in ("accounts", "contacts"):  # each in a role as it was before
            limit_fields(actor=firm.ada, role=firm.ana.role, key=key, limits={"phone": HIDDEN})
            firm.ana.role.fields = {}
        fields = Role.objects.get(pk=firm.ana.role_id).fields
        assert fields == {"accounts": {"phone": HIDDEN}, "contacts": {"phone": HIDDEN}}


def test_an_own_field_that_was_away_comes_back_with_its_limit(firm: Firm) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    path = firm.url("setup:role_fields", id=str(firm.ana.role_id), type="accounts")
    with tenant_context(firm.tenant):
        size = create_field(actor=firm.ada, record_type="accounts", kind="text", label="Shoe size")
        here = make.account(firm.ana, **{size.name: "Kanarie"})
    page = f"/acme/accounts/{here.pk}/"
    assert "Kanarie" in ana.get(page).content.decode()
    form_of(ada, path).send(**{size.name.replace("-", "__"): HIDDEN})
    assert "Kanarie" not in ana.get(page).content.decode()

    def put_away(is_away: bool) -> None:
        with tenant_context(firm.tenant):
            size.refresh_from_db()
            set_field_active(field=size, is_active=not is_away, actor=firm.ada)

    put_away(True)
    assert form_of(ada, path).send(phone=HIDDEN).status_code == 303
    put_away(False)
    html = ana.get(page).content.decode()
    assert "Kanarie" not in html and "Shoe size" not in html
    assert form_of(ada, path).send(**{size.name: ""}).status_code == 303, "said of a field that is there, it is over"
    assert "Kanarie" in ana.get(page).content.decode()


def test_a_hidden_own_field_is_none_that_was_taken_away(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        own = [
            create_field(actor=firm.ada, record_type="accounts", kind="text", label=one) for one in ("Shoes", "Hats")
        ]
        make.account(firm.ana, name="Bare Ltd")
        shoes, hats = [update_field(field=one, actor=firm.ada, values={"label": f"{one.label} 77"}) for one in own]
    query = f"columns=name,{shoes.name},{hats.name}&sort={shoes.name}&{shoes.name}=5&{hats.name}=6"
    ana = client_of(firm.ana)
    with tenant_context(firm.tenant):
        set_field_active(field=hats, is_active=False, actor=firm.ada)

    def taken_away() -> list[str]:
        """The columns that wait for their fields."""
        listing = ana.get(f"/acme/accounts/?{query}").context["listing"]
        with tenant_context(firm.tenant):
            return [str(spec.label) for spec in listing.query.resting]

    assert taken_away() == ["Hats 77"]
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="accounts", limits={shoes.name: HIDDEN})
    assert taken_away() == ["Hats 77"]
    sent = form_of(ana, "/acme/accounts/new/").send(name="", **{shoes.name: "43", hats.name: "60"})
    html = sent.content.decode()
    assert sent.status_code == 422 and "Hats 77" in html and "Shoes 77" not in html


@pytest.mark.parametrize("limit", ["", HIDDEN])
def test_a_list_in_the_order_of_a_hidden_field_is_in_that_of_names(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """As a type to come may be: none of the shipped ones has such an order."""
    ordered: Any = replace(lookup.record_type("accounts"), sort="-employees")
    monkeypatch.setitem(lookup._types, "accounts", ordered)
    lookup._narrowed.cache_clear()
    with tenant_context(firm.tenant):
        for name, employees in (("Ash", 1), ("Birch", 3), ("Cedar", 2)):
            make.account(firm.ana, name=name, employees=employees)
        if limit:
            limits = {"employees": limit, "phone": HIDDEN}
            limit_fields(actor=firm.ada, role=firm.ana.role, key="accounts", limits=limits)
        else:  # the type as it is seen, not as its addresses have it
            limit_fields(actor=firm.ada, role=firm.ana.role, key="accounts", limits={"phone": HIDDEN})
    try:
        rows = client_of(firm.ana).get("/acme/accounts/?filters=none").context["rows"]
    finally:
        lookup._narrowed.cache_clear()
    names = [row.record.name for row in rows]
    assert names == (["Ash", "Birch", "Cedar"] if limit else ["Birch", "Cedar", "Ash"])
