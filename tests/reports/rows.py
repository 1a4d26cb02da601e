"""Rows for reports, written as they are: figures are about what is there, not about how it came to be."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import Account
from crm.ground.text import sort_key
from crm.picklists.models import Choice, Stage
from crm.picklists.selectors import choice_meaning, choices, default_pipeline, stages
from crm.users.models import Membership
from leads.models import Lead
from opportunities.models import Opportunity

DAY = date(2026, 5, 13)


def stage(label: str) -> Stage:
    return next(one for one in stages(default_pipeline()) if one.label == label)


def account(owner: Membership | None, name: str = "Anvil", type: str = "prospect", **values: Any) -> Account:
    kind = choice_meaning("account_type", type)
    team = owner.team if owner else None
    return Account.objects.create(name=name, sort_name=sort_key(name), type=kind, owner=owner, team=team, **values)


def deal(owner: Membership | None, label: str, amount: int | None, **values: Any) -> Opportunity:
    """An opportunity in the stage ``label``; ``amount`` in minor units."""
    at = stage(label)
    filled: dict[str, Any] = {
        "name": f"{label} {amount}",
        "sort_name": "deal",
        "account": None if "contact" in values else values.pop("account", None) or account(owner),
        "pipeline": at.pipeline,
        "stage": at,
        "amount_minor": amount,
        "currency": "USD",
        "probability": at.probability,
        "opened_on": date(2026, 1, 5),
        "closed_on": None if at.meaning == "open" else DAY,
        "team": owner.team if owner else None,
    }
    return Opportunity.objects.create(owner=owner, **(filled | _keys(values, "campaign", "product") | values))


def _keys(values: dict[str, Any], *names: str) -> dict[str, str]:
    """What lists are filtered by."""
    return {f"{name}_key": sort_key(values.get(name, "")) for name in names}


def reason(meaning: str) -> Choice:
    return choice_meaning("loss_reason", meaning)


def source(label: str) -> Choice:
    return next(one for one in choices("lead_source") if one.label == label)


def lead(owner: Membership | None, meaning: str, **values: Any) -> Lead:
    filled: dict[str, Any] = {
        "name": "Lena Lead",
        "sort_name": "lena lead",
        "status": choice_meaning("lead_status", meaning),
        "team": owner.team if owner else None,
    }
    return Lead.objects.create(owner=owner, **(filled | _keys(values, "campaign") | values))
