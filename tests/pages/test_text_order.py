"""Lists sort and filter texts without regard to case and accents, in every column of text."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.db import connections

from crm import catalogue
from crm.fields.kinds import Text
from crm.fields.models import Tag
from crm.ground.text import sort_key
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.tenants.refilling import copy_column, fill_keys, refresh_keys, remake_keys
from leads.models import Lead
from tests import make
from tests.fields.own import add_field
from tests.people import Firm, client_of

CITIES = ["apolda", "Äpfelheim", "Bonn", "Łódź", "Lyon", "Ørsted", "Oslo", "straße", "Strasse", "zwickau", "Zürich"]
SORTED = ["Äpfelheim", "apolda", "Bonn", "Łódź", "Lyon", "Ørsted", "Oslo", "straße", "Strasse", "Zürich", "zwickau"]


def cells(firm: Firm, column: str, **query: str) -> list[str]:
    answer = client_of(firm.ana).get(f"/acme/accounts/?{urlencode({'filters': 'none', **query})}")
    assert answer.status_code == 200
    record_type = catalogue.record_type("accounts")
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        return [record_type.spec(column).text(row.record) for row in answer.context["rows"]]


@pytest.fixture(params=["city", "own"])
def column(firm: Firm, request: pytest.FixtureRequest) -> str:
    name = "city" if request.param == "city" else add_field(client_of(firm.ada), firm, "text")
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):  # which knows its new field
        for number, city in enumerate(CITIES):
            make.account(firm.ana, name=f"N{number}", **{name: city})
    return name


def test_towns_are_sorted_without_case_and_accents(firm: Firm, column: str) -> None:
    found = cells(firm, column, sort=column)
    assert [one for one in found if "ra" not in one] == [one for one in SORTED if "ra" not in one]
    assert set(found[7:9]) == {"straße", "Strasse"}  # the same to a reader
    back = cells(firm, column, sort=f"-{column}")
    assert [sort_key(one) for one in back] == [sort_key(one) for one in reversed(SORTED)]


@pytest.mark.parametrize(
    ("operator", "text", "found"),
    [
        ("", "zürich", {"Zürich"}),
        ("", "ZURICH", {"Zürich"}),
        ("", "lodz", {"Łódź"}),
        ("", "STRASSE", {"straße", "Strasse"}),
        ("__starts", "OR", {"Ørsted"}),
        ("__starts", "ł", {"Łódź", "Lyon"}),
        ("__not", "orsted", set(CITIES) - {"Ørsted"}),
    ],
)
def test_a_filter_finds_a_town_in_any_case_and_without_accents(
    firm: Firm, column: str, operator: str, text: str, found: set[str]
) -> None:
    assert set(cells(firm, column, **{f"{column}{operator}": text})) == found


def test_a_change_of_the_text_changes_where_it_stands(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="A", city="Zürich")
        catalogue.record_type("accounts").update(account, actor=firm.ana, values={"city": "Ærø"})
        account.refresh_from_db()
        assert account.city_key == "aero"
    assert cells(firm, "city", city="aero") == ["Ærø"]


def test_every_column_of_text_has_a_key_that_its_kind_names() -> None:
    for record_type in catalogue.record_types():
        for spec in record_type.fields:
            if isinstance(spec.kind, Text) and spec.kind.operators[:1] == ("is",):
                field = record_type.model._meta.get_field(spec.kind.key_of(spec))
                assert field.name != spec.column or spec.name == "external_id", f"{record_type.key}.{spec.name}"


def test_a_line_break_in_a_field_of_one_line_is_a_space(firm: Firm) -> None:
    values = {"last_name": "Bell", "email": "a@b.example", "company": "Acme\r\n East", "city": "A\u2028B"}
    answer = client_of(firm.ana).post("/acme/leads/new/", values | {"description": "one\ntwo"})
    assert answer.status_code == 303
    with tenant_context(firm.tenant):
        lead = Lead.objects.get()
        assert (lead.company, lead.city, lead.description.split()) == ("Acme East", "A B", ["one", "two"])


def test_rows_from_before_get_their_keys_by_the_migration(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, last_name="Ørsted", city="Łódź", campaign="")
        tags = [Tag.objects.create(name=name, name_key=name) for name in ("ørsted", "ǿrsted")]
        Lead.objects.filter(pk=lead.pk).update(city_key="", sort_name="ørsted")
    with connections["owner"].schema_editor() as editor:
        fill_keys("leads_lead", ["city", "campaign"])(None, editor)
        refresh_keys("leads_lead", "sort_name")(None, editor)
        refresh_keys("fields_tag", "name_key", unique=True)(None, editor)
        copy_column("leads_lead", "last_contacted_at", "created_at")(None, editor)
    with tenant_context(fresh_firm.tenant):
        lead.refresh_from_db()
        assert (lead.city_key, lead.campaign_key, lead.sort_name) == ("lodz", "", "orsted")
        assert lead.last_contacted_at == lead.created_at
        for tag in tags:
            tag.refresh_from_db()
        assert [tag.name_key for tag in tags] == ["orsted", "ǿrsted"], "the other one is taken by now"


def test_a_text_that_changes_under_the_migration_keeps_its_own_key(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        renamed, left = [make.lead(fresh_firm.ana, last_name=name, city="Foo") for name in ("Renamed", "Left")]
        Lead.objects.filter(pk=left.pk).update(city_key="")

    def key_while_somebody_renames(text: str) -> str:
        with tenant_context(fresh_firm.tenant):
            Lead.objects.filter(pk=renamed.pk).update(city="Bar", city_key="bar")
        return sort_key(text)

    with connections["owner"].schema_editor(atomic=False) as editor:
        remake_keys("leads_lead", {"city": "city_key"}, key_while_somebody_renames)(None, editor)
    with tenant_context(fresh_firm.tenant):
        assert dict(Lead.objects.values_list("city", "city_key")) == {"Bar": "bar", "Foo": "foo"}
