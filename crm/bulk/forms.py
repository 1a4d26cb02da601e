"""What an action asks once for all records."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.bulk.models import BulkRun
from crm.fields.build import RecordForm
from crm.records.types import BulkAction
from crm.users.models import Membership

PREFIX = "to"  # keeps the fields apart from what names the rows


def ask(action: BulkAction, actor: Membership, data: QueryDict | None = None) -> RecordForm:
    """The form of ``action``; ``data`` is what it sent."""
    form = RecordForm(action.asks(actor), actor=actor, data=data)
    form.prefix = PREFIX
    return form


def kept(data: QueryDict) -> dict[str, list[str]]:
    """What of ``data`` belongs to the action's form, for ``BulkRun.data``."""
    return {name: data.getlist(name) for name in data if name.startswith(f"{PREFIX}-")}


def values_of(run: BulkRun, action: BulkAction, actor: Membership) -> dict[str, Any]:
    """Read again what the form sent; raise ``ValidationError`` for what has ceased to be a choice since."""
    data = QueryDict(mutable=True)
    for name, values in run.data.items():
        data.setlist(name, values)
    form = ask(action, actor, data)
    if not form.is_valid():
        what = "; ".join(f"{form[name].label}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
        raise ValidationError(_("What was asked for is no longer possible: %(what)s") % {"what": what})
    return form.values()
