"""The one way in which a lead becomes an account, a contact and an opportunity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.picklists import AccountType
from accounts.services import create_account, update_account
from contacts.models import Contact
from contacts.services import create_contact, settle_relationship, update_contact
from crm import catalogue, events
from crm.events.models import Event
from crm.ground.ids import uuid7
from crm.ground.writes import at_the_end, gathered, insert, point_ahead, service, set_aside, update
from crm.keys.names import join_name
from crm.picklists.models import Meaning
from crm.picklists.selectors import choice_meaning, stage
from crm.records.access import get_record
from crm.records.hiding import fill_in
from crm.records.services import LockedError, update_record
from crm.tenants.clock import day_of
from crm.undo.keeping import columns_of, keep_change, keeping
from crm.users.access import can
from crm.users.models import Membership, Team
from crm.users.selectors import teams
from leads.conversion.defaults import new_values, owner_of_new
from leads.conversion.hanging import Converted, bring_along
from leads.conversion.plan import NOTHING, PARTS, ConversionPlan, Part, Way
from leads.conversion.refusals import GateError, PartError, check_conversion
from leads.conversion.winning import LEFT_OUT, Told, told_unfit, winning_values
from leads.events import CONVERTED, LINKED
from leads.field_map import is_blank
from leads.models import Conversion, Lead
from leads.picklists import LeadStatus
from opportunities.models import Opportunity, OpportunityContact
from opportunities.services import add_contact_role, create_opportunity, update_opportunity

_ATTRIBUTES = {Account.type_key: "account", Contact.type_key: "contact", Opportunity.type_key: "opportunity"}
RELATED = ("owner", "team", "created_by")  # of a lead: what its event names
_CREATE: dict[str, Callable[..., Any]] = {
    Account.type_key: create_account,
    Contact.type_key: create_contact,
    Opportunity.type_key: create_opportunity,
}
_UPDATE: dict[str, Callable[..., Any]] = {
    Account.type_key: update_account,
    Contact.type_key: update_contact,
    Opportunity.type_key: update_opportunity,
}


@dataclass
class _Work:
    """One conversion while it is being done."""

    lead: Lead
    actor: Membership
    plan: ConversionPlan
    conversion: Conversion
    missing: list[str]  # criteria that are not met, and were gone past knowingly
    records: dict[str, Any] = field(default_factory=dict)  # those that exist, then also those that are made
    ids: dict[str, UUID] = field(default_factory=dict)
    times: Mapping[str, datetime | None] = field(default_factory=dict)  # of a conversion elsewhere
    columns: list[str] = field(default_factory=list)  # of the lead: those that are still to be written
    brought: dict[str, dict[str, Any]] = field(default_factory=dict)  # ``values`` by type

    @property
    def owner(self) -> Membership:
        return self.plan.owner or owner_of_new(self.lead, self.actor)

    def values(self, key: str) -> dict[str, Any]:
        """What a new record of the type gets from the lead, and from who converts it."""
        if (found := self.brought.get(key)) is None:
            account = "" if key == Account.type_key else _account_name(self)
            found = self.brought[key] = new_values(self.lead, self.plan, key, account)
        return found


@service
def convert_lead(
    *,
    lead_id: UUID,
    actor: Membership,
    plan: ConversionPlan,
    despite_gate: bool = False,
    because: Event | None = None,
    times: Mapping[str, datetime | None] | None = None,
) -> Conversion:
    """Convert the lead as ``plan`` says, wholly or not at all, and return the conversion.

    A lead that is converted already is left as it is and its conversion returned: however often and from however
    many places this is called, there is one set of records. The actor must be allowed to edit the lead, to create
    what is new, to view what is linked and to edit what of it changes; what one may not reach raises ``Http404``.
    Raises ``PartError`` for what cannot be done, and its kind ``GateError`` for a lead that does not meet the
    workspace's gate (``leads.vetting.gate``): ``despite_gate`` goes past one that warns, never past one that blocks.
    ``times`` are those of a lead that was converted elsewhere, as far as they are known.
    """
    leads = catalogue.record_type("leads")
    lead = get_record(actor, leads, lead_id, verb="edit", lock=True, whole=True, related=RELATED)
    return convert_held(lead, actor=actor, plan=plan, despite_gate=despite_gate, because=because, times=times)


@service
def convert_held(
    lead: Lead,
    *,
    actor: Membership,
    plan: ConversionPlan,
    despite_gate: bool = False,
    because: Event | None = None,
    times: Mapping[str, datetime | None] | None = None,
) -> Conversion:
    """As ``convert_lead``, with a lead that ``actor`` may edit, locked when it was read and ``RELATED`` with it."""
    fill_in(lead)
    done = live_conversion(lead)
    if done is not None:
        return done
    missing = check_conversion(lead, actor=actor, plan=plan, despite_gate=despite_gate)
    return _convert(
        _Work(lead, actor, plan, Conversion(lead=lead, converted_by=actor), missing, times=times or {}), because
    )


def convert_new(
    lead: Lead,
    *,
    actor: Membership,
    plan: ConversionPlan,
    because: Event | None,
    times: Mapping[str, datetime | None],
) -> Conversion:
    """Convert a lead whose insert is kept back (``collect_inserts``), as ``convert_lead`` does ``despite_gate``.

    Nothing hangs on it yet, and nobody else has it. What is linked is in the database.
    """
    if not can(actor, "edit", lead):
        raise Http404
    missing = check_conversion(lead, actor=actor, plan=plan, despite_gate=True)
    work = _Work(lead, actor, plan, Conversion(lead=lead, converted_by=actor), missing, times=times)
    is_all_new = all(plan.of(key).way != Way.EXISTING for key in PARTS)
    with nullcontext() if is_all_new else transaction.atomic():
        return _convert(work, because)


def _convert(work: _Work, because: Event | None) -> Conversion:
    lead, before = work.lead, columns_of(work.lead)
    is_kept_back, links = lead._state.adding, any(work.plan.of(key).way == Way.EXISTING for key in PARTS)
    if links or work.plan.role is not None:  # what is there is read, and locked
        with nullcontext() if is_kept_back else set_aside(), keeping(work.conversion.pk):
            with gathered():  # what is new is written in one statement
                event = _do(work, because)
            if is_kept_back:
                keep_change(work.conversion.pk, lead, before)
            else:
                _give_role(work, event)
    else:
        with gathered(), keeping(work.conversion.pk, writes=False):
            _do(work, because)
            keep_change(work.conversion.pk, lead, before)
    return work.conversion


def _do(work: _Work, because: Event | None) -> Event:
    _find_existing(work)
    event = _mark_converted(work, because)
    _make_all(work, event)
    if not work.lead._state.adding:  # else nothing hangs on it, and it is inserted as it is by then
        update(work.lead, [*work.columns, *_ATTRIBUTES.values()])
        at_the_end(bring_along, Converted(work.conversion, work.lead, work.records, work.actor, event))
    return event


def _make_all(work: _Work, event: Event) -> None:
    for key in PARTS:
        if work.plan.of(key).way != Way.NONE:
            record = work.records[key] = _make(work, key, event)
            setattr(work.lead, _ATTRIBUTES[key], record)
            setattr(work.conversion, _ATTRIBUTES[key], record)
    work.conversion.event = event
    insert(work.conversion)


def named(lead: Lead) -> dict[str, str]:
    """The lead as an event's data keep it."""
    return {"id": str(lead.pk), "label": lead.name}


def live_conversion(lead: Lead) -> Conversion | None:
    """Return the conversion of ``lead`` that has not been undone."""
    if not lead.is_converted:
        return None
    return (
        Conversion.objects.filter(lead=lead, undone_at=None).select_related("account", "contact", "opportunity").get()
    )


def _find_existing(work: _Work) -> None:
    """Lock what is linked, always in the same order, so that two conversions into one account wait and not deadlock."""
    _lock_account_around(work.plan)
    for key in PARTS:
        part = work.plan.of(key)
        if part.way == Way.EXISTING and part.record_id is not None:
            record = get_record(work.actor, catalogue.record_type(key), part.record_id, lock=True, whole=True)
            work.records[key] = record
            work.ids[key] = record.pk
        elif part.way == Way.NEW:
            work.ids[key] = uuid7()
    _refuse_strange_opportunity(work)


def _lock_account_around(plan: ConversionPlan) -> None:
    """Lock the account that a new opportunity gets from its contact: before the contact, like one that was chosen.

    Where the contact was given another account while it was waited for, what is held is let go, to begin anew.
    """
    is_asked = plan.account.way == Way.NONE and plan.contact.way == Way.EXISTING and plan.opportunity.way == Way.NEW
    if not is_asked:
        return
    contact = Contact.objects.filter(pk=plan.contact.record_id).order_by()
    accounts = Account.objects.select_for_update(of=("self",), no_key=True).order_by()
    while is_asked:
        with transaction.atomic():
            ids = set(contact.values_list("account_id", flat=True))
            list(accounts.filter(pk__in=ids - {None}).values_list("pk"))
            held = contact.select_for_update(of=("self",), no_key=True)
            is_asked = not ids.issuperset(held.values_list("account_id", flat=True))
            transaction.set_rollback(is_asked)


def _refuse_strange_opportunity(work: _Work) -> None:
    """An existing opportunity is open, and already with an account: the lead cannot go into another one beside it."""
    opportunity, account_id = work.records.get(Opportunity.type_key), work.ids.get(Account.type_key)
    if opportunity is None:
        return
    if stage(opportunity.stage_id).meaning != Meaning.OPEN:
        words = {"name": opportunity.name, "stage": opportunity.stage}
        raise PartError(Opportunity.type_key, _("“%(name)s” is in “%(stage)s”: choose one that is open.") % words)
    if opportunity.account_id and account_id not in (None, opportunity.account_id):
        if not can(work.actor, "view", opportunity.account):
            words = {"name": opportunity.name}
            raise PartError(
                Opportunity.type_key, _("“%(name)s” is with another account: choose none beside it.") % words
            )
        words = {"name": opportunity.name, "account": opportunity.account.name}
        raise PartError(
            Opportunity.type_key, _("“%(name)s” is with “%(account)s”: choose that account, or none.") % words
        )


def _mark_converted(work: _Work, because: Event | None) -> Event:
    """Close the lead. Its event comes first, so that what is made and changed can say because of what."""
    status = choice_meaning("lead_status", LeadStatus.CONVERTED)
    into = [
        {"type": key, "id": str(record_id), "label": _label(work, key), "way": str(work.plan.of(key).way)}
        for key, record_id in work.ids.items()
    ]
    now = timezone.now()
    work.conversion.converted_at = now
    data = {"conversion": str(work.conversion.pk), "lead": named(work.lead), "into": into}
    if work.missing:
        data["despite_gate"] = work.missing
    if left_out := [told for key in PARTS for told in _told_unfit(work, key)]:
        data[LEFT_OUT] = left_out
    event = update_record(
        catalogue.record_type("leads"),
        work.lead,
        actor=work.actor,
        values={"status": status, "status_since": now, "converted_at": now} | dict(work.times),
        event_type=CONVERTED,
        because=because,
        data=data,
        write=lambda _lead, columns, _keys: work.columns.extend(columns),
    )
    assert event is not None  # with a type there always is one
    return event


def _told_unfit(work: _Work, key: str) -> list[Told]:
    record = work.records.get(key)
    return told_unfit(work.lead, key, work.plan.of(key), work.plan.made, record=record, actor=work.actor)


def _label(work: _Work, key: str) -> str:
    if key in work.records:
        return work.records[key].name
    values = work.values(key)
    person = join_name(values.get("first_name") or "", values.get("last_name") or "")
    return values.get("name") or person or values.get("email") or work.lead.name


def _account_name(work: _Work) -> str:
    if (account := work.records.get(Account.type_key)) is not None:
        return account.name
    return str(work.values(Account.type_key).get("name") or "") if work.plan.account.way == Way.NEW else ""


def _make(work: _Work, key: str, event: Event) -> Any:
    part = work.plan.of(key)
    try:
        if part.way == Way.EXISTING:
            return _link(work, key, part, event)
        return _create(work, key, event)
    except LockedError as error:
        raise PartError(key, error) from error
    except ValidationError as error:
        raise error if isinstance(error, PartError) else PartError(key, error) from error


def _create(work: _Work, key: str, event: Event) -> Any:
    values = work.values(key) | _relations(work, key)
    values["owner"] = work.owner
    if work.owner.pk == work.lead.owner_id and work.lead.team_id:
        values["team"] = _team(work)
    if key == Account.type_key:
        values["type"] = choice_meaning("account_type", AccountType.PROSPECT)
        if work.times:
            at = work.times["converted_at"]
            values["type_since"] = at and day_of(at)
    record = _CREATE[key](actor=work.actor, values=values, because=event, id=work.ids[key])
    if key == Contact.type_key and not work.lead._state.adding:
        settle_relationship(record, record._created_event, by_hand=False)
    return record


def _team(work: _Work) -> Team | None:
    lead = work.lead
    if Lead._meta.get_field("team").is_cached(lead):
        return lead.team
    return next((one for one in teams() if one.pk == lead.team_id), None)


def _relations(work: _Work, key: str) -> dict[str, Any]:
    """The records made before ``key`` that it hangs on."""
    found = {"account": work.records.get(Account.type_key)} if key != Account.type_key else {}
    if key == Opportunity.type_key:
        found["contact"] = work.records.get(Contact.type_key)
    return {name: record for name, record in found.items() if record is not None}


def _link(work: _Work, key: str, part: Part, event: Event) -> Any:
    """Give the existing record what it lacks, or what was chosen; note in its history that a lead went into it."""
    record = work.records[key]
    values = winning_values(work.lead, record, part, work.plan.made)
    record_type = catalogue.record_type(key)
    for name, target in _relations(work, key).items():
        if is_blank(record_type.spec(name).value(record)) and record_type.excluding(record, name) is None:
            values[name] = target
            if target._state.adding:
                point_ahead()
    if not can(work.actor, "edit", record):
        if part.take:
            raise PartError(key, _("You may not change “%(name)s”; link it as it is.") % {"name": record.name})
        values = {}
    if values:
        _UPDATE[key](record, actor=work.actor, values=values, because=event)
    linked = LINKED.of(catalogue.record_type(key))
    data = {"lead": named(work.lead)}
    events.record(linked, record=record, actor=work.actor, because=event, data=data)
    return record


def _give_role(work: _Work, event: Event) -> None:
    """Put the contact on the opportunity; an existing opportunity keeps its primary contact."""
    opportunity, contact = work.records.get(Opportunity.type_key), work.records.get(Contact.type_key)
    is_given = work.plan.opportunity.way == Way.NEW and work.plan.role is None  # it was made with its contact
    if opportunity is None or is_given:
        return
    there = list(OpportunityContact.objects.filter(opportunity=opportunity))
    mine = next((row for row in there if contact is not None and row.contact_id == contact.pk), None)
    if contact is not None and (mine is None or (work.plan.role is not None and mine.role_id is None)):
        if work.plan.opportunity.way == Way.EXISTING and not can(work.actor, "edit", opportunity):
            raise PartError(
                Opportunity.type_key, _("You may not add a contact to “%(name)s”.") % {"name": opportunity.name}
            )
        primary = mine.is_primary if mine else not any(row.is_primary for row in there)
        add_contact_role(
            opportunity=opportunity,
            contact=contact,
            role=work.plan.role,
            is_primary=primary,
            actor=work.actor,
            because=event,
        )


__all__ = ["NOTHING", "GateError", "PartError", "convert_lead", "live_conversion"]
