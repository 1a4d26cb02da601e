"""Putting many records on a mailing list, and taking them off one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.catalogue import add_bulk_actions
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.fields.spec import FieldSpec
from crm.mailing_lists.filters import can_be_on_lists
from crm.mailing_lists.kinds import ListOf
from crm.mailing_lists.selectors import mailing_lists
from crm.mailing_lists.services import put_on_lists, take_off_lists
from crm.users.models import Membership

_LIST = FieldSpec("mailing_list", _("Mailing list"), ListOf(), required=True)


def _put_on(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    new = put_on_lists(record=record, lists=[values["mailing_list"]], actor=actor, because=because)
    return {"put" if new else "same": 1}


def _take_off(
    record_type: RecordType, record: Any, /, *, actor: Membership, values: dict[str, Any], because: Event
) -> dict[str, int]:
    gone = take_off_lists(record=record, lists=[values["mailing_list"]], actor=actor, because=because)
    return {"taken" if gone else "same": 1}


PUT_ON = BulkAction(
    "put_on_list",
    _("Put on a list"),
    "mails",
    _("Put %(count)s %(records)s on a mailing list"),
    _put_on,
    lambda actor: (_LIST,),
    group=_("Mailing list"),
    order=25,
    done=_("%(count)s %(records)s put on the list “%(value)s”"),
    tells={"put": _("put on the list"), "same": _("on it already")},
    already=ngettext_lazy(
        "%(count)s already was on the list “%(value)s”.", "%(count)s already were on the list “%(value)s”.", "n"
    ),
    undoes=True,
)
TAKE_OFF = BulkAction(
    "take_off_list",
    _("Take off a list"),
    "mail-x",
    _("Take %(count)s %(records)s off a mailing list"),
    _take_off,
    lambda actor: (_LIST,),
    group=_("Mailing list"),
    order=25,
    done=_("%(count)s %(records)s taken off the list “%(value)s”"),
    tells={"taken": _("taken off the list"), "same": _("not on it")},
    already=ngettext_lazy(
        "%(count)s was not on the list “%(value)s”.", "%(count)s were not on the list “%(value)s”.", "n"
    ),
    undoes=True,
)


def list_actions(record_type: RecordType) -> Iterable[BulkAction]:
    """Those of types whose records can be on lists; none where a workspace has no lists."""
    return (PUT_ON, TAKE_OFF) if can_be_on_lists(record_type) and mailing_lists() else ()


add_bulk_actions(list_actions)
