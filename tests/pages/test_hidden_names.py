"""What somebody may not see is named nowhere, though something that they do see points at it: it says "Hidden"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils.html import strip_tags

from contacts.models import Contact
from contacts.services import update_contact
from crm.events.delivery import deliver_all
from crm.picklists.selectors import choices
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.users.models import Role
from leads.conversion import ConversionPlan, convert_lead, new
from opportunities.models import Opportunity
from opportunities.services import update_opportunity
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of


@dataclass(frozen=True)
class Scene:
    """Sam's records, which point at those called "Secret …", of Ana, whom he may not look over the shoulder."""

    firm: Firm
    lead: Any
    account: Any
    contact: Any
    deal: Any


@pytest.fixture
def scene(firm: Firm) -> Scene:
    with tenant_context(firm.tenant):
        role = Role.objects.get(pk=firm.sam.role_id)
        role.access = {key: scopes | {"view": "own", "edit": "own"} for key, scopes in role.access.items()}
        role.can_export = True
        role.save(update_fields=["access", "can_export"])
        holding = make.account(firm.ana, name="Secret Holding", country="Chile")
        person = make.contact(firm.ana, first_name="Secret", last_name="Person", account=holding)
        account = make.account(firm.sam, name="Daughter", parent=holding)
        contact = make.contact(firm.sam, first_name="Carla", last_name="Open", account=holding, reports_to=person)
        day = {"next_step": "Call", "next_step_on": today()}
        deal = make.opportunity(firm.sam, name="Depot", account=holding, contact=person, **day)
        update_contact(contact, actor=firm.ada, values={"account": account})
        update_contact(contact, actor=firm.ada, values={"account": holding})
        update_opportunity(deal, actor=firm.ada, values={"contact": contact})
        update_opportunity(deal, actor=firm.ada, values={"contact": person})
        return Scene(firm, converted(firm), account, contact, deal)


def converted(firm: Firm) -> Any:
    """A lead of Sam's that Ada converted for him, and into what was given to Ana then."""
    lead = make.lead(firm.sam, first_name="Lou", last_name="Known", company="Shop")
    plan = ConversionPlan(account=new(name="Secret Shop"), contact=new(), opportunity=new(name="Secret renewal"))
    made = convert_lead(lead_id=lead.pk, actor=firm.ada, plan=plan)
    deliver_all()  # tells Sam of it
    for record in (made.account, made.contact, made.opportunity):
        type(record).objects.filter(pk=record.pk).update(owner=firm.ana, team=firm.ana.team)
    Contact.objects.filter(pk=made.contact_id).update(name="Secret Lou", sort_name="secret lou")
    return lead


PLACES: dict[str, Callable[[Scene], str]] = {
    "list of leads": lambda s: "leads/?filters=none&columns=name,account,contact,opportunity,opportunity_stage",
    "list of accounts": lambda s: "accounts/?filters=none&columns=name,parent",
    "list of contacts": lambda s: "contacts/?filters=none&columns=name,account,reports_to",
    "list of opportunities": lambda s: "opportunities/?filters=none&columns=name,account,contact",
    "board": lambda s: "opportunities/board/?filters=none",
    "lead": lambda s: f"leads/{s.lead.pk}/",
    "account": lambda s: f"accounts/{s.account.pk}/",
    "contact": lambda s: f"contacts/{s.contact.pk}/",
    "opportunity": lambda s: f"opportunities/{s.deal.pk}/",
    "preview": lambda s: f"opportunities/{s.deal.pk}/preview/",
    "form": lambda s: f"contacts/{s.contact.pk}/edit/",
    "in place": lambda s: f"contacts/{s.contact.pk}/fields/account/",
    "back in place": lambda s: f"contacts/{s.contact.pk}/fields/account/?view",
    "history of a contact": lambda s: f"contacts/{s.contact.pk}/history/",
    "history of an opportunity": lambda s: f"opportunities/{s.deal.pk}/history/",
    "history of a lead": lambda s: f"leads/{s.lead.pk}/history/",
    "file": lambda s: "contacts/export/?filters=none&columns=name,account,reports_to",
    "my day": lambda s: "",
    "search": lambda s: "search/?q=carla",
    "offered": lambda s: "lookup/contacts/?q=carla",
    "notifications": lambda s: "notifications/",
}


def test_no_name_of_what_one_may_not_see(scene: Scene) -> None:
    sam, ada = client_of(scene.firm.sam), client_of(scene.firm.ada)
    wrong: dict[str, Any] = {}
    for place, path in ((place, f"/acme/{where(scene)}") for place, where in PLACES.items()):
        page = sam.get(path).content.decode()
        if "Secret" in page or "Hidden" not in page:
            wrong[place] = re.findall(r".{60}Secret.{30}", page) or "does not say that something is hidden"
        if place in ("notifications", "my day"):  # which are one's own
            continue
        seen = ada.get(path).content.decode()
        if "Secret" not in seen or "Hidden" in strip_tags(seen):
            wrong[f"{place}, seen by all"] = strip_tags(seen)[-300:]
    assert not wrong


def test_what_happened_to_what_one_may_not_see_is_told_as_no_reason(scene: Scene) -> None:
    with tenant_context(scene.firm.tenant):
        deal = make.opportunity(scene.firm.ana, name="Secret deal", account=scene.account)
        reason = next(one for one in choices("loss_reason") if one.is_active)
        lost = {"stage": make.stage("lost"), "loss_reason": reason}
        update_opportunity(deal, actor=scene.firm.ana, values=lost)
        deliver_all()
    for path in (f"/acme/accounts/{scene.account.pk}/", f"/acme/accounts/{scene.account.pk}/history/"):
        told, seen = (strip_tags(client_of(one).get(path).content.decode()) for one in (scene.firm.sam, scene.firm.ada))
        assert "A workflow changed" in told and reason.label not in told and "lost:" not in told
        assert f"as lost: {reason.label}" in seen


def test_what_stands_there_hidden_is_kept_when_the_rest_is_saved(scene: Scene) -> None:
    form = form_of(client_of(scene.firm.sam), f"/acme/contacts/{scene.contact.pk}/edit/")
    assert form.data["account"] == ["Hidden"]
    assert form.send(job_title="Buyer").status_code == 303
    with tenant_context(scene.firm.tenant):
        contact = Contact.objects.get(pk=scene.contact.pk)
        assert (contact.job_title, contact.account.name, contact.reports_to.name) == (
            "Buyer",
            "Secret Holding",
            "Secret Person",
        )


def test_who_is_given_the_record_reads_its_name(scene: Scene) -> None:
    with tenant_context(scene.firm.tenant):
        Opportunity.objects.filter(name="Secret renewal").update(owner=scene.firm.sam)
    assert "Secret renewal" in client_of(scene.firm.sam).get(f"/acme/leads/{scene.lead.pk}/").content.decode()
