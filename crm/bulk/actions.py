"""What can be done to many records of any type: hand over, tag, set a field, delete, bring back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.users.models import Membership

SET = "set:"  # followed by the field's name
# Kinds of which many records may well have the same value. Owners and tags have actions of their own.
SETTABLE = (kinds.ChoiceOf, kinds.TeamOf, kinds.Flag, kinds.Date, kinds.Fixed)
CHANGED = {"changed": _("changed"), "same": _("the same already")}
_NONE = ngettext_lazy("%(count)s had none before.", "%(count)s had none before.", "n")


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
            already=ngettext_lazy("%(count)s already was.", "%(count)s already were.", "n"),
            already_cleared=_NONE,
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
            already=ngettext_lazy("%(count)s already was.", "%(count)s already were.", "n"),
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
        already=ngettext_lazy("%(count)s already had it.", "%(count)s already had it.", "n"),
        already_cleared=_NONE,
        writes=(spec.name,),
        undoes=True,
    )


catalogue.add_bulk_actions(general_actions)
