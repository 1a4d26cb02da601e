"""Taking a conversion back: everything as it was before, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue, events
from crm.events.models import Event
from crm.events.types import names
from crm.ground.writes import service
from crm.notices.services import withdraw
from crm.records.access import get_record
from crm.records.diff import changes as differences
from crm.records.diff import snapshot
from crm.records.events import CHANGED
from crm.records.models import RecordModel
from crm.users.models import Membership
from leads.conversion import changes
from leads.conversion.blockers import blockers, labels_of
from leads.conversion.convert import named
from leads.conversion.plan import PARTS
from leads.events import CONVERSION_UNDONE, LINKED, UNLINKED
from leads.models import Conversion, Lead
from leads.picklists import LeadStatus
from leads.services import meaning_of, working_status
from opportunities.events import ACCOUNT_CHANGED
from opportunities.models import Opportunity, StageVisit

# A deleted opportunity keeps its own history: it may be looked at in the recycle bin.
_KEPT = (StageVisit,)


@dataclass(frozen=True)
class Undoing:
    """What undoing does to one of the records; ``fields`` get their old values back."""

    record: RecordModel
    is_removed: bool
    fields: list[str]


def what_undoing_does(conversion: Conversion, actor: Membership) -> list[Undoing]:
    """Return for each record that the lead became what undoing would do to it, in words that ``actor`` may read."""
    entries = {entry["id"]: entry for entry in conversion.changes}
    found = []
    for record in (conversion.account, conversion.contact, conversion.opportunity):
        if record is not None:
            entry = entries.get(str(record.pk), {"created": False, "before": {}})
            names = [name for name in entry["before"] if name not in changes.TIMES]
            fields = [] if entry["created"] or not names else labels_of(record, names, actor)
            found.append(Undoing(record, entry["created"], fields))
    return found


class BlockedError(ValidationError):
    """The conversion cannot be undone: see ``blockers``."""


@service
def undo_conversion(*, conversion: Conversion, actor: Membership) -> None:
    """Take ``conversion`` back exactly, or raise ``BlockedError`` when something has been built on it since.

    What it created goes to the recycle bin, what it changed gets its old values, the activities stand on the lead
    alone again, and the lead has the status that it had: it can be converted anew. Undone twice is undone once.
    Whoever may edit the lead may undo; all records involved keep both events in their history.
    """
    lead = get_record(actor, catalogue.record_type("leads"), conversion.lead_id, verb="edit", lock=True, whole=True)
    conversion.refresh_from_db(from_queryset=Conversion.objects.select_for_update(of=("self",)))
    if conversion.undone_at is not None:
        return
    _lock(conversion)
    if blockers(conversion):
        raise BlockedError(_("This conversion can no longer be undone: something has been built on it since."))
    event = _reopen(lead, conversion, actor)
    _tell_linked(conversion, actor, event)
    for entry in changes.entries_of(conversion.changes, created=True):
        _remove(entry, actor, event)
    for entry in changes.entries_of(conversion.changes, created=False):
        _restore(entry, actor, event)
    conversion.undone_at = timezone.now()
    conversion.undone_by = actor
    conversion.save(update_fields=["undone_at", "undone_by"])


def _lock(conversion: Conversion) -> None:
    """Hold what was written until the end, so that nobody builds on it between the check and the undoing.

    In the order in which conversions lock, so that the two wait for each other and do not deadlock.
    """
    ids: dict[str, list[str]] = {}
    for entry in conversion.changes:
        ids.setdefault(changes.model_of(entry).type_key, []).append(entry["id"])
    for key in PARTS:
        rows = catalogue.record_type(key).model.all_objects.filter(pk__in=ids.get(key, ()))
        list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def _reopen(lead: Lead, conversion: Conversion, actor: Membership) -> Event:
    leads = catalogue.record_type("leads")
    before = snapshot(leads.specs_now(), lead)
    entry = next(one for one in conversion.changes if one["id"] == str(lead.pk))
    changes.restore(entry, lead)
    readers = [str(member.pk) for member in withdraw(event=conversion.event)] if conversion.event else []
    if meaning_of(lead) == LeadStatus.CONVERTED:  # the status that it had has been deleted since
        lead.status = working_status()
        lead.save(update_fields=["status"])
    return events.record(
        CONVERSION_UNDONE,
        record=lead,
        actor=actor,
        changes=differences(before, snapshot(leads.specs_now(), lead)),
        because=conversion.event,
        data={"conversion": str(conversion.pk), "lead": named(lead), "told": readers},
    )


def _tell_linked(conversion: Conversion, actor: Membership, event: Event) -> None:
    """Say it in the history of each record that the lead was linked to: often nothing of that has to be set back."""
    if conversion.event is None:
        return
    for one in Event.objects.filter(because=conversion.event, name__in=names(LINKED)):
        record_type = catalogue.record_type(one.record_type)
        record = record_type.model.all_objects.filter(pk=one.record_id).first()
        if record is not None:
            unlinked = UNLINKED.of(record_type)
            events.record(unlinked, record=record, actor=actor, because=event, data={"lead": one.data["lead"]})


def _remove(entry: dict[str, Any], actor: Membership, event: Event) -> None:
    row = changes.row_of(entry)
    if row is None or isinstance(row, _KEPT):
        return
    if not isinstance(row, RecordModel):
        row.delete()
    elif row.deleted_at is None:
        catalogue.type_of(row).delete(row, actor=actor, because=event)


def _restore(entry: dict[str, Any], actor: Membership, event: Event) -> None:
    row = changes.row_of(entry)
    if row is None or isinstance(row, Lead):
        return
    if not isinstance(row, RecordModel):
        changes.restore(entry, row)
        return
    record_type = catalogue.type_of(row)
    before = snapshot(record_type.specs_now(), row)
    _forget_time(entry, row)
    changes.restore(entry, row)
    events.record(
        ACCOUNT_CHANGED if _left_account(entry, row) else CHANGED.of(record_type),
        record=row,
        actor=actor,
        changes=differences(before, snapshot(record_type.specs_now(), row)),
        because=event,
    )


def _left_account(entry: dict[str, Any], row: RecordModel) -> bool:
    """Whether an opportunity goes out of an account again: what that account is may depend on it."""
    return isinstance(row, Opportunity) and "account_id" in entry["before"]


def _forget_time(entry: dict[str, Any], row: RecordModel) -> None:
    """The time of change goes back too, unless somebody has since changed what the conversion had left alone."""
    for name in changes.TIMES:
        if name in changes.changed_since(entry, row):
            entry["before"].pop(name, None)
