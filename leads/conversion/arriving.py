"""Leads that arrive converted, in a file or from another system: they go through the one conversion too.

They become an account and a contact, found or made. An opportunity is not made of them: what became of the deal is
known where they come from, and a new open one would be wrong.

A gate that blocks refuses them. One that warns asks a person to go on knowingly, and whoever says of a lead that it is
converted has done so elsewhere: it does not refuse, and the event keeps what was missing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.catalogue.ties import Ties
from crm.events.models import Event
from crm.ground.writes import service
from crm.records.services import update_record
from crm.records.times import is_about, refuse_future
from crm.undo.changes import is_kept
from crm.undo.keeping import keeping
from crm.users.models import Membership
from leads.conversion.convert import convert_lead, convert_new, live_conversion
from leads.conversion.defaults import plan_for
from leads.conversion.gathered import candidates_at_hand, lead_like, looked_up, ties_of
from leads.conversion.meanwhile import wait_for_the_same
from leads.conversion.plan import NOTHING
from leads.conversion.winning import LEFT_OUT
from leads.models import Lead
from leads.picklists import LeadStatus
from leads.services import TIMES, create_lead, update_lead

_OF_CONVERSION = ("status_since", "converted_at")


def is_converted(values: Mapping[str, Any]) -> bool:
    """Whether the status among ``values`` means that the lead is converted."""
    status = values.get("status")
    return status is not None and status.meaning == LeadStatus.CONVERTED


@service
def create_or_convert(
    *, actor: Membership | None, values: dict[str, Any], because: Event | None = None, **attributes: Any
) -> Lead:
    """Create a lead as ``create_lead`` does; with a status that means converted, convert it right away."""
    if not is_converted(values):
        return create_lead(actor=actor, values=values, because=because, **attributes)
    lead = create_lead(actor=actor, values=_until_then(values), because=because, **attributes)
    _convert(lead, actor, because, _times(values))
    return lead


@service
def update_or_convert(
    lead: Lead, /, *, actor: Membership | None, values: dict[str, Any], because: Event | None = None
) -> Event | None:
    """Write as ``update_lead`` does; a status that means converted converts the lead, or finds it converted."""
    if lead.is_converted and (values.get("status") is None or is_converted(values)):
        if _differs(lead, values):
            return update_lead(lead, actor=actor, values=values, because=because)  # which says that it is locked
        return _learn_times(lead, actor, _learnt(lead, values), because)
    if not is_converted(values):
        return update_lead(lead, actor=actor, values=values, because=because)
    told = {name: value for name, value in _until_then(values).items() if name != "status_since"}
    changed = update_lead(lead, actor=actor, values=told, because=because)
    return _convert(lead, actor, because, _times(values)) or changed


def _convert(
    lead: Lead, actor: Membership | None, because: Event | None, times: Mapping[str, datetime | None]
) -> Event | None:
    if actor is None:
        raise ValidationError({"status": _("A person has to convert a lead.")})
    found = candidates_at_hand(lead, actor)
    if found is None:  # else it is held with the others
        wait_for_the_same(lead)
    # As it was elsewhere: whoever had the lead then has what came of it, even if they have left since
    plan = replace(plan_for(lead, actor, found), opportunity=NOTHING, owner=lead.owner)
    try:
        if lead._state.adding:
            done = convert_new(lead, actor=actor, plan=plan, because=because, times=times)
        else:
            done = convert_lead(
                lead_id=lead.pk, actor=actor, plan=plan, despite_gate=True, because=because, times=times
            )
        lead.left_out = [text for _field, text in done.event.data.get(LEFT_OUT, ())] if done.event else ()
        return done.event
    except Http404 as error:
        raise ValidationError(
            {"status": _("You may not convert this lead: it would not be yours to change.")}
        ) from error


def _hold(rows: Sequence[Mapping[str, Any]], leads: Sequence[Lead]) -> None:
    """Others who convert a lead of the same persons or firms come before or after them."""
    wait_for_the_same(*leads, *filter(None, map(lead_like, rows)))


def _times(values: dict[str, Any]) -> dict[str, datetime | None]:
    """When it was converted, as far as that is told: it may be known since when it has its status."""
    at, since = values.get("converted_at"), values.get("status_since")
    refuse_future("converted_at", at)
    refuse_future("status_since", since)
    found = {"converted_at": at or since, "status_since": since or at}
    return found if values.keys() & found.keys() else {}


def _learnt(lead: Lead, values: dict[str, Any]) -> dict[str, datetime]:
    """What is told of the times of a converted lead's conversion that nobody has known."""
    return {name: at for name, at in _times(values).items() if at is not None and getattr(lead, name) is None}


def _learn_times(
    lead: Lead, actor: Membership | None, times: dict[str, datetime], because: Event | None
) -> Event | None:
    """Write them; they are of the conversion, and undoing it takes them off."""
    done = live_conversion(lead)
    if done is None or not times:
        return None
    leads = catalogue.record_type("leads")
    with keeping(done.pk) if is_kept(done.pk) else nullcontext():
        return update_record(leads, lead, actor=actor, values=times, because=because, despite_lock=True)


def _until_then(values: dict[str, Any]) -> dict[str, Any]:
    """The values of the lead before it was converted: nobody knows since when it had the status of then."""
    found = {name: value for name, value in _without_status(values).items() if name != "converted_at"}
    return found | {"status_since": None} if "status_since" in found else found


def _without_status(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "status"}


def _differs(lead: Lead, values: dict[str, Any]) -> bool:
    """Whether a converted lead would have to change; its own words for being converted are all the same, and times
    that are not told, or were not known, contradict nothing."""
    leads = catalogue.record_type("leads")
    same = {name for name in _OF_CONVERSION if values.get(name) is None or getattr(lead, name) is None}
    same |= {name for name in TIMES if is_about(values.get(name), getattr(lead, name))}
    specs = [leads.spec(name) for name in _without_status(values) if name not in same]
    return any(spec.kind.history(spec.value(lead)) != spec.kind.history(values[spec.name]) for spec in specs)


def _made(leads: Collection[UUID], since: datetime) -> dict[str, list[str]]:
    """The accounts and contacts that they were converted into, but for those that were there."""
    found = {}
    for model, link in ((Account, "account"), (Contact, "contact")):
        ids = Lead.objects.filter(pk__in=leads).values(f"{link}_id")
        names = model.objects.filter(pk__in=ids, created_at__gte=since).order_by("sort_name", "pk")
        found[model.type_key] = list(names.values_list("name", flat=True))
    return found


ARRIVING = Ties(
    is_converted,
    keys=lambda values: ties_of(values) if is_converted(values) else set(),
    hold=_hold,
    look_up=lambda actor, rows: looked_up(actor, [values for values in rows if is_converted(values)]),
    made=_made,
    told=lambda lead: lead.left_out,
)
