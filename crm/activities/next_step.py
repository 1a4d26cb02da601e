"""A record's own next step, where its type has one: the composer writes it, and so must have shown what it replaces."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.events.selectors import events_of
from crm.records import registry
from crm.records.versions import ConflictError, refuse_unseen
from crm.users.models import Membership


class UnseenStepError(ValidationError):
    """Somebody else has written another next step since the composer was drawn."""


def step_of(record: Any) -> str:
    """The next step and its day, as the composer carries them; "" where there is none of its own."""
    record_type = registry.type_of(record) if record is not None else None
    if record_type is None or record_type.next_step is None:
        return ""
    specs = [record_type.spec(name) for name in record_type.next_step]
    return json.dumps({spec.name: spec.kind.json(spec.value(record)) for spec in specs})


def refuse_unseen_step(record: Any, values: dict[str, Any], seen: str, actor: Membership) -> None:
    """Raise ``UnseenStepError`` if ``values`` would go over what somebody else has written, and was not ``seen``."""
    try:
        was = json.loads(seen or "{}")
        refuse_unseen(registry.type_of(record), record, values, was if isinstance(was, dict) else {})
    except ConflictError as error:
        changes = {name: events_of(record).filter(changes__has_key=name).first() for name in error.message_dict}
        if any(change is None or change.actor_id != actor.pk for change in changes.values()):
            raise UnseenStepError([*error.messages, _("Send it once more to replace that.")]) from error
    except ValueError:  # not as it was drawn
        return
