"""Rows of opportunities, their way through the stages, who plays which part, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crm.activities.models import Activity, ActivityKind, ActivityLink
from crm.demo import words
from crm.demo.big.companies import account_before
from crm.demo.big.copying import Table
from crm.demo.big.filling import DAY, HOUR, Deal, Filling, day, iso, made
from crm.demo.big.ground import Owner
from crm.demo.big.names import company
from crm.picklists.models import Meaning
from opportunities import events
from opportunities.models import Opportunity, OpportunityContact, StageVisit

DEAL_DAYS = 790  # opened; what they close lies within 24 months
FROM_LEADS = 0.3
WON = 0.44
_COLUMNS = {model: Table(model) for model in (Opportunity, OpportunityContact, StageVisit)}
OPEN_FOR_EVER = 0.06  # deals that nobody has closed although their time is over


@dataclass(slots=True)
class Course:
    """How one deal went: the stages with the moment each was entered, and its end."""

    opened: int
    visits: list[tuple[Any, int]]
    closing: int  # the day it was closed, or is expected to

    @property
    def stage(self) -> Any:
        return self.visits[-1][0]

    @property
    def since(self) -> int:
        return self.visits[-1][1]


def write_deals(work: Filling) -> None:
    """The opportunities in the order of their opening, with visits, parts, events and activities."""
    for opened in work.moments(work.size.opportunities, DEAL_DAYS):
        number = account_before(work, opened)
        mates = work.contacts_of[number]
        contact = mates[int(len(mates) * work.draw.random())] if mates else None
        _write(work, number, contact, _course(work, opened))


def _course(work: Filling, opened: int) -> Course:
    draw, ground = work.draw, work.ground
    cycle = max(int(draw.lognormvariate(4.0, 0.6) * DAY), 2 * DAY)
    over = opened + cycle < work.now and draw.random() > OPEN_FOR_EVER
    stages = ground.open_stages
    if over:
        ends_won = draw.random() < WON
        steps = len(stages) if ends_won else 1 + int(draw.random() * len(stages))
    else:
        ends_won = False
        steps = 1 + int(min((work.now - opened) / cycle, 0.99) * len(stages) * draw.random() ** 0.5)
    way = [one for one in stages[:steps] if one is stages[0] or draw.random() < 0.8]
    until = min(opened + cycle, work.now)
    width = (until - opened) // (len(way) + 1)
    visits = [(one, opened + index * width) for index, one in enumerate(way)]
    if over:
        visits.append((ground.won if ends_won else ground.lost, opened + cycle))
    return Course(opened, visits, opened + cycle)


def _write(work: Filling, number: int, contact: int | None, course: Course) -> None:
    ground, draw = work.ground, work.draw
    firm, owner = company(number), work.account_owner[number]
    if owner.id is None:
        owner = ground.owner(draw)
    product, price, least, most = words.PRODUCTS[int(len(words.PRODUCTS) * draw.random())]
    name = f"{product} for {firm.name}"
    deal_id = work.id_at(course.opened)
    row = work.base(deal_id, course.opened, owner, name, f"{product.lower()} for {firm.sort_name}")
    row |= {
        "account_id": work.account_ids[number],
        "contact_id": work.contact_ids[contact] if contact is not None else None,
        "pipeline_id": ground.pipeline_id,
        "amount_minor": int(price * least * min(draw.lognormvariate(0.9, 0.9), most / least)) * 100,
        "currency": "USD" if draw.random() < 0.05 else ground.tenant.currency,
        "opened_on": day(course.opened),
        "last_activity_at": iso(course.opened),
        "source_id": str(ground.choices["lead_source"][int(14 * draw.random() ** 2)].pk),
        "rating_id": str(ground.choices["rating"][int(3 * draw.random() ** 1.3)].pk),
        "product": product,
        "to_existing_customer": any(won < course.opened for won, _event in work.wins.get(number, ())),
    }
    first = row | _in_stage(work, course.visits[0][0], course.opened, course.closing)
    row |= _in_stage(work, course.stage, course.since, course.closing)
    row |= {"updated_at": iso(course.since), "last_activity_at": iso(course.since)}
    work.sink.add(Opportunity, row)
    parts = [_kept(Opportunity, first), *_write_around(work, row, owner, course)]
    from_lead = contact is not None and draw.random() < FROM_LEADS and len(work.deals) < work.size.leads // 3
    because = work.id_at(course.opened) if from_lead else None
    if from_lead and contact is not None and because:
        work.deals.append(Deal(deal_id, number, contact, owner, course.opened, name, parts, because))
    ended = _tell(work, row, work.creator(owner), course, because)
    work.with_deals.add(number)
    if course.stage.meaning != Meaning.LOST:
        work.not_lost.add(number)
    if course.stage.meaning == Meaning.WON and ended:
        work.wins.setdefault(number, []).append((course.since, ended))


def _in_stage(work: Filling, stage: Any, since: int, closing: int) -> dict[str, Any]:
    """The columns that follow from a stage."""
    is_open, lost = stage.meaning == Meaning.OPEN, stage.meaning == Meaning.LOST
    reasons = work.ground.choices["loss_reason"]
    return {
        "stage_id": str(stage.pk),
        "stage_since": iso(since),
        "probability": stage.probability,
        "forecast_category": stage.forecast_category,
        "expected_close_on": day(closing),
        "closed_on": None if is_open else day(since),
        "loss_reason_id": str(reasons[int(len(reasons) * work.draw.random() ** 1.3)].pk) if lost else None,
        "next_step": words.NEXT_STEPS[since % len(words.NEXT_STEPS)] if is_open else "",
        "next_step_on": day(work.now + (since // HOUR % 14 - 3) * DAY) if is_open else None,
    }


def _write_around(work: Filling, row: dict[str, Any], owner: Owner, course: Course) -> list[Any]:
    """Visits and the main contact's part; return those that were made with the opportunity itself."""
    own = {"tenant_id": work.ground.tenant_id, "opportunity_id": row["id"]}
    creator = work.creator(owner)
    parts = []
    for index, (stage, entered) in enumerate(course.visits):
        following = course.visits[index + 1 : index + 2]
        visit = own | {"id": work.id_at(entered), "stage_id": str(stage.pk), "entered_at": iso(entered)}
        visit |= {"entered_by_id": creator.id, "left_at": iso(following[0][1]) if following else None}
        work.sink.add(StageVisit, visit)
        if index == 0:
            parts.append(_kept(StageVisit, visit | {"left_at": None}))
    if row["contact_id"]:
        part = own | {"id": work.id_at(course.opened), "contact_id": row["contact_id"], "is_primary": True}
        work.sink.add(OpportunityContact, part)
        parts.append(_kept(OpportunityContact, part))
    return parts


def _kept(model: Any, values: dict[str, Any]) -> dict[str, Any]:
    """What ``crm.undo`` keeps of a row that a conversion made."""
    table = _COLUMNS[model]
    columns = dict(zip(table.columns, table.row(values), strict=True))
    after = {name: value for name, value in columns.items() if value not in (None, "", "{}")}
    return {"table": table.name, "row": values["id"], "before": None, "after": after}


def _tell(work: Filling, row: dict[str, Any], creator: Owner, course: Course, because: str | None) -> str | None:
    """The events of its making and its end; and for an open one what is to be done, or what was said.

    Returns the event of winning or losing it.
    """
    deal_id, first, last = row["id"], course.visits[0][0], course.stage
    changes = made(name=row["name"], stage=_label(first), owner=creator.json)
    work.event(events.CREATED, deal_id, course.opened, creator, changes=changes, because=because)
    if last.meaning == Meaning.OPEN:
        _activity(work, row, creator, course)
        return None
    moved = {"stage": [_label(course.visits[-2][0]), _label(last)]}
    data = {"name": row["name"], "on": row["closed_on"]}
    return work.event(
        events.LOST if last.meaning == Meaning.LOST else events.WON,
        deal_id,
        course.since,
        creator,
        changes=moved,
        data=data,
    )


def _label(stage: Any) -> dict[str, str]:
    return {"id": str(stage.pk), "label": stage.label}


def _activity(work: Filling, row: dict[str, Any], owner: Owner, course: Course) -> None:
    draw = work.draw
    dice = draw.random()
    if dice > 0.8:
        return
    at = course.since + int((work.now - course.since) * draw.random())
    who = {"owner_id": owner.id, "created_by_id": owner.id, "created_at": iso(at), "occurred_at": iso(at)}
    if dice < 0.4:
        due = day(work.now + int(draw.gauss(3, 6)) * DAY)
        subject = words.TASKS[int(len(words.TASKS) * draw.random())].format(first="them")
        facts = {"kind": ActivityKind.TASK.value, "subject": subject, "due_on": due}
    else:
        line = words.CALL_NOTES[int(len(words.CALL_NOTES) * draw.random())]
        facts = {"kind": ActivityKind.CALL.value, "body": line.format(first="Them", count=int(draw.random() * 400))}
    activity_id = work.id_at(at)
    own = {"tenant_id": work.ground.tenant_id}
    work.sink.add(Activity, own | who | facts | {"id": activity_id})
    link = {"id": work.id_at(at), "activity_id": activity_id, "record_type": "opportunities", "record_id": row["id"]}
    work.sink.add(ActivityLink, own | link | {"occurred_at": iso(at)})
