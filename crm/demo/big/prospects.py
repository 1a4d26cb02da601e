"""Rows of leads: those that became opportunities, and the many that did not."""

from __future__ import annotations

import json
from typing import Any

from crm.demo import words
from crm.demo.big.filling import DAY, Deal, Filling, iso, made
from crm.demo.big.ground import Owner
from crm.demo.big.names import Company, Person, company, person
from crm.undo.changes import DAYS_KEPT
from crm.undo.models import Change
from leads.events import CONVERTED, CREATED
from leads.models import Conversion, Lead
from leads.picklists import LeadStatus

LEAD_DAYS = 730
FRESH_DAYS = 45
# Shares of the meanings, added up: of those that came lately, and of older ones.
SHARED = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED, LeadStatus.UNQUALIFIED)
FRESH = tuple(zip((0.42, 0.78, 0.88, 1.0), SHARED, strict=True))
OLD = tuple(zip((0.10, 0.22, 0.25, 1.0), SHARED, strict=True))
COMPANIES = 0.6  # as many companies as this part of the leads: some send several


def write_leads(work: Filling) -> None:
    deals = iter(work.deals)
    converted = len(work.deals)
    for deal in deals:
        _write_converted(work, deal)
    rest = work.size.leads - converted
    known = work.size.accounts
    for at in work.moments(rest, LEAD_DAYS):
        firm = company(known + int(rest * COMPANIES * work.draw.random()))
        who = person(work.draw)
        row = _row(work, at, firm, who, work.ground.owner(work.draw))
        row |= _status(work, at)
        work.sink.add(Lead, row)
        _tell(work, row, at)


def _row(work: Filling, at: int, firm: Company, who: Person, owner: Owner) -> dict[str, Any]:
    ground, draw = work.ground, work.draw
    dice = draw.random
    sources = ground.choices["lead_source"]
    source = sources[int(len(sources) * dice() ** 1.8)]
    campaigns = words.CAMPAIGNS.get(source.label, ("",))
    reach = dice()  # by e-mail, by phone, or both
    email = f"{who.local}@{firm.domain}" if reach < 0.93 else ""
    row = work.base(work.id_at(at), at, owner, who.name, who.sort_name)
    row |= {
        "first_name": who.first_name,
        "last_name": who.last_name,
        "company": firm.name,
        "company_key": firm.key,
        "job_title": words.JOBS[int(len(words.JOBS) * dice())][0],
        "email": email,
        "email_key": email,
        "email_domain": firm.domain if email else "",
        "source_id": str(source.pk),
        "rating_id": str(ground.choices["rating"][int(3 * dice() ** 0.8)].pk),
        "campaign": campaigns[int(len(campaigns) * dice())],
        "product_interest": words.PRODUCTS[int(len(words.PRODUCTS) * dice())][0],
        "currency": ground.tenant.currency,
        "city": firm.city,
        "region": firm.region,
        "country": firm.country,
        "opted_out": dice() < 0.04,
    }
    if reach > 0.45:
        row |= {"phone": firm.phone, "phone_key": firm.phone_key}
    if dice() < 0.5:
        row["estimated_value_minor"] = int(draw.lognormvariate(9.2, 1.1)) * 100
    if dice() < 0.3:
        row["employees"] = int(draw.lognormvariate(4.6, 1.2)) + 1
    return row


def _status(work: Filling, at: int) -> dict[str, Any]:
    ground, dice = work.ground, work.draw.random()
    shares = FRESH if work.now - at < FRESH_DAYS * DAY else OLD
    meaning = next(one for share, one in shares if dice <= share)
    since = at if meaning == LeadStatus.NEW else at + int((work.now - at) * min(work.draw.expovariate(8), 1.0))
    found = {"status_id": ground.meaning("lead_status", meaning), "status_since": iso(since), "updated_at": iso(since)}
    if meaning == LeadStatus.UNQUALIFIED:
        reasons = ground.choices["unqualified_reason"]
        found["unqualified_reason_id"] = str(reasons[int(len(reasons) * work.draw.random() ** 1.5)].pk)
    return found


def _write_converted(work: Filling, deal: Deal) -> None:
    """A lead that became an opportunity at an account and with a contact that were there already."""
    ground = work.ground
    at = work.working(deal.opened - int(work.draw.expovariate(1 / 12) * DAY) - DAY)
    before = _row(work, at, company(deal.account), work.people[deal.contact], deal.owner)
    before |= {"status_id": ground.meaning("lead_status", LeadStatus.QUALIFIED), "status_since": iso(at)}
    when = iso(deal.opened)
    after = {
        "status_id": ground.meaning("lead_status", LeadStatus.CONVERTED),
        "status_since": when,
        "updated_at": when,
        "converted_at": when,
        "account_id": work.account_ids[deal.account],
        "contact_id": work.contact_ids[deal.contact],
        "opportunity_id": deal.id,
    }
    row = before | after
    work.sink.add(Lead, row)
    _tell(work, row, at)
    conversion_id = work.id_at(deal.opened)
    _tell_converted(work, deal, row, conversion_id)
    was = {name: before.get(name) for name in after}
    changed = {"table": Lead._meta.db_table, "row": row["id"], "before": was, "after": after}
    if deal.opened > work.now - DAYS_KEPT * DAY:
        for one in (*deal.parts, changed):
            _keep(work, conversion_id, one)
    work.sink.add(
        Conversion,
        {
            "id": conversion_id,
            "tenant_id": ground.tenant_id,
            "lead_id": row["id"],
            "account_id": after["account_id"],
            "contact_id": after["contact_id"],
            "opportunity_id": deal.id,
            "converted_by_id": work.creator(deal.owner).id,
            "converted_at": when,
            "event_id": deal.converted_event,
        },
    )


def _keep(work: Filling, conversion_id: str, change: dict[str, Any]) -> None:
    columns = {name: change[name] and json.dumps(change[name], ensure_ascii=False) for name in ("before", "after")}
    own = {"id": work.id_at(work.now), "tenant_id": work.ground.tenant_id, "act": conversion_id, "part": conversion_id}
    work.sink.add(Change, own | change | columns)


def _tell_converted(work: Filling, deal: Deal, row: dict[str, Any], conversion_id: str) -> None:
    labels = (
        ("accounts", row["account_id"], company(deal.account).name, "existing"),
        ("contacts", row["contact_id"], work.people[deal.contact].name, "existing"),
        ("opportunities", deal.id, deal.name, "new"),
    )
    work.event(
        CONVERTED,
        row["id"],
        deal.opened,
        work.creator(deal.owner),
        event_id=deal.converted_event,
        data={
            "conversion": conversion_id,
            "lead": {"id": row["id"], "label": row["name"]},
            "into": [{"type": key, "id": one, "label": label, "way": way} for key, one, label, way in labels],
        },
    )


def _tell(work: Filling, row: dict[str, Any], at: int) -> None:
    by_id = work.owners_by_id
    owner = by_id.get(row["owner_id"], work.ground.admin)
    changes = made(name=row["name"], company=row["company"], email=row["email"], owner=owner.json)
    work.event(CREATED, row["id"], at, owner, changes=changes)
