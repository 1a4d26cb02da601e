"""Writing leads: what one may be, and the way from one status to the next.

Rules look at a status's meaning. Becoming *converted* is not a status that anybody sets: ``leads.conversion`` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue
from crm.activities.models import ActivityKind
from crm.activities.services import create_activity
from crm.events.models import Event
from crm.ground.addresses import email_domain
from crm.ground.writes import service
from crm.keys.names import join_name
from crm.mailing_lists.models import MailingList
from crm.mailing_lists.services import put_on_lists
from crm.picklists.models import Choice
from crm.picklists.selectors import choice, choice_meaning, choices
from crm.records.hiding import fill_in
from crm.records.services import LockedError, create_record, delete_record, restore_record, update_record
from crm.records.times import is_about, refuse_future
from crm.ui import format as formats
from crm.users.models import Membership
from leads.events import STATUS_CHANGED, UNQUALIFIED
from leads.fields import OPEN_MEANINGS, first_status
from leads.models import Lead
from leads.picklists import LeadStatus
from leads.vetting.services import close_unanswered_round, open_next_round

# As a reason: the lead was closed, and whoever brings the record knows that nobody can say why any more. An old file
# may do so, a person who closes a lead may not.
NO_REASON_GIVEN = "no_reason_given"

TIMES = ("created_at", "status_since", "converted_at")


def prepare_lead(lead: Lead) -> None:
    """Fill the name and the domain that lookups compare; refuse a lead that nobody could reach or name."""
    lead.name = join_name(lead.first_name, lead.last_name) or lead.company.strip()
    lead.email_domain = email_domain(lead.email)[:253]
    errors = {}
    if not lead.name:
        errors["last_name"] = _("Give a person's name or a company.")
    if not lead.email and not lead.phone:
        errors["email"] = _("Give an e-mail address or a phone number.")
    if errors:
        raise ValidationError(errors)


def locked(lead: Lead) -> str:
    """Say why ``lead`` can no longer be written, or ""."""
    if not lead.is_converted:
        return ""
    if lead.converted_at is None:
        return _("This lead was converted and is read-only. Undo the conversion to change it.")
    day = formats.date(timezone.localtime(lead.converted_at).date())
    return _("This lead was converted on %(day)s and is read-only. Undo the conversion to change it.") % {"day": day}


def closed(lead: Lead) -> str:
    """Say why ``lead`` cannot be converted before it is reopened, or ""."""
    if meaning_of(lead) == LeadStatus.UNQUALIFIED:
        return _("This lead is closed as unqualified. Reopen it before you convert it.")
    return ""


def meaning_of(lead: Lead) -> str:
    """Return what the lead's status means: new, working, qualified, converted or unqualified."""
    return choice(lead.status_id).meaning


def create_lead(
    *, actor: Membership | None, values: dict[str, Any], because: Event | None = None, **attributes: Any
) -> Lead:
    """Create a lead from ``values`` (by field name); raise ``ValidationError`` keyed by field.

    It came in now, and has its status since now; an empty ``created_at`` or ``status_since`` among ``values`` means
    that nobody knows.
    """
    values = _of_before(values)
    status = values.get("status")
    _refuse_status(status, values.get("unqualified_reason"))
    values = _with_reason(values)
    if status is None and "status" in values:  # an empty cell of an import means: the usual one
        values = {name: value for name, value in values.items() if name != "status"}
    if values.get("status_since", ...) is None and (status or first_status()).meaning == LeadStatus.NEW:
        values |= {"status_since": values.get("created_at")}  # it has been new since it came in
    return create_record(catalogue.record_type("leads"), actor=actor, values=values, because=because, **attributes)


@service
def update_lead(
    lead: Lead,
    *,
    actor: Membership | None,
    values: dict[str, Any],
    because: Event | None = None,
    vets_anew: bool = True,
) -> Event | None:
    """Write what of ``values`` differs; return the event, or None when nothing did.

    A change of status, which holds from ``status_since`` (default: now; empty: nobody knows), follows the rules of
    ``set_lead_status``; to close the lead it needs ``unqualified_reason``. Opening a closed one again starts another
    round of vetting, unless it is not to be vetted anew.
    """
    fill_in(lead)
    values = _of_before(values, lead)
    leads = catalogue.record_type("leads")
    status = values.get("status")
    if status is None or status.pk == lead.status_id:
        if meaning_of(lead) != LeadStatus.UNQUALIFIED:
            _refuse_reason(values.get("unqualified_reason"))
        values = _with_reason(values)
        return update_record(leads, lead, actor=actor, values=values, because=because)
    if reason := locked(lead):
        raise LockedError(reason)
    _refuse_status(status, values.get("unqualified_reason"))
    values = _with_reason(values)
    closes = status.meaning == LeadStatus.UNQUALIFIED
    if not closes:
        values = values | {"unqualified_reason": None}
    event_type = UNQUALIFIED if closes else STATUS_CHANGED
    reopens = not closes and meaning_of(lead) == LeadStatus.UNQUALIFIED
    values = {"status_since": timezone.now()} | values
    event = update_record(leads, lead, actor=actor, values=values, because=because, event_type=event_type)
    if reopens and vets_anew:
        open_next_round(lead=lead, actor=actor, because=event)
    return event


def _of_before(values: dict[str, Any], lead: Lead | None = None) -> dict[str, Any]:
    """``values`` with the times that files tell, as they are kept; refuse those that are yet to come, or do not fit."""
    found = dict(values)
    status = values.get("status")
    stays = lead is not None and (status is None or status.pk == lead.status_id)
    for name in TIMES:
        at, known = values.get(name), getattr(lead, name, None)
        refuse_future(name, at)
        if (stays or name == "created_at") and is_about(at, known):
            found[name] = known
        elif name == "converted_at" and at is not None and not (lead is not None and lead.is_converted):
            raise ValidationError({name: _("Only a converted lead can have a conversion date.")})
    if lead is not None and values.get("created_at", ...) is None:  # an empty cell of one that is there
        del found["created_at"]
    return found


def _with_reason(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"unqualified_reason": None} if values.get("unqualified_reason") == NO_REASON_GIVEN else values


def _refuse_status(status: Choice | None, reason: Choice | None) -> None:
    """Refuse a status (None: the one of new leads) that nobody sets, or that does not go with ``reason``."""
    if status is not None and status.meaning == LeadStatus.CONVERTED:
        raise ValidationError({"status": _("A lead becomes “%(status)s” by converting it.") % {"status": status}})
    if status is None or status.meaning != LeadStatus.UNQUALIFIED:
        _refuse_reason(reason)
    elif reason is None:
        raise ValidationError({"status": _("Close the lead as unqualified and say why.")})


def _refuse_reason(reason: Choice | None) -> None:
    if reason is not None:
        raise ValidationError({"unqualified_reason": _("Only a lead that is closed as unqualified has a reason.")})


def delete_lead(lead: Lead, *, actor: Membership | None, because: Event | None = None) -> None:
    """Move the lead to the recycle bin."""
    delete_record(catalogue.record_type("leads"), lead, actor=actor, because=because)


def restore_lead(lead: Lead, *, actor: Membership | None, because: Event | None = None) -> None:
    """Bring the lead back from the recycle bin."""
    restore_record(catalogue.record_type("leads"), lead, actor=actor, because=because)


def set_lead_status(
    *, lead: Lead, status: Choice, actor: Membership | None, because: Event | None = None
) -> Event | None:
    """Move the lead to an open status; from a closed one this reopens it, and the reason is taken off."""
    return update_lead(lead, actor=actor, values={"status": status}, because=because)


@service
def close_as_unqualified(
    *,
    lead: Lead,
    reason: Choice,
    actor: Membership | None,
    task_subject: str = "",
    task_due_on: date | None = None,
    task_owner: Membership | None = None,
    lists: Iterable[MailingList] = (),
    because: Event | None = None,
) -> Event | None:
    """Close the lead for ``reason``, without converting it, and put it on the mailing lists ``lists``.

    With ``task_due_on`` a follow-up task is left on it, which falls due although the lead is closed.
    """
    status = choice_meaning("lead_status", LeadStatus.UNQUALIFIED)
    values = {"status": status, "unqualified_reason": reason}
    event = update_lead(lead, actor=actor, values=values, because=because)
    if task_due_on is not None:
        create_activity(
            kind=ActivityKind.TASK,
            records=[lead],
            actor=actor,
            subject=task_subject or _("Follow up"),
            due_on=task_due_on,
            owner=task_owner or lead.owner or actor,
            because=event,
        )
    put_on_lists(record=lead, lists=lists, actor=actor, because=event)
    return event


def take_status_back(
    lead: Lead,
    /,
    *,
    event: Event,
    values: dict[str, Any],
    actor: Membership | None,
    because: Event | None = None,
) -> Event | None:
    """Give the lead the status, and the reason, that it had before ``event``; it has had it since then.

    The round of vetting is the one of then, too. Raises ``ValidationError`` once a new one has answers.
    """
    close_unanswered_round(lead=lead, opened_by=event)
    if values["status"].meaning == LeadStatus.UNQUALIFIED and values.get("unqualified_reason") is None:
        values["unqualified_reason"] = NO_REASON_GIVEN
    since = event.changes.get("status_since", [None])[0]
    values["status_since"] = datetime.fromisoformat(since) if since else None
    return update_lead(lead, actor=actor, values=values, because=because, vets_anew=False)


def reopen_lead(*, lead: Lead, actor: Membership | None) -> Event | None:
    """Open a lead again that was closed as unqualified: it is being worked on. Its history stays."""
    return set_lead_status(lead=lead, status=working_status(), actor=actor)


def working_status() -> Choice:
    """The status that means work on a lead is going on; a workspace may have done without."""
    meanings = (LeadStatus.WORKING, *OPEN_MEANINGS)
    return next(one for meaning in meanings for one in choices("lead_status") if one.meaning == meaning)
