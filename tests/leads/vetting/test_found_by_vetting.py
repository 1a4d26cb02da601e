"""Lists of leads by how they were vetted; and fields that only an address could ask by before."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import catalogue
from crm.mailing_lists.services import create_list, put_on_lists
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.vetting.fields import ASKED
from leads.vetting.models import Criterion
from leads.vetting.rule import criteria
from leads.vetting.services import record_answer
from leads.vetting.setup import create_criterion, delete_criterion, move_criterion, update_criterion
from tests import make
from tests.leads.vetting.asking import ask_for, criterion
from tests.people import Firm, client_of


@pytest.fixture
def vetted(firm: Firm) -> Firm:
    """A: budget and need yes. B: budget no. C: budget was yes, and is unknown again. D: nobody asked. E: in its second
    round, in the first of which budget was yes."""
    with tenant_context(firm.tenant):
        made = {name: make.lead(firm.ana, first_name="", last_name=name) for name in "ABCDE"}
        for name, key, answer in (
            ("A", "budget", "yes"), ("A", "need", "yes"), ("B", "budget", "no"), ("C", "budget", "yes"),
            ("C", "budget", "unknown"), ("E", "budget", "yes"),
        ):  # fmt: skip
            record_answer(lead=made[name], criterion=criterion(key), answer=answer, actor=firm.ana)
        reopen(firm, made["E"])
    return firm


def reopen(firm: Firm, lead: Any) -> None:
    from leads.services import close_as_unqualified, set_lead_status

    reason = make.reason("unqualified_reason", "other")
    close_as_unqualified(lead=lead, reason=reason, actor=firm.ana)
    lead.refresh_from_db()
    set_lead_status(lead=lead, status=make.reason("lead_status", "working"), actor=firm.ana)


def found(firm: Firm, query: str) -> str:
    answer = client_of(firm.ana).get(f"/acme/leads/?{query}&sort=name")
    assert not answer.context["listing"].problems, answer.context["listing"].problems
    return "".join(row.record.name for row in answer.context["rows"])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("vetting_budget=yes", "A"),
        ("vetting_budget=no", "B"),
        ("vetting_budget=unknown", "CDE"),
        ("vetting_budget=no,unknown", "BCDE"),
        ("vetting_budget__not=yes", "BCDE"),
        ("vetting_budget__not=unknown", "AB"),
        ("vetting_budget=yes&vetting_need=yes", "A"),
        ("vetting_budget=yes&vetting_timeline=yes", ""),
        ("any1.vetting_budget=no&any1.vetting_need=yes", "AB"),
        ("vetting_score__from=50", "A"),
        ("vetting_score__from=51", ""),
        ("vetting_score__from=0", "ABCDE"),
        ("vetting_score__to=49", "BCDE"),
        ("vetting_score__to=100", "ABCDE"),
        ("vetting_passed=yes", "ABCDE"),
        ("vetting_passed=no", ""),
        ("any1.vetting_passed=no&any1.vetting_need=yes", "A"),
    ],
)
def test_leads_are_found_by_what_is_held_of_a_criterion(vetted: Firm, query: str, names: str) -> None:
    assert found(vetted, query) == names


def test_who_has_passed_is_who_the_gate_lets_through(vetted: Firm) -> None:
    ask_for(vetted, "budget", "need")
    assert (found(vetted, "vetting_passed=yes"), found(vetted, "vetting_passed=no")) == ("A", "BCDE")
    assert found(vetted, "vetting_passed=yes,no") == "ABCDE"


def test_the_bar_offers_each_criterion_and_says_it_as_one_would(vetted: Firm) -> None:
    client = client_of(vetted.ana)
    page = client.get("/acme/leads/?filters=none")
    menu = re.findall(r'edit=([\w.]+)#filter"[^>]*>([^<]+)<', page.context["bar"].filter_menu)
    assert {("vetting_budget", "Budget"), ("vetting_score", "Vetting score"), ("mailing_list", "Mailing list")} < set(
        menu
    )
    form = client.get("/acme/leads/?filters=none&edit=vetting_budget").context["bar"].editing
    assert [label for _value, label in form.options] == ["Unknown", "Yes", "No"]
    sent = {"_field": "vetting_budget", "_operator": "is", "_value": "yes"}
    listed = client.post("/acme/leads/?filters=none", sent, follow=True)
    assert [chip.phrase for chip in listed.context["bar"].chips] == ["Budget is Yes"]
    wrong = client.get("/acme/leads/?vetting_budget=perhaps")
    assert "“perhaps” is not a choice." in " ".join(wrong.context["listing"].problems)


def test_criteria_of_ones_own_are_fields_as_long_as_they_are_asked(vetted: Firm) -> None:
    with tenant_context(Tenant.objects.get(pk=vetted.tenant.pk)):
        own = create_criterion(actor=vetted.ada, values={"label": "Fleet"})
        name = f"vetting_{own.pk.hex}"
        lead = make.lead(vetted.ana, last_name="F", first_name="")
        record_answer(lead=lead, criterion=own, answer="yes", actor=vetted.ana)
    client = client_of(vetted.ana)
    assert found(vetted, f"{name}=yes") == "F"
    assert ">Fleet<" in client.get("/acme/leads/").context["bar"].filter_menu
    with tenant_context(Tenant.objects.get(pk=vetted.tenant.pk)):
        update_criterion(criterion=own, actor=vetted.ada, values={"label": "Vans", "is_active": False})
    page = client.get(f"/acme/leads/?{name}=yes")
    assert [chip.phrase for chip in page.context["bar"].chips] == ["Vans is Yes"] and len(page.context["rows"]) == 1
    assert "Vans" not in page.context["bar"].filter_menu, "it is asked no more"
    gone = client.get("/acme/leads/?vetting_nosuch=yes")
    assert "There is no such field." in " ".join(gone.context["listing"].problems)


def test_what_criteria_are_called_costs_a_list_no_statement(vetted: Firm) -> None:
    client = client_of(vetted.ana)

    def asked() -> int:
        with CaptureQueriesContext(connection) as taken:
            client.get("/acme/leads/?filters=none")
        return sum(Criterion._meta.db_table in query["sql"] for query in taken)

    assert asked() == 0
    with tenant_context(Tenant.objects.get(pk=vetted.tenant.pk)):
        ASKED.keep(None)  # a workspace of a release that kept no names
    assert asked() == 1 and found(vetted, "vetting_budget=yes") == "A"


def test_workspaces_of_before_get_the_names_of_their_criteria(firm: Firm) -> None:
    fill = import_module("leads.migrations.0015_names_of_criteria").FILL
    rows = Tenant.objects.filter(pk=firm.tenant.pk)
    with tenant_context(firm.tenant):
        create_criterion(actor=firm.ada, values={"label": "Own one"})
        update_criterion(criterion=criteria()[0], actor=firm.ada, values={"label": "Money", "is_active": False})
        kept = rows.values_list("state", flat=True).get()
        assert [one[2] for one in kept["criteria"]][::4] == ["Money", "Own one"]
        without = {key: value for key, value in kept.items() if key != "criteria"}
        newer = {**kept, "criteria": []}
        for before, after in ((without, kept), ({**without, "criteria": None}, kept), (newer, newer), ([], [])):
            rows.update(state=before)
            with connection.cursor() as cursor:
                cursor.execute(fill)
            assert rows.values_list("state", flat=True).get() == after
        Criterion.objects.all().delete()
        rows.update(state={})
        with connection.cursor() as cursor:
            cursor.execute(fill)
        assert rows.values_list("state", flat=True).get() == {"criteria": []}


@pytest.mark.parametrize("key", ["leads", "contacts", "opportunities"])
def test_everything_that_lists_can_be_filtered_by_is_offered(firm: Firm, key: str) -> None:
    menu = client_of(firm.ana).get(f"/acme/{key}/").context["bar"].filter_menu
    record_type = catalogue.record_type(key)
    more = {spec.name for spec in record_type.derived}
    assert more and all(f"edit={name}#filter" in menu for name in more)
    assert not [spec.name for spec in (*record_type.fields, *record_type.derived) if not spec.kind.operators]


def test_a_mailing_list_is_chosen_in_the_bar(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        fair = create_list(actor=firm.ada, name="Fair")
        put_on_lists(record=make.lead(firm.ana, last_name="On", first_name=""), lists=[fair], actor=firm.ana)
        make.lead(firm.ana, last_name="Off", first_name="")
    sent = {"_field": "mailing_list", "_operator": "is", "_value": str(fair.pk)}
    listed = client_of(firm.ana).post("/acme/leads/?filters=none", sent, follow=True)
    assert [chip.phrase for chip in listed.context["bar"].chips] == ["Mailing list is Fair"]
    assert [row.record.name for row in listed.context["rows"]] == ["On"]


def test_losses_are_found_by_their_class(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lost = make.stage("lost")
        for name, meaning in (("V", "vetting"), ("S", "sales")):
            make.opportunity(firm.ana, name=name, stage=lost, loss_reason=make.reason("loss_reason", meaning))
        make.opportunity(firm.ana, name="W")

        def names(operator: str, *values: str) -> str:
            query = Query(catalogue.record_type("opportunities"), (Condition("loss_class", operator, values),))
            return "".join(sorted(row.name for row in query.rows(firm.ana)))

        assert [names("is", "vetting"), names("is", "vetting", "sales")] == ["V", "SV"]
        assert [names("not", "vetting"), names("empty"), names("filled")] == ["SW", "W", "SV"]
    page = client_of(firm.ana).get(f"/acme/opportunities/?{urlencode({'loss_class': 'vetting'})}")
    assert page.context["bar"].chips[0].phrase == "Class of loss is Should not have passed vetting"


def test_the_names_of_criteria_are_those_of_the_rows(firm: Firm) -> None:
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        spare, other = (create_criterion(actor=firm.ada, values={"label": label}) for label in ("Spare", "Other"))
        delete_criterion(criterion=spare, actor=firm.ada)
        move_criterion(criterion=other, position=0, actor=firm.ada)
        kept = ASKED.value()
        assert (
            kept
            and kept[0].label == "Other"
            and len(kept) == 5
            and [(one.criterion_id, one.label) for one in kept] == [(one.pk, one.label) for one in criteria()]
        )
