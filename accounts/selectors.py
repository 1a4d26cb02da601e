"""Questions about accounts."""

from __future__ import annotations

from datetime import date, datetime

from django.http import Http404
from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.services import TYPE_CHANGED, TYPE_EVENTS
from crm.events.models import Event
from crm.events.phrases import actor_name
from crm.records import registry
from crm.records.access import get_record
from crm.tenants.clock import day_of
from crm.ui import format as formats
from crm.users.models import Membership

# What a workflow did it for, by the name of that event.
CAUSES = {
    "opportunity.won": gettext_lazy("won {deal} on {day}, by {person}"),
    "opportunity.lost": gettext_lazy("lost {deal} on {day}, by {person}"),
    "opportunity.reopened": gettext_lazy("{deal} was reopened on {day}, by {person}"),
    "opportunity.deleted": gettext_lazy("{deal} was deleted on {day}, by {person}"),
    "opportunity.restored": gettext_lazy("{deal} was brought back on {day}, by {person}"),
    "opportunity.account_changed": gettext_lazy("{deal} was moved to another account on {day}, by {person}"),
    "": gettext_lazy("because of {deal} on {day}, by {person}"),
}

# What the calendar did, by the reason in the event.
LAPSES = {
    "contract_ended": gettext_lazy("its contract has ended: noticed on {day}"),
    "no_win": gettext_lazy("nothing was won for too long: noticed on {day}"),
}


def why_type(account: Account, actor: Membership) -> SafeString:
    """Say why the account is of its type, as HTML without full stop: "won *Deal X* on 3 May, by Ana".

    What ``actor`` may not see is not named.
    """
    cause = account.type_because
    if cause is not None:
        sentence = str(CAUSES.get(cause.name, CAUSES[""]))
        return format_html(sentence, deal=_link(cause, actor), day=_day_of_cause(cause), person=actor_name(cause))
    change = last_type_change(account)
    if change is None:
        return format_html(_("since it was created on {day}"), day=_day(account.created_at))
    sentence = str(LAPSES.get(change.data.get("reason", ""), ""))
    if not sentence:
        sentence = _("set by {person} on {day}")
        if account.type_kept:
            sentence = _("set by {person} on {day}, and kept until somebody changes it")
    return format_html(sentence, person=actor_name(change), day=_day(change.at))


def last_type_change(account: Account, *, by_itself: bool = False) -> Event | None:
    """Return the event that last changed the account's type.

    With ``by_itself`` the last one that followed from no other event: a person did it, or time did.
    """
    changes = Event.objects.filter(
        record_type="accounts", record_id=account.pk, name__in=[*TYPE_EVENTS.values(), TYPE_CHANGED]
    )
    if by_itself:
        changes = changes.filter(because=None)
    return changes.select_related("actor").order_by("-at", "-id").first()


def _link(cause: Event, actor: Membership) -> SafeString | str:
    """Link to the record that the event is about, if the actor may see it and it still stands."""
    record_type = registry.record_type(cause.record_type)
    try:
        record = get_record(actor, record_type, cause.record_id)  # type: ignore[arg-type]
    except Http404:
        return _("an opportunity")
    return format_html('<a href="{}{}/{}/">{}</a>', get_script_prefix(), record_type.key, record.pk, record.name)


def _day_of_cause(cause: Event) -> str:
    """The day that counts, where the event tells one: an old deal may be entered long after it was won."""
    on = cause.data.get("on")
    return formats.date(date.fromisoformat(on)) if on else _day(cause.at)


def _day(moment: datetime) -> str:
    return formats.date(day_of(moment))
