"""What happens to accounts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.picklists import AccountType
from crm.events.types import EventType, Noun, declare
from crm.records import events as records

ACCOUNT = Noun("accounts", "account", _("Account"))
CREATED = records.CREATED.of(ACCOUNT)
CHANGED = records.CHANGED.of(ACCOUNT)
DELETED = records.DELETED.of(ACCOUNT)
RESTORED = records.RESTORED.of(ACCOUNT)


def _became(past: str, label: Any, icon: str = "arrow-right-left", tone: str = "neutral") -> EventType:
    return declare(
        f"account.{past}",
        label,
        _("%(actor)s changed the type from %(old)s to %(new)s"),
        about=ACCOUNT.key,
        field="type",
        icon=icon,
        tone=tone,
        payload=records.UNDOES
        | {
            "kept": "whether the type is kept until a person changes it",
            "cause": "the id of the event that is the reason",
            "was": "whether the type of before was kept, and its cause",
            "reason": "what the calendar noticed, where neither a person nor an event did it",
            "on": "the day of that",
            "months": "for how many months nothing was won",
            "opportunity": "the last that was won",
        },
    )


BECAME_CUSTOMER = _became("became_customer", _("Account became a customer"), "trophy", "success")
BECAME_PROSPECT = _became("became_prospect", _("Account became a prospect"))
BECAME_PAST_CUSTOMER = _became("became_past_customer", _("Account became a past customer"))
TYPE_CHANGED = _became("type_changed", _("Account type changed"), "arrow-right", "info")

# By what the new type means; any other is told by ``TYPE_CHANGED``.
BECAME: dict[str, EventType] = {
    AccountType.CUSTOMER: BECAME_CUSTOMER,
    AccountType.PROSPECT: BECAME_PROSPECT,
    AccountType.PAST_CUSTOMER: BECAME_PAST_CUSTOMER,
}
TYPE_EVENTS = (*BECAME.values(), TYPE_CHANGED)
