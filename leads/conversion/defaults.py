"""The plan that a conversion starts from: link what is surely the same, create the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from accounts.models import Account
from contacts.models import Contact
from contacts.settings import NEED_ACCOUNT
from crm.picklists.models import Meaning, Stage
from crm.picklists.selectors import default_pipeline, stages
from crm.tenants.clock import today
from crm.users.access import may
from crm.users.models import Membership
from leads.conversion.plan import NOTHING, ConversionPlan, Part, Way, existing, new
from leads.field_map import mapped_values, opportunity_name
from leads.matching import Candidates, find_candidates
from leads.matching.lookups import is_person
from leads.models import Lead
from opportunities.models import Opportunity

USUAL_DAYS_TO_CLOSE = 90


def plan_for(lead: Lead, actor: Membership, candidates: Candidates | None = None) -> ConversionPlan:
    """Return what would become of ``lead`` if nobody said otherwise.

    A person becomes a contact, a company an account; an opportunity is opened where the actor may. Where a new contact
    needs an account, a person without a company gets one of their own name.
    """
    found = candidates or find_candidates(lead, actor)
    contact = _part(found, Contact.type_key, actor, wanted=is_person(lead) or not lead.company)
    account = _part(found, Account.type_key, actor, wanted=bool(lead.company))
    if (
        account is NOTHING
        and contact.way == Way.NEW
        and NEED_ACCOUNT.value()
        and may(actor, "create", Account.type_key)
    ):
        account = new(name=lead.name)
    named_for = next((one.record.name for one in found.of(Account.type_key) if one.record.pk == account.record_id), "")
    opportunity = new(**opportunity_values(lead, named_for)) if may(actor, "create", Opportunity.type_key) else NOTHING
    plan = ConversionPlan(account=account, contact=contact, opportunity=opportunity, owner=owner_of_new(lead, actor))
    said = mapped_values(lead, Opportunity.type_key, plan.made)
    if opportunity.way == Way.NEW and said.get("expected_close_on"):
        values = {name: value for name, value in opportunity.values.items() if name != "expected_close_on"}
        plan = replace(plan, opportunity=new(**values))
    return plan


def owner_of_new(lead: Lead, actor: Membership) -> Membership:
    """Who gets what a lead becomes, unless somebody says otherwise: never a person who has left."""
    return lead.owner if lead.owner is not None and lead.owner.is_active else actor


def usual_close() -> date:
    """The day that a form proposes for the close of a new opportunity."""
    return today() + timedelta(days=USUAL_DAYS_TO_CLOSE)


def _part(found: Candidates, key: str, actor: Membership, *, wanted: bool) -> Part:
    sure = next((candidate for candidate in found.of(key) if candidate.is_sure), None)
    if sure is not None:
        return existing(sure.record.pk)
    return Part(Way.NEW) if wanted and may(actor, "create", key) else NOTHING


def open_stages() -> list[Stage]:
    """The stages that a new opportunity may start in, those of the usual pipeline first."""
    usual = default_pipeline()
    rows = [stage for stage in stages() if stage.meaning == Meaning.OPEN]
    return sorted(rows, key=lambda stage: stage.pipeline_id != usual.pk)


def opportunity_values(lead: Lead, account: str = "") -> dict[str, Any]:
    """What a new opportunity of ``account`` starts with, beside what the field map brings."""
    values: dict[str, Any] = {"name": opportunity_name(lead, account), "expected_close_on": usual_close()}
    first = next(iter(open_stages()), None)
    return values | ({"stage": first} if first else {})


def new_values(lead: Lead, plan: ConversionPlan, key: str, account: str = "") -> dict[str, Any]:
    """Return what a new record of the type ``key`` gets, apart from its owner and the records that it hangs on.

    An opportunity that nobody named is called after the ``account``.
    """
    values = mapped_values(lead, key, plan.made) | dict(plan.of(key).values)
    if key == Opportunity.type_key and not values.get("name"):
        values["name"] = opportunity_name(lead, account)
    return values
