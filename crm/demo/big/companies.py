"""Rows of accounts and contacts."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from accounts import events as accounts
from accounts.models import Account
from accounts.picklists import AccountType
from contacts import events as contacts
from contacts.models import Contact
from crm.demo import words
from crm.demo.big.filling import DAY, Filling, day, iso, made
from crm.demo.big.ground import NOBODY
from crm.demo.big.names import company, person

ACCOUNT_DAYS = 1095
YEAR = 365 * DAY
GIANTS = 50  # the first accounts are customers of long standing, and have much of everything


def plan_accounts(work: Filling) -> None:
    """Settle the accounts' ids, days and owners; their rows wait for what the opportunities make of them."""
    work.account_at = work.moments(work.size.accounts, ACCOUNT_DAYS)
    work.account_ids = [work.id_at(at) for at in work.account_at]
    work.account_owner = [work.ground.owner(work.draw) for _ in work.account_at]
    work.contacts_of = [[] for _ in work.account_at]


def account_before(work: Filling, moment: int) -> int:
    """An account that exists at ``moment``: older ones more often, the giants much more often."""
    there = max(bisect_right(work.account_at, moment), 1)
    if work.draw.random() < 0.04:
        return int(min(GIANTS, there) * work.draw.random())
    return int(there * work.draw.random() ** 1.2)


def write_contacts(work: Filling) -> None:
    ground, draw = work.ground, work.draw
    relationships = [str(one.pk) for one in ground.choices["relationship"]]
    for at in work.moments(work.size.contacts, ACCOUNT_DAYS - 5):
        number = account_before(work, at)
        firm, who = company(number), person(draw)
        owner = work.account_owner[number] if draw.random() < 0.9 else ground.owner(draw)
        contact_id = work.id_at(at)
        email = f"{who.local}@{firm.domain}" if draw.random() < 0.9 else ""
        work.contacts_of[number].append(len(work.contact_ids))
        work.contact_ids.append(contact_id)
        work.people.append(who)
        work.contact_account.append(number)
        job, _part = words.JOBS[int(len(words.JOBS) * draw.random())]
        work.sink.add(
            Contact,
            work.base(contact_id, at, owner, who.name, who.sort_name)
            | {
                "first_name": who.first_name,
                "last_name": who.last_name,
                "job_title": job,
                "account_id": work.account_ids[number],
                "relationship_id": relationships[int(len(relationships) * draw.random() ** 2)],
                "email": email,
                "email_key": email,
                "email_domain": firm.domain if email else "",
                "phone": firm.phone,
                "phone_key": firm.phone_key,
                "city": firm.city,
                "country": firm.country,
                "opted_out": draw.random() < 0.07,
            },
        )
        changes = made(name=who.name, email=email, owner=owner.json)
        work.event(contacts.CREATED, contact_id, at, work.creator(owner), changes=changes)


def write_accounts(work: Filling) -> None:
    ground, draw = work.ground, work.draw
    industries = {one.label: str(one.pk) for one in ground.choices["industry"]}
    for number, at in enumerate(work.account_at):
        firm, owner, account_id = company(number), work.account_owner[number], work.account_ids[number]
        employees = int(draw.lognormvariate(4.8, 1.3)) + 2
        row = work.base(account_id, at, owner, firm.name, firm.sort_name)
        row |= _type(work, number, at)
        row |= {
            "lost_only": number in work.with_deals and number not in work.not_lost,
            "industry_id": industries.get(firm.industry),
            "website": f"https://{firm.domain}",
            "name_key": firm.key,
            "domain": firm.domain,
            "phone": firm.phone,
            "phone_key": firm.phone_key,
            "employees": employees,
            "annual_revenue_minor": employees * 12_000_000 if draw.random() < 0.6 else None,
            "currency": ground.tenant.currency,
            "founded": 2020 - int(draw.random() ** 2 * 90),
            "city": firm.city,
            "region": firm.region,
            "country": firm.country,
        }
        work.sink.add(Account, row)
        changes = made(name=firm.name, owner=owner.json)
        work.event(accounts.CREATED, account_id, at, work.creator(owner), changes=changes)


def _type(work: Filling, number: int, at: int) -> dict[str, Any]:
    """What the account is to us: a customer for a year after its last win, and then a past one."""
    ground, wins = work.ground, work.wins.get(number)
    if not wins:
        other = work.draw.random()
        label = "Vendor" if other < 0.01 else "Partner" if other < 0.03 else "Prospect"
        return {"type_id": ground.called("account_type", label), "type_since": day(at)}
    won_at, won_event = max(wins)
    if work.now - won_at > YEAR:
        past = ground.meaning("account_type", AccountType.PAST_CUSTOMER)
        return {"type_id": past, "type_since": day(won_at + YEAR), "updated_at": iso(won_at + YEAR)}
    customer = ground.meaning("account_type", AccountType.CUSTOMER)
    changes = {"type": [{"id": ground.meaning("account_type", AccountType.PROSPECT), "label": "Prospect"},
                        {"id": customer, "label": "Customer"}]}  # fmt: skip
    first_at, first_event = min(wins)
    # A workflow did it, because of the first win; the last one is what holds it there.
    account_id = work.account_ids[number]
    work.event(accounts.BECAME_CUSTOMER, account_id, first_at + 1000, NOBODY, changes=changes, because=first_event)
    return {
        "type_id": customer,
        "type_since": day(first_at),
        "type_because_id": won_event,
        "updated_at": iso(won_at + 1000),
    }
