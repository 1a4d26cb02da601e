"""What can be done to many records of any type: hand over, tag, set a field, delete, bring back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.bulk.models import BulkRun
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.events.phrases import actor_name
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.records.events import DELETED
from crm.records.taking_back import take_back
from crm.users.models import Membership

SET = "set:"  # followed by the field's name
# Kinds of which many records may well have the same value. Owners and tags have actions of their own.
SETTABLE = (kinds.ChoiceOf, kinds.TeamOf, kinds.Flag, kinds.Date, kinds.Fixed)
CHANGED = {"changed": _("changed"), "same": _("the same already")}


def write(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    """Write ``values`` by the type's own service."""
    changed = record_type.update(record, actor=actor, values=values, because=because)
    return {"changed" if changed else "same": 1}


def _tag(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    spec = record_type.spec("tags")
    tags = tuple(dict.fromkeys((*spec.value(record), *values["tags"])))
    return write(record_type, record, actor=actor, values={"tags": tags}, because=because)


def _delete(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    record_type.delete(record, actor=actor, because=because)
    return {"deleted": 1}


def _restore(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    record_type.restore(record, actor=actor, because=because)
    return {"restored": 1}


def _bring_back(
    run: BulkRun,
    record_type: RecordType,
    record: Any,
    /,
    *,
    actor: Membership,
    values: dict[str, Any],
    because: Event,
) -> dict[str, int]:
    """Bring back what ``run`` has deleted; not what lies in the bin because somebody has deleted it anew since."""
    deletions = Event.objects.filter(
        record_type=record_type.key, record_id=record.pk, name=DELETED.of(record_type).name
    )
    latest = deletions.select_related("actor").order_by("-at", "-id").first()
    if latest is not None and latest.because_id != run.event_id:
        raise ValidationError(gettext("%(person)s has deleted it anew since.") % {"person": actor_name(latest)})
    return _restore(record_type, record, actor=actor, values=values, because=because)


DELETE = BulkAction(
    "delete",
    _("Delete"),
    "trash-2",
    _("Delete %(count)s %(records)s"),
    _delete,
    verb="delete",
    ends=True,
    help=_("They leave all lists and reports, and can be brought back from the recycle bin."),
    danger=True,
    order=90,
    done=_("%(count)s %(records)s deleted"),
    tells={"deleted": _("deleted")},
)
# Not offered over lists: it is how a deletion is undone.
RESTORE = BulkAction(
    "restore",
    _("Bring back"),
    "undo-2",
    _("Bring back %(count)s %(records)s"),
    _restore,
    verb="delete",
    done=_("%(count)s %(records)s brought back"),
    tells={"restored": _("brought back")},
)


def undoing(run: BulkRun) -> BulkAction:
    """The action that takes back what ``run`` did: it brings back, gives old values, or as the action itself says."""
    if run.action == DELETE.key:
        return replace(RESTORE, apply=partial(_bring_back, run))
    action = _shipped(run)
    own = action.take_back if action else None

    def give_back(
        record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
    ) -> dict[str, int]:
        events = (changes_by(run) if own is None else Event.objects.filter(because=run.event_id)).order_by("at", "id")
        done = events.filter(record_type=record_type.key, record_id=record.pk).first()
        if own is not None and done is not None:
            return dict(own(record_type, record, done, actor))
        back = done and take_back(record, done, actor=actor, because=because)
        return {"changed" if back else "same": 1}

    texts = action or BulkAction
    return BulkAction(
        "give_back",
        _("Undo"),
        "undo-2",
        texts.undo_heading,
        give_back,
        verb=texts.verb,
        done=texts.undone,
        tells=CHANGED,
        backwards=own is not None,
    )


def _shipped(run: BulkRun) -> BulkAction | None:
    every = catalogue.all_bulk_actions(run.record_type, run.made_by)
    return next((one for one in every if one.key == run.action), None)


def puts_away(run: BulkRun) -> bool:
    """Whether what ``run`` did left its records in the recycle bin."""
    action = _shipped(run)
    return action is not None and action.verb == "delete"


def changes_by(run: BulkRun) -> QuerySet[Event]:
    """What ``run`` did to the records themselves, not what followed from that."""
    return Event.objects.filter(because=run.event_id).exclude(changes={})


def general_actions(record_type: RecordType) -> Iterator[BulkAction]:
    """The actions that every record type has, as far as it has the fields and they may be written."""
    if record_type.has("owner"):
        owner = (record_type.spec("owner"),)
        heading = _("Assign %(count)s %(records)s")
        yield BulkAction(
            "owner",
            _("Assign"),
            "user-pen",
            heading,
            write,
            lambda actor: owner,
            order=10,
            done=_("%(count)s %(records)s assigned to %(value)s"),
            cleared=_("Owner of %(count)s %(records)s removed"),
            tells=CHANGED,
            writes=("owner",),
            undoes=True,
        )
    if record_type.can_write("tags"):
        tags = (FieldSpec("tags", _("Tags to add"), record_type.spec("tags").kind, required=True),)
        heading = _("Tag %(count)s %(records)s")
        yield BulkAction(
            "tags",
            _("Tag"),
            "tag",
            heading,
            _tag,
            lambda actor: tags,
            order=20,
            done=_("%(count)s %(records)s tagged: %(value)s"),
            tells=CHANGED,
            undoes=True,
        )
    for spec in record_type.specs_now():
        if spec.on_edit and isinstance(spec.kind, SETTABLE):
            yield setting(spec)
    yield DELETE


def setting(spec: FieldSpec) -> BulkAction:
    """The action that gives many records the same value of the field ``spec``; of which it holds is said before."""
    which = {"records": spec.only_of}
    others = gettext("Only %(records)s have this. Others are left as they are and listed with the result.")
    return BulkAction(
        f"{SET}{spec.name}",
        spec.label,
        "pencil",
        _("Set “%(field)s” of %(count)s %(records)s"),
        write,
        lambda actor: (spec,),
        group=_("Set"),
        hint=gettext("%(records)s only") % which if spec.only_of else "",
        help=others % which if spec.only_of else "",
        order=30,
        done=_("“%(field)s” of %(count)s %(records)s set to “%(value)s”"),
        cleared=_("“%(field)s” of %(count)s %(records)s cleared"),
        tells=CHANGED,
        writes=(spec.name,),
        undoes=True,
    )


catalogue.add_bulk_actions(general_actions)
