"""What opportunities show on their own page, on those of accounts and contacts, and after an import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from accounts.picklists import AccountType
from accounts.services import get_locked_accounts
from accounts.services import meaning_of as meaning_of_account
from contacts.models import Contact
from crm import catalogue
from crm.catalogue.types import Panel
from crm.events.models import Event
from crm.events.selectors import is_waiting
from crm.imports.afterwards import Afterwards, register, register_rehearsal
from crm.picklists.models import Meaning
from crm.picklists.selectors import choice
from crm.picklists.selectors import stage as stage_by_id
from crm.queries.query import Query
from crm.records.access import url_for
from crm.records.hiding import hide_unseen
from crm.tenants.clock import today
from crm.ui import format as formats
from crm.users.access import READ_ONLY, can, limited_fields, may
from crm.users.models import Membership
from opportunities.models import Opportunity
from opportunities.selectors import (
    LATEST,
    age_days,
    by_meaning,
    contact_roles,
    days_in_stage,
    latest_of_account,
    meaning_of,
    objection_to_main,
    opportunities_of_account,
    opportunities_of_contact,
    stage_bar,
    stage_fact,
    stage_history,
)
from opportunities.services.lapsing import effect_tonight, lapsing_tonight
from opportunities.settings import PAST_CUSTOMER_MONTHS
from opportunities.workflows import FOLLOWS, settle, touched_accounts

LISTED = 30


def load_stage_bar(actor: Membership, opportunity: Opportunity) -> dict[str, Any]:
    """The stages to move through."""
    return {
        "opportunity": opportunity,
        "steps": stage_bar(opportunity),
        "meaning": meaning_of(opportunity),
        "days": days_in_stage(opportunity),
        "may_move": can(actor, "edit", opportunity),
    }


def load_guidance(actor: Membership, opportunity: Opportunity) -> dict[str, Any] | None:
    """What to do in the present stage, and that its probability was set by hand."""
    stage = stage_by_id(opportunity.stage_id)
    if not (stage.guidance or opportunity.probability_overridden):
        return None
    return {
        "opportunity": opportunity,
        "stage": stage,
        "may_edit": can(actor, "edit", opportunity)
        and "probability" not in limited_fields(actor, Opportunity.type_key, READ_ONLY),
        "probability": formats.percent(opportunity.probability / 100),
        "of_stage": formats.percent(stage.probability / 100),
    }


def load_roles(actor: Membership, opportunity: Opportunity) -> dict[str, Any]:
    """Who plays which part, as far as the actor may see them."""
    parts = [part for part in contact_roles(opportunity) if can(actor, "view", part.contact)]
    hide_unseen(actor, (part.contact for part in parts))
    main = next((part.contact for part in parts if part.is_primary), None)
    return {
        "opportunity": opportunity,
        "objection": objection_to_main(actor, opportunity, main),
        "parts": [
            (part, choice(part.role_id) if part.role_id else None, url_for(actor, part.contact)) for part in parts
        ],
        "may_edit": can(actor, "edit", opportunity),
    }


def load_history(actor: Membership, opportunity: Opportunity) -> dict[str, Any]:
    """How long it has been in each stage, and on its way as a whole."""
    return {
        "opportunity": opportunity,
        "visits": stage_history(opportunity),
        "age": age_days(opportunity),
        "closed": meaning_of(opportunity) != Meaning.OPEN,
    }


def load_others(actor: Membership, opportunity: Opportunity) -> dict[str, Any] | None:
    """The other opportunities of its account."""
    if opportunity.account is None:
        return None
    of_account = latest_of_account(actor, opportunity.account, LISTED + 2)
    others = [one for one in of_account if one.pk != opportunity.pk]
    return _listed(_("Other opportunities of the account"), others) if others else None


def load_of_account(actor: Membership, account: Account) -> dict[str, Any]:
    """The account's open, won and lost opportunities."""
    latest = latest_of_account(actor, account, LISTED + 1)
    return _panel_of(actor, latest, opportunities_of_account(actor, account), {"account": account.pk})


def load_of_contact(actor: Membership, contact: Contact) -> dict[str, Any]:
    """The opportunities in which the contact plays a part."""
    new = {"contact": contact.pk} | ({"account": contact.account_id} if contact.account_id else {})
    query = opportunities_of_contact(actor, contact)
    latest = query.rows(actor).order_by(*LATEST)[: LISTED + 1]
    return _panel_of(actor, latest, query, new)


def _panel_of(actor: Membership, latest: Iterable[Opportunity], query: Query, new: dict[str, UUID]) -> dict[str, Any]:
    """The ``latest`` of ``query``, with the links to all of it as a list and to one more, which starts with ``new``."""
    may_create = may(actor, "create", Opportunity.type_key)
    return _listed(_("Opportunities"), latest) | {
        "all_url": query.url(),
        "new_url": f"{reverse('opportunities:new')}?{urlencode(new)}" if may_create else "",
    }


def _listed(title: str, opportunities: Iterable[Opportunity]) -> dict[str, Any]:
    found = list(opportunities)
    groups = by_meaning(found[:LISTED])
    return {
        "title": title,
        "count": formats.count(min(len(found), LISTED), capped=len(found) > LISTED),
        "groups": [(meaning, [(one, catalogue.url(one)) for one in rows]) for meaning, rows in groups.items() if rows],
        "today": today(),
    }


OPPORTUNITY_PANELS = (
    Panel("stages", "opportunities/stage_bar.html", load_stage_bar, order=10, place="head"),
    Panel("guidance", "opportunities/guidance_panel.html", load_guidance, order=10, place="middle"),
    Panel("roles", "opportunities/roles_panel.html", load_roles, order=20),
    Panel("history", "opportunities/history_panel.html", load_history, order=40),
    Panel("others", "opportunities/list_panel.html", load_others, order=50),
)
catalogue.add_page_fact(Opportunity.type_key, stage_fact)
for _model, _load in ((Account, load_of_account), (Contact, load_of_contact)):
    catalogue.add_panel(_model.type_key, Panel("opportunities", "opportunities/list_panel.html", _load, order=15))


def tell_of_tonight(actor: Membership) -> Afterwards | None:
    """Say how many customers of the workspace would be past customers tomorrow."""
    number = effect_tonight(PAST_CUSTOMER_MONTHS.value()).total
    if not number:
        return None
    sentence = ngettext(
        "%(count)s customer becomes a past customer tonight: the contract has ended, or nothing was won for long.",
        "%(count)s customers become past customers tonight: their contracts have ended, or nothing was won for long.",
        number,
    ) % {"count": formats.number(number)}
    return Afterwards(sentence, reverse("setup:account_life") if actor.role.can_set_up else "")


def tell_of_wins(actor: Membership) -> Afterwards | None:
    """Say that accounts have still to follow their opportunities: then the coming night may take more of them."""
    if not is_waiting(FOLLOWS):
        return None
    return Afterwards(
        _("Accounts are still being made customers of what was won. Load the page again to see what the night will do.")
    )


for _key in (Account.type_key, "opportunities"):
    register(_key, tell_of_tonight)
register("opportunities", tell_of_wins)


def _who_are_customers(accounts: Sequence[Account]) -> list[Account]:
    return [account for account in accounts if meaning_of_account(account) == AccountType.CUSTOMER]


def follows_from_opportunities(since: datetime, actor: Membership) -> dict[str, list[Account]]:
    """Accounts that become customers of what is won, and those that the night makes past customers again."""
    happened = Event.objects.filter(record_type="opportunities", at__gte=since, actor=actor)
    touched = touched_accounts(list(happened))
    accounts = get_locked_accounts(touched)
    before = _who_are_customers(accounts)
    settle(accounts, touched)
    became = [account for account in _who_are_customers(accounts) if account not in before]
    return {"customers": became, "tonight": lapsing_tonight(touched.keys())}


def follows_from_accounts(since: datetime, actor: Membership) -> dict[str, list[Account]]:
    """Accounts of the file that the night makes past customers."""
    ids = Event.objects.filter(record_type=Account.type_key, at__gte=since, actor=actor).values_list(
        "record_id", flat=True
    )
    return {"tonight": lapsing_tonight({account_id for account_id in ids if account_id is not None})}


def _customers(count: int) -> str:
    return ngettext(
        "%(count)s account becomes a customer, since something was won there:",
        "%(count)s accounts become customers, since something was won there:",
        count,
    ) % {"count": formats.number(count)}


def _tonight(count: int) -> str:
    return ngettext(
        "%(count)s customer of this file becomes a past customer tonight: the contract has ended, or nothing was won"
        " for long:",
        "%(count)s customers of this file become past customers tonight: their contracts have ended, or nothing was won"
        " for long:",
        count,
    ) % {"count": formats.number(count)}


register_rehearsal("opportunities", follows_from_opportunities, {"customers": _customers, "tonight": _tonight})
register_rehearsal(Account.type_key, follows_from_accounts, {"tonight": _tonight})
