"""Making and changing opportunities, and moving them through the stages.

Rules look at a stage's meaning (open, won, lost), never at its label.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.picklists import AccountType
from accounts.services import clear_lost_only
from contacts.models import Contact
from crm import catalogue, events
from crm.events.models import Event
from crm.events.types import EventType
from crm.ground.writes import at_the_end, insert, service
from crm.picklists.models import Choice, Meaning, Stage
from crm.picklists.selectors import choice
from crm.picklists.selectors import stage as stage_by_id
from crm.records.hiding import fill_in
from crm.records.services import create_record, delete_record, restore_record, update_record
from crm.records.times import is_about, refuse_future
from crm.tenants.clock import today
from crm.tenants.context import current_tenant
from crm.users.models import Membership
from opportunities.events import ACCOUNT_CHANGED, LOST, REOPENED, STAGE_CHANGED, WON
from opportunities.fields import first_stage
from opportunities.models import Opportunity, OpportunityContact, StageVisit
from opportunities.services import stages
from opportunities.services.contact_roles import set_main_contact

Values = dict[str, Any]


def prepare_opportunity(opportunity: Opportunity) -> None:
    """Fill currency and name where they were left out; refuse an opportunity that is with nobody."""
    if opportunity.account_id is None and opportunity.contact_id is None:
        raise ValidationError({"account": _("Choose an account or a contact: an opportunity is a sale to somebody.")})
    opportunity.currency = opportunity.currency or current_tenant().currency
    opportunity.name = opportunity.name.strip()
    if not opportunity.name:
        buyer: Any = opportunity.account or opportunity.contact
        opportunity.name = " – ".join(part for part in (buyer.name, opportunity.product.strip()) if part)[:300]


@service
def create_opportunity(
    *, actor: Membership | None, values: Values, because: Event | None = None, **attributes: Any
) -> Opportunity:
    """Create an opportunity from ``values`` (by field name); raise ``ValidationError`` keyed by field.

    Without an account it takes the contact's, unless that was deleted. In a won or lost stage it counts as won or lost
    at once. A lost one needs a reason, or ``stages.NO_REASON_GIVEN`` in its place.
    """
    values = {name: value for name, value in values.items() if value is not None or name not in _ALWAYS_FILLED}
    refuse_future("last_activity_at", values.get("last_activity_at"))
    stage = values.setdefault("stage", first_stage())
    stages.refuse_impossible_days(values, None, actor)
    if values.get("closed_on") and values["closed_on"] < today():
        values.setdefault("opened_on", None)  # nobody knows, but not today
    is_told = "stage_since" in values  # by a file, which does not say who put it there
    if values.get("account") is None and (contact := values.get("contact")) is not None:
        values["account"] = contact.account if contact.account and contact.account.deleted_at is None else None
    opportunity = create_record(
        catalogue.record_type("opportunities"),
        actor=actor,
        because=because,
        to_existing_customer=_was_customer(values.get("account"), values.get("opened_on", today())),
        **stages.entering(stage, values, before=None) | attributes,
        values=values,
    )
    stages.enter(opportunity, stage, None if is_told else actor)
    if opportunity.contact_id:
        insert(OpportunityContact(opportunity=opportunity, contact_id=opportunity.contact_id, is_primary=True))
    if stage.meaning != Meaning.OPEN:
        _record_outcome(opportunity, stage, actor, because)
    _clear_lost_only(opportunity, opportunity._created_event)
    return opportunity


@service
def update_opportunity(
    opportunity: Opportunity, *, actor: Membership | None, values: Values, because: Event | None = None
) -> Event | None:
    """Write what of ``values`` differs; return the event, or None when nothing did.

    A new stage among them moves the opportunity as ``move_to_stage`` does. With ``last_activity_at`` among them, which
    files may tell, nobody has been active now.
    """
    fill_in(opportunity)
    values = {name: value for name, value in values.items() if value is not None or name not in _ALWAYS_FILLED}
    values |= _latest_activity(opportunity, values)
    stage = values.pop("stage", None)
    if stage is not None and stage.pk != opportunity.stage_id:
        return _move(opportunity, stage, actor=actor, values=values, because=because)
    attributes = stages.staying(opportunity, values, actor)
    contact_id = opportunity.contact_id
    since = opportunity.stage_since
    moved = "account" in values and _id(values["account"]) != opportunity.account_id
    event = update_record(
        catalogue.record_type("opportunities"),
        opportunity,
        actor=actor,
        values=values,
        because=because,
        event_type=ACCOUNT_CHANGED if moved else None,
        **attributes,
    )
    if opportunity.contact_id != contact_id:
        set_main_contact(opportunity)
    if opportunity.stage_since != since:
        stages.entered_then(opportunity)
    if moved and event is not None:
        _clear_lost_only(opportunity, event)
    return event


@service
def move_to_stage(
    *,
    opportunity: Opportunity,
    stage: Stage,
    actor: Membership | None,
    loss_reason: Choice | None = None,
    loss_note: str = "",
    on: date | None = None,
    because: Event | None = None,
) -> Event | None:
    """Move the opportunity to ``stage``; return the event, or None when it is there already.

    A lost stage needs ``loss_reason``. ``on`` is the day it was won or lost (default: today). Out of a won or lost
    stage into an open one reopens it: day and reason are taken off, the history stays.
    Raises ``ValidationError`` keyed by field.
    """
    values: Values = {"loss_reason": loss_reason, "closed_on": on}
    if loss_note:  # else the note of an earlier loss stays, as its day and reason do
        values["loss_note"] = loss_note
    return _move(opportunity, stage, actor=actor, values=values, because=because)


@service
def take_move_back(
    opportunity: Opportunity, /, *, event: Event, values: Values, actor: Membership | None, because: Event | None = None
) -> Event | None:
    """Put it back into the stage that it was in before ``event``, with the day and reason of then (``values``).

    The stay there goes on; that in the other stage was a mistake, and only the log tells of it.
    """
    stage = values.pop("stage")
    if stage.meaning == Meaning.LOST and values.get("loss_reason") is None:
        values["loss_reason"] = stages.NO_REASON_GIVEN
    values["closed_on"] = values.get("closed_on", opportunity.closed_on) or stages.NO_DAY_KNOWN
    former = stages.last_stay(opportunity, stage)
    return _move(opportunity, stage, actor=actor, values=values, because=because, former=former)


def delete_opportunity(opportunity: Opportunity, *, actor: Membership | None, because: Event | None = None) -> None:
    """Move the opportunity to the recycle bin. For its account, a won one then no longer counts."""
    delete_record(catalogue.record_type("opportunities"), opportunity, actor=actor, because=because)


def restore_opportunity(opportunity: Opportunity, *, actor: Membership | None, because: Event | None = None) -> None:
    """Bring the opportunity back from the recycle bin. A won one counts again."""
    restore_record(catalogue.record_type("opportunities"), opportunity, actor=actor, because=because)


_ALWAYS_FILLED = frozenset({"stage"})  # an empty cell of an import means: as usual


def _move(
    opportunity: Opportunity,
    stage: Stage,
    *,
    actor: Membership | None,
    values: Values,
    because: Event | None,
    former: StageVisit | None = None,
) -> Event | None:
    """Move it; with ``former``, a stay that it had left, this goes on as if it had not."""
    _lock(opportunity)
    if stage.pk == opportunity.stage_id:  # another request was quicker
        return None
    before = stage_by_id(opportunity.stage_id)
    contact_id = opportunity.contact_id
    values = {"stage": stage, **values}
    if former is None and values.get("closed_on") != stages.NO_DAY_KNOWN:  # else it goes back to what it was
        refuse_future("closed_on", values.get("closed_on"))
    is_told = "stage_since" in values
    attributes = stages.entering(stage, values, before=before, opportunity=opportunity)
    if former is None:
        stages.refuse_impossible_days(values, opportunity, actor)
    else:
        attributes["stage_since"] = former.entered_at
    event = update_record(
        catalogue.record_type("opportunities"),
        opportunity,
        actor=actor,
        values=values,
        because=because,
        event_type=_event_of_move(before, stage),
        data=_outcome(opportunity, values) | stages.set_by_hand(opportunity, before, stage),
        **attributes,
    )
    if former is not None:
        stages.stay_on(opportunity, former)
    else:
        stages.leave_and_enter(opportunity, stage, actor, is_told=is_told)
    if opportunity.contact_id != contact_id:
        set_main_contact(opportunity)
    return event


def _clear_lost_only(opportunity: Opportunity, because: Event) -> None:
    """For an account that has just got this opportunity; one that is made with it cannot have lost any."""
    account = opportunity.account if opportunity.account_id else None
    if account is None or account._state.adding:
        return
    if stage_by_id(opportunity.stage_id).meaning != Meaning.LOST:
        at_the_end(_clear_notes, (account.pk, because))


def _clear_notes(arrived: list[tuple[UUID, Event]]) -> None:
    clear_lost_only(dict(reversed(arrived)))  # the first of each account is why


def _latest_activity(opportunity: Opportunity, values: Values) -> Values:
    """The last activity of ``values``, if that is told, unless a later one is known; and whether this is one."""
    opportunity.is_touched = "last_activity_at" not in values
    if opportunity.is_touched:
        return {}
    told, known = values["last_activity_at"], opportunity.last_activity_at
    refuse_future("last_activity_at", told)
    is_known = told is None or (known is not None and (told < known or is_about(told, known)))
    return {"last_activity_at": known if is_known else told}


def _lock(opportunity: Opportunity) -> None:
    """Hold the opportunity until the transaction ends, and bring it up to date, with all that its event will name."""
    rows = Opportunity.all_objects.select_for_update(of=("self",), no_key=True)
    named = rows.select_related("account", "contact", "owner", "created_by")
    opportunity.refresh_from_db(from_queryset=named)
    opportunity.without = frozenset()  # also what was emptied to be shown


_OUTCOMES = {Meaning.WON.value: WON, Meaning.LOST.value: LOST}  # by the meaning of the stage


def _event_of_move(before: Stage, stage: Stage) -> EventType:
    if before.meaning == stage.meaning:
        return STAGE_CHANGED
    return _OUTCOMES.get(stage.meaning, REOPENED)


def _record_outcome(opportunity: Opportunity, stage: Stage, actor: Membership | None, because: Event | None) -> Event:
    """Say of a new opportunity that it was won or lost, as a move there would have."""
    entered: dict[str, Choice | Stage | None] = {"stage": stage, "loss_reason": opportunity.loss_reason}
    return events.record(
        _OUTCOMES[stage.meaning],
        record=opportunity,
        actor=actor,
        changes={name: [None, {"id": str(one.pk), "label": one.label}] for name, one in entered.items() if one},
        data=_outcome(opportunity, {"closed_on": opportunity.closed_on}),
        because=because,
    )


def _outcome(opportunity: Opportunity, values: Values) -> dict[str, Any]:
    """What whoever hears of a move wants to know without reading the opportunity as it is by then."""
    closed_on = values.get("closed_on")
    return {"name": opportunity.name, "on": closed_on.isoformat() if closed_on else None}


def _was_customer(account: Account | None, on: date | None) -> bool:
    """Whether it is known that the account was a customer ``on`` that day (None: nobody knows which)."""
    if account is None or on is None or choice(account.type_id).meaning != AccountType.CUSTOMER:
        return False
    return account.type_since <= on if account.type_since else on >= today()


def _id(record: Account | Contact | None) -> Any:
    return record.pk if record is not None else None
