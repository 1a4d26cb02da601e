"""Which opportunity a row of a file is about, and what old files leave out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.catalogue.files import Gap, Moves, NaturalKey, NeededLink, Shared, SplitColumn, Where
from crm.fields.kinds import Date
from crm.fields.spec import FieldSpec
from crm.picklists.models import Meaning
from crm.picklists.selectors import stage as stage_by_id
from crm.picklists.selectors import stage_name
from crm.records.natural import contradicts, name_of, unless_it_says
from crm.tenants.clock import day_of, start_of
from opportunities.services.stages import NO_REASON_GIVEN

_BUYERS = ("account", "contact")


def _name_with_buyer(values: Mapping[str, Any]) -> str:
    return name_of(values) if values.get("account") or values.get("contact") else ""


def _same_sale(values: Mapping[str, Any], opportunity: Any) -> bool | None:
    """One sale to a buyer may be called like the next: other days speak for another one. Of what names no such buyer
    yet nobody knows."""
    buyers = [(values[field], getattr(opportunity, f"{field}_id")) for field in _BUYERS if values.get(field)]
    if any(known and known != getattr(buyer, "pk", None) for buyer, known in buyers):
        return False
    if not all(known for _buyer, known in buyers):
        return None
    days = ((values.get(day), getattr(opportunity, day)) for day in ("opened_on", "closed_on"))
    return None if any(contradicts(given, known) for given, known in days) else True


def _of_the_buyers(values: Mapping[str, Any]) -> list[Where]:
    """Those of all of them, and also those of the same days: one buyer's sales may all be called the same."""
    buyers = {name: getattr(values[name], "pk", None) for name in _BUYERS if values.get(name)}
    if not all(buyers.values()):
        return []  # nobody has bought of who is still to be made
    days = {name: str(values[name]) for name in ("opened_on", "closed_on") if values.get(name)}
    texts = (*map(str, buyers.values()), *days.values())
    of_buyers = [f"{name}_id = wanted.b[{at}]::uuid" for at, name in enumerate(buyers, 1)]
    then = [f"({name} IS NULL OR {name} = wanted.b[{at}]::date)" for at, name in enumerate(days, 1 + len(buyers))]
    return [Where(" AND ".join(some), texts) for some in ([of_buyers, [*of_buyers, *then]] if days else [of_buyers])]


def _not_of_others(values: Mapping[str, Any]) -> Where:
    buyers = {f"hit.{name}_id": getattr(values[name], "pk", None) or "none" for name in _BUYERS if values.get(name)}
    return unless_it_says(buyers, ("account_id", "contact_id"))


OPPORTUNITY_KEYS = (
    NaturalKey(
        _("name and account"),
        "sort_name",
        _name_with_buyer,
        _same_sale,
        within=("account", "contact", "opened_on", "closed_on"),
        shares=Shared(
            lambda values: [(name, getattr(values[name], "pk", None)) for name in _BUYERS if values.get(name)],
            lambda opportunity: [(name, getattr(opportunity, f"{name}_id")) for name in _BUYERS],
        ),
        near=_of_the_buyers,
        perhaps=_not_of_others,
    ),
)
CLOSE_DAY = SplitColumn(
    FieldSpec("close_day", _("Close date (expected while open, actual once closed)"), Date()),
    by="stage",
    into=lambda stage: "expected_close_on" if stage.meaning == Meaning.OPEN else "closed_on",
    fields=("expected_close_on", "closed_on"),
)


def _dated(
    opportunity: Any, values: dict[str, Any], day: date | None, may_write: Callable[[str], bool]
) -> dict[str, Any]:
    """A move begins on the day of closing, if it closes, else on ``day``: never on that of the import. But who may not
    give a day of closing closes today, as in the dialog that moves one and then asks for none."""
    stage = values.get("stage")
    if stage is None or stage.pk == opportunity.stage_id:
        return values
    before = stage_by_id(opportunity.stage_id)
    closes = stage.meaning not in (Meaning.OPEN, before.meaning)
    if closes and not may_write("closed_on"):
        return {name: value for name, value in values.items() if name != "stage_since"}
    since = values.get("stage_since")
    when = (values.get("closed_on") if stage.meaning != Meaning.OPEN else None) or (since and day_of(since)) or day
    if when is None:
        text = gettext(
            "It would move from “%(old)s” to “%(new)s”, but the file does not say when. Add a column of close dates,"
            " or give a date for stage changes on the columns page."
        )
        raise ValidationError({"stage": text % {"old": stage_name(before), "new": stage_name(stage)}})
    return values | {"stage_since": since or start_of(when)} | ({"closed_on": when} if closes else {})


OPPORTUNITY_MOVES = Moves(
    "stage",
    _dated,
    label=_("Date for stage changes"),
    help=_(
        "A row may move an opportunity you already have to another stage without saying when. This date is used for"
        " such rows; left empty, they are refused."
    ),
)
OPPORTUNITY_GAPS = (
    Gap(
        "loss_reason",
        by="stage",
        needed=lambda stage: stage.meaning == Meaning.LOST,
        question=_("Why were these opportunities lost? Rows that do not say: %(count)s."),
        unknown=NO_REASON_GIVEN,
        unknown_label=_("No reason given"),
    ),
)
OPPORTUNITY_NEEDED = (
    NeededLink(
        "account",
        instead=("contact",),  # its account is taken
        heading=_("Rows without an account"),
        question=ngettext_lazy(
            "%(rows)s row has no account: which account is it for?",
            "%(rows)s rows have no account: which account are they for?",
            "count",
        ),
    ),
)
