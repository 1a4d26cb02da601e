"""Which of the lead's values a record takes, and what is said of those that its fields cannot hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from crm import catalogue
from crm.fields import kinds
from crm.ui.bidi import isolate
from crm.users.access import HIDDEN, can, limited_fields
from crm.users.models import Membership
from leads.conversion.plan import Part, Way
from leads.events import LEFT_OUT
from leads.field_map import Unfit, is_blank, joined, mapped_values, unfit_values
from leads.models import Conversion, Lead

_LONGEST_TOLD = 60


class Told(NamedTuple):
    """What did not fit, in words, and the field of the lead that it stands in."""

    field: str
    text: str


def winning_values(lead: Lead, record: Any, part: Part, made: frozenset[str]) -> dict[str, Any]:
    """Return what of the lead's values goes into the existing ``record``: the chosen ones, or where it is blank.

    Tags replace none: they come beside those that the record has.
    """
    key = record.type_key
    values = mapped_values(lead, key, made, record)
    spec = catalogue.record_type(key).spec
    won = {name: joined(spec(name), record, value) for name, value in values.items()}

    def wins(name: str) -> bool:
        if part.take is not None and name not in part.undecided:
            return name in part.take
        is_tags = name == "tags" and won[name] != spec(name).value(record)
        return is_blank(spec(name).value(record)) or is_tags

    return {name: value for name, value in won.items() if wins(name)}


def told_unfit(
    lead: Lead, key: str, part: Part, made: frozenset[str], *, record: Any = None, actor: Membership
) -> list[Told]:
    """Say what of the lead does not fit into its field of the new record, or of the existing ``record`` (before or
    after it got the values), and where it is instead; not what is hidden from ``actor``."""
    there = record if part.way == Way.EXISTING else None
    hidden = limited_fields(actor, Lead.type_key, HIDDEN)
    unfit = unfit_values(lead, key, made, there, part.take) if part.way != Way.NONE else []
    unfit = [one for one in unfit if one.source.name not in hidden]
    if not unfit:
        return []
    brought = mapped_values(lead, key, made)
    if part.way == Way.EXISTING:
        taken = winning_values(lead, record, part, made) if can(actor, "edit", record) else {}
        brought = {"description": record.description} | taken
    lines = str(brought.get("description") or "").splitlines()
    return [Told(one.source.name, _told(one, key, set(one.line.splitlines()) <= set(lines))) for one in unfit]


def _told(one: Unfit, key: str, into_description: bool) -> str:
    words = {
        "source": one.source.label,
        "text": isolate(Truncator(one.text).chars(_LONGEST_TOLD)),
        "field": one.target.label,
        "noun": catalogue.record_type(key).in_text,
    }
    if isinstance(one.target.kind, kinds.Text):
        words["limit"] = one.target.kind.max_length
        why = _("%(source)s: “%(text)s” is too long for “%(field)s” of the %(noun)s (at most %(limit)s characters).")
    else:
        why = _("%(source)s: “%(field)s” of the %(noun)s has no choice “%(text)s”.")
    where = _("Its description says it instead.") if into_description else _("It stays on the lead.")
    return f"{why % words} {where}"


def left_out_of(ids: Iterable[UUID], actor: Membership) -> list[str]:
    """Return what the conversions of these leads could not put where the map says, in words, as ``actor`` may read."""
    hidden = limited_fields(actor, Lead.type_key, HIDDEN)
    found = Conversion.objects.filter(lead__in=ids, undone_at=None).order_by("converted_at", "pk")
    kept = [one for data in found.values_list("event__data", flat=True) for one in (data or {}).get(LEFT_OUT, ())]
    # Of an older one, a text alone, nobody knows which field it tells of
    told = [Told("", one) if isinstance(one, str) else Told(*one) for one in kept]
    return [one.text for one in told if not hidden or (one.field and one.field not in hidden)]
