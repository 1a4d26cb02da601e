"""Taking a conversion back: everything as it was before, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

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
from crm.undo import changes
from crm.undo.changes import Entry, changes_of, forget_act
from crm.users.models import Membership
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
    entries = {entry.pk: entry for entry in changes_of(conversion.pk)}
    found = []
    for record in (conversion.account, conversion.contact, conversion.opportunity):
        if record is not None:
            entry = entries.get(record.pk)
            names = [name for name in entry.before if name not in changes.TIMES] if entry else []
            fields = labels_of(record, names, actor) if names else []
            found.append(Undoing(record, entry is not None and entry.created, fields))
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
    entries = changes_of(conversion.pk)
    _lock(entries)
    if blockers(conversion):
        raise BlockedError(_("This conversion can no longer be undone: something has been built on it since."))
    event = _reopen(lead, conversion, entries, actor)
    _tell_linked(conversion, actor, event)
    for entry in entries:
        if entry.created:
            _remove(entry, actor, event)
    for entry in entries:
        if not entry.created:
            _restore(entry, actor, event)
    conversion.undone_at = timezone.now()
    conversion.undone_by = actor
    conversion.save(update_fields=["undone_at", "undone_by"])
    forget_act(conversion.pk)


def _lock(entries: Sequence[Entry]) -> None:
    """Hold what was written until the end, so that nobody builds on it between the check and the undoing.

    In the order in which conversions lock, so that the two wait for each other and do not deadlock.
    """
    ids: dict[str, list[UUID]] = {}
    for entry in entries:
        ids.setdefault(entry.model.type_key, []).append(entry.pk)
    for key in PARTS:
        rows = catalogue.record_type(key).model.all_objects.filter(pk__in=ids.get(key, ()))
        list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def _reopen(lead: Lead, conversion: Conversion, entries: Sequence[Entry], actor: Membership) -> Event:
    leads = catalogue.record_type("leads")
    before = snapshot(leads.specs_now(), lead)
    entry = next(one for one in entries if one.pk == lead.pk)
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


def _remove(entry: Entry, actor: Membership, event: Event) -> None:
    row = entry.row()
    if row is None or isinstance(row, _KEPT):
        return
    if not isinstance(row, RecordModel):
        row.delete()
    elif row.deleted_at is None:
        catalogue.type_of(row).delete(row, actor=actor, because=event)


def _restore(entry: Entry, actor: Membership, event: Event) -> None:
    row = entry.row()
    if row is None or isinstance(row, Lead):
        return
    if not isinstance(row, RecordModel):
        changes.restore(entry, row)
        return
    record_type = catalogue.type_of(row)
    before = snapshot(record_type.specs_now(), row)
    changes.restore(_without_times(entry, row), row)
    events.record(
        ACCOUNT_CHANGED if _left_account(entry, row) else CHANGED.of(record_type),
        record=row,
        actor=actor,
        changes=differences(before, snapshot(record_type.specs_now(), row)),
        because=event,
    )


def _left_account(entry: Entry, row: RecordModel) -> bool:
    """Whether an opportunity goes out of an account again: what that account is may depend on it."""
    return isinstance(row, Opportunity) and "account_id" in entry.before


def _without_times(entry: Entry, row: RecordModel) -> Entry:
    """The time of change goes back too, unless somebody has since changed what the conversion had left alone."""
    later = set(changes.changed_since(entry, row)).intersection(changes.TIMES)
    return replace(entry, before={name: value for name, value in entry.before.items() if name not in later})
