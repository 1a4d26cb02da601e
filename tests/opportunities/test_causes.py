"""What made an account what it is, as the events that may be the cause declare it."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from accounts.look import why_type
from accounts.models import Account
from accounts.selectors import Standing
from accounts.services import settle_account
from crm.events.models import IMPORT, Event
from crm.events.types import EventType, event_types
from crm.picklists.selectors import choice_meaning
from crm.tenants.clock import today
from crm.users.models import Membership
from opportunities import events
from tests import make
from tests.people import Firm

# How the account's page has told it since its first day
TOLD = {
    "lead.converted": ("came from Deal X, converted on %s by Ana Owner", "came from a lead, converted on %s"),
    "opportunity.account_changed": (
        "Deal X was moved to another account on %s, by Ana Owner",
        "an opportunity was moved",
    ),
    "opportunity.deleted": ("Deal X was deleted on %s, by Ana Owner", "an opportunity was deleted on %s"),
    "opportunity.lost": ("lost Deal X on %s, by Ana Owner", "lost an opportunity on %s"),
    "opportunity.reopened": ("Deal X was reopened on %s, by Ana Owner", "an opportunity was reopened on %s"),
    "opportunity.restored": ("Deal X was brought back on %s, by Ana Owner", "an opportunity was brought back on %s"),
    "opportunity.won": ("won Deal X on %s, by Ana Owner", "won an opportunity on %s"),
    # what declares no words of its own
    "opportunity.changed": ("because of Deal X on %s, by Ana Owner", "because of an opportunity on %s"),
    "lead.status_changed": ("because of Deal X on %s, by Ana Owner", "because of a lead on %s"),
}
IMPORTED = {
    "lead.converted": "came from Deal X, converted on %s (imported by Ana Owner)",
    "opportunity.lost": "lost Deal X on %s (imported by Ana Owner)",
    "opportunity.won": "won Deal X on %s (imported by Ana Owner)",
    "opportunity.reopened": "Deal X was reopened on %s, by Ana Owner’s import",
}


def cause(firm: Firm, event_type: EventType, **data: Any) -> Event:
    maker = make.lead if event_type.about == "leads" else make.opportunity
    names = {"first_name": "Deal", "last_name": "X"} if event_type.about == "leads" else {"name": "Deal X"}
    record = maker(firm.ana, **names)
    place = {"record_type": event_type.about, "record_id": record.pk}
    return Event.objects.create(name=event_type.name, actor=firm.ana, data=data, changes={}, **place)


def why(firm: Firm, event: Event, actor: Membership) -> str:
    account = make.account(firm.ana)
    customer = Standing(choice_meaning("account_type", "customer"), today(), event.pk)
    settle_account(account, customer, because=event)
    return plain(why_type(Account.objects.get(pk=account.pk), actor))


def plain(html: str) -> str:
    """The sentence without its links, and %s for each day."""
    told = re.sub(r"<[^>]+>|[\u2066-\u2069]", "", html)
    return re.sub(r"on (\w+ \d+, \d{4}|\d+ \w+ \d{4})", "on %s", told)


def test_all_that_declare_to_be_a_cause_are_told() -> None:
    declared = {one.name for one in event_types() if one.cause is not None}
    assert declared == set(TOLD) - {"opportunity.changed", "lead.status_changed"}


@pytest.mark.parametrize("name", TOLD)
def test_a_cause_is_told_and_names_nobody_what_they_may_not_see(inside: Firm, name: str) -> None:
    event = cause(inside, next(one for one in event_types() if one.name == name))
    sam = Membership.objects.select_related("role").get(pk=inside.sam.pk)
    sam.role.access = {**sam.role.access, "opportunities": {"view": "own"}, "leads": {"view": "own"}}
    seen, unseen = TOLD[name]
    assert why(inside, event, inside.ada) == seen
    told = why(inside, event, sam)
    assert unseen in told and "Deal X" not in told


@pytest.mark.parametrize("name", IMPORTED)
def test_who_brought_it_in_is_not_who_did_it(inside: Firm, name: str) -> None:
    event = cause(inside, next(one for one in event_types() if one.name == name), **{IMPORT: str(uuid4())})
    assert why(inside, event, inside.ada) == IMPORTED[name]


def test_a_win_that_was_entered_later_names_who_entered_it(inside: Firm) -> None:
    assert (
        why(inside, cause(inside, events.WON, on="2024-05-03"), inside.ada) == "won Deal X on %s, entered by Ana Owner"
    )
    assert why(inside, cause(inside, events.LOST, on="2024-05-03"), inside.ada) == "lost Deal X on %s, by Ana Owner"
    unknown = why(inside, cause(inside, events.WON, on=None), inside.ada)
    assert unknown == "won Deal X on a day that is not known, entered by Ana Owner"


def test_what_is_no_cause_of_any_type_gives_no_reason(inside: Firm) -> None:
    """A run over many rows, or what happened to a type of record none of whose events may be a cause."""
    record = make.contact(inside.ana)
    place = {"record_type": "contacts", "record_id": record.pk}
    event = Event.objects.create(name="contact.changed", actor=inside.ana, data={}, changes={}, **place)
    assert why(inside, event, inside.ada) == "set by a workflow on %s"


def test_what_the_calendar_noticed_is_told_and_hides_what_may_not_be_seen(inside: Firm) -> None:
    sam = Membership.objects.select_related("role").get(pk=inside.sam.pk)
    sam.role.access = {**sam.role.access, "opportunities": {"view": "own"}}
    deal = make.opportunity(inside.ana, name="Deal X")
    last = {"opportunity": {"id": str(deal.pk), "label": deal.name}, "on": "2024-05-03"}
    past = choice_meaning("account_type", "past_customer")
    for lapse, seen, unseen in (
        ({"reason": "contract_ended", "on": "2024-05-03"}, "its contract ended on %s", "its contract ended on %s"),
        ({"reason": "no_win", "months": 12}, "nothing was won for 12 months", "nothing was won for 12 months"),
        (
            {"reason": "no_win", "months": 1, **last},
            "nothing was won for 1 month; the last was Deal X on %s",
            "nothing was won for 1 month; the last was an opportunity on %s",
        ),
    ):
        account = make.account(inside.ana)
        settle_account(account, Standing(past, today()), because=None, lapse=lapse)
        assert plain(why_type(account, inside.ada)) == seen
        assert plain(why_type(account, sam)) == unseen
