"""What a stage brings with it: probability, forecast, the day and the reason of closing, and the visit in the log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.events.selectors import events_of
from crm.events.types import names
from crm.ground.writes import insert
from crm.picklists.models import Meaning, Stage
from crm.picklists.selectors import stage as stage_by_id
from crm.records.times import is_about, refuse_future
from crm.tenants.clock import day_of, start_of, today
from crm.ui import format as formats
from crm.users.access import HIDDEN, limited_fields
from crm.users.models import Membership
from opportunities.events import BY_HAND, LOST, REOPENED, WON
from opportunities.models import Opportunity, StageVisit

Values = dict[str, Any]

# As a loss reason: it was lost, and whoever brings the record knows that nobody can say why any more. An old file
# may do so, a person who closes an opportunity may not.
NO_REASON_GIVEN = "no_reason_given"
# As a day of closing: nobody knows it, and it is not today. A move that is undone has to say so.
NO_DAY_KNOWN = "no_day_known"


def entering(
    stage: Stage, values: Values, *, before: Stage | None, opportunity: Opportunity | None = None
) -> dict[str, Any]:
    """Return the attributes that go with entering ``stage``, and complete ``values`` with the rest.

    ``before`` and ``opportunity`` are where it comes from; a new one comes from nowhere. It is in its stage since now,
    unless ``stage_since`` is among ``values``. Of a new one an empty ``closed_on`` or ``stage_since`` is unknown: it is
    not today. It is in its stage then since it was closed, as far as that is known: one that is open may have come
    there long after it was opened.
    Raises ``ValidationError`` keyed by field.
    """
    if before is not None and not stage.is_active:
        raise ValidationError({"stage": _("“%(stage)s” is no longer in use. Choose another stage.") % {"stage": stage}})
    _close(stage, values, before, opportunity)
    since = values.get("stage_since")
    if opportunity is not None and since is not None and day_of(since) != values.get("closed_on"):  # that is a fact
        _refuse_before_last_stay(opportunity, since)
    return {
        "pipeline_id": stage.pipeline_id,
        "stage_since": _since(values) if "stage_since" in values else timezone.now(),
        "forecast_category": stage.forecast_category,
        **_probability_on_entry(stage, values, before, opportunity),
    }


def set_by_hand(opportunity: Opportunity, before: Stage, stage: Stage) -> dict[str, int]:
    """What the event of a move from ``before`` to ``stage`` keeps for the day on which it is reopened."""
    if before.meaning == Meaning.OPEN and stage.meaning != Meaning.OPEN and opportunity.probability_overridden:
        return {BY_HAND: opportunity.probability}
    return {}


def hand_set_before_closing(opportunity: Opportunity) -> int | None:
    """The probability that had been set by hand when it was won or lost, if it is closed and one had been."""
    moves = events_of(opportunity).filter(name__in=names(WON, LOST, REOPENED))
    for name, data in moves.values_list("name", "data"):
        if name == REOPENED.name or BY_HAND in data:
            return data.get(BY_HAND)
    return None


def staying(opportunity: Opportunity, values: Values, actor: Membership | None) -> dict[str, Any]:
    """Check ``values`` of an opportunity that stays in its stage; return the attributes that go with them."""
    stage = stage_by_id(opportunity.stage_id)
    if "closed_on" in values and values["closed_on"] != opportunity.closed_on:  # an unknown one may stay so
        _check_closed_on(stage, values["closed_on"])
    refuse_impossible_days(values, opportunity, actor)
    refuse_future("stage_since", values.get("stage_since"))
    if is_about(values.get("stage_since"), opportunity.stage_since):
        values["stage_since"] = opportunity.stage_since
    elif values.get("stage_since") is not None:
        _refuse_before_last_stay(opportunity, values["stage_since"])
    if "loss_reason" in values:
        if values["loss_reason"] is not None or opportunity.loss_reason_id is not None:  # else it has never had one
            _check_loss_reason(stage, values["loss_reason"])
        values["loss_reason"] = _reason(values["loss_reason"])
    if "probability" not in values:
        return {}
    given = values.pop("probability")
    if stage.meaning != Meaning.OPEN and given not in (None, stage.probability):
        raise ValidationError({"probability": _("It is closed: its probability is the stage's.")})
    return _probability(stage, given)


def refuse_impossible_days(values: Values, opportunity: Opportunity | None, actor: Membership | None) -> None:
    """Raise for a day of opening that is yet to come, and for a closing before it: for the one of both days that is
    new. Those that were stored so stay: another field may be changed. ``actor`` is not told a day that they do not see.
    """
    new = [
        name for name in ("closed_on", "opened_on") if _given(values, opportunity, name) != _known(opportunity, name)
    ]
    if "opened_on" in new:
        refuse_future("opened_on", values["opened_on"])
    opened, closed = (_given(values, opportunity, name) for name in ("opened_on", "closed_on"))
    if not new or opened is None or closed is None or closed >= opened:
        return
    hidden = limited_fields(actor, Opportunity.type_key, HIDDEN) if actor is not None else frozenset()
    if new[0] == "closed_on":
        told = _("It was opened on %(day)s. If that is wrong, correct “Opened” first.") % {"day": formats.date(opened)}
        text = _("It was opened later.") if "opened_on" in hidden else told
    else:
        told = _("It was closed on %(day)s. If that is wrong, correct “Closed” first.") % {"day": formats.date(closed)}
        text = _("It was closed earlier.") if "closed_on" in hidden else told
    raise ValidationError({new[0]: text})


def _given(values: Values, opportunity: Opportunity | None, name: str) -> date | None:
    day: date | None = values[name] if name in values else _known(opportunity, name)
    return day


def _known(opportunity: Opportunity | None, name: str) -> date | None:
    return getattr(opportunity, name) if opportunity is not None else None


def _last_left(opportunity: Opportunity) -> StageVisit | None:
    """The stay that it has left last."""
    left = StageVisit.objects.filter(opportunity=opportunity, left_at__isnull=False)
    return left.select_related("stage").order_by("left_at").last()


def _refuse_before_last_stay(opportunity: Opportunity, since: datetime) -> None:
    """It cannot have been in a stage on days on which it was in another one."""
    last = _last_left(opportunity)
    if last is not None and last.left_at is not None and day_of(since) < day_of(last.left_at):
        words = {"stage": last.stage, "day": formats.date(day_of(last.left_at))}
        raise ValidationError({"stage_since": _("It was in “%(stage)s” until %(day)s.") % words})


def enter(opportunity: Opportunity, stage: Stage, actor: Membership | None) -> None:
    """Log that the opportunity is in ``stage`` since ``stage_since``; ``actor``: who put it there, if that is known."""
    insert(StageVisit(opportunity=opportunity, stage=stage, entered_at=opportunity.stage_since, entered_by=actor))


def entered_then(opportunity: Opportunity) -> None:
    """Correct the log: the opportunity entered its stage when ``stage_since`` says by now."""
    StageVisit.objects.filter(opportunity=opportunity, left_at=None).update(entered_at=_entered(opportunity))


def _entered(opportunity: Opportunity) -> datetime | None:
    """``stage_since``, but not before it left another stage on that day: a file may know the day alone."""
    since, last = opportunity.stage_since, _last_left(opportunity)
    return max(since, last.left_at) if since is not None and last is not None and last.left_at is not None else since


def leave_and_enter(opportunity: Opportunity, stage: Stage, actor: Membership | None, *, is_told: bool) -> None:
    """Log that the opportunity left the stage it was in, and is in ``stage`` since ``stage_since``: now, unless it
    ``is_told`` when. Then nobody knows who moved it there.

    If that is before it was entered here, it has never been there. If nobody knows when it was, it is over by now.
    """
    entered = _entered(opportunity) if is_told else opportunity.stage_since
    left = entered or timezone.now()
    StageVisit.objects.filter(opportunity=opportunity, left_at=None).update(
        entered_at=Case(When(entered_at__gt=left, then=Value(left)), default=F("entered_at")), left_at=left
    )
    mover = None if is_told else actor
    insert(StageVisit(opportunity=opportunity, stage=stage, entered_at=entered, entered_by=mover))


def last_stay(opportunity: Opportunity, stage: Stage) -> StageVisit | None:
    """The stay in ``stage`` that the opportunity has left last."""
    return (
        StageVisit.objects.filter(opportunity=opportunity, stage=stage).exclude(left_at=None).order_by("left_at").last()
    )


def stay_on(opportunity: Opportunity, former: StageVisit) -> None:
    """Log that it is still in ``former``, and was nowhere else since."""
    StageVisit.objects.filter(opportunity=opportunity, left_at=None).delete()
    former.left_at = None
    former.save(update_fields=["left_at"])


def _close(stage: Stage, values: Values, before: Stage | None, opportunity: Opportunity | None) -> None:
    """Complete ``values`` with day and reason of closing, or take them off."""
    same = opportunity if before is not None and before.meaning == stage.meaning else None
    default = None if before is None and "closed_on" in values else _default_day(stage)
    if before is None:  # what is typed into a form or stands in a file is not dropped in silence
        _check_loss_reason(stage, values.get("loss_reason"))
        if stage.meaning == Meaning.OPEN or values.get("closed_on"):
            _check_closed_on(stage, values.get("closed_on"))
    if stage.meaning == Meaning.OPEN:
        values["closed_on"] = None
    else:
        day = values.get("closed_on") or (same and same.closed_on) or default
        values["closed_on"] = None if day == NO_DAY_KNOWN else day
    if stage.meaning == Meaning.LOST:
        values["loss_reason"] = values.get("loss_reason") or (same and same.loss_reason)
        _check_loss_reason(stage, values["loss_reason"])
        values["loss_reason"] = _reason(values["loss_reason"])
    else:
        values |= {"loss_reason": None, "loss_note": ""}


def _since(values: Values) -> datetime | None:
    """Take ``stage_since`` out of the values; return what they tell of it."""
    since: datetime | None = values.pop("stage_since")
    refuse_future("stage_since", since)
    day = values.get("closed_on")
    return since or (min(start_of(day), timezone.now()) if day else None)


def _default_day(stage: Stage) -> date | None:
    return None if stage.meaning == Meaning.OPEN else today()


def _check_closed_on(stage: Stage, day: date | None) -> None:
    if stage.meaning == Meaning.OPEN and day is not None:
        raise ValidationError({"closed_on": _("An open opportunity has no day on which it was won or lost.")})
    if stage.meaning != Meaning.OPEN and day is None:
        raise ValidationError({"closed_on": _("Give the day on which it was won or lost.")})
    refuse_future("closed_on", day)


def _check_loss_reason(stage: Stage, reason: Any) -> None:
    if stage.meaning == Meaning.LOST and reason is None:
        raise ValidationError({"loss_reason": _("Say why it was lost.")})
    if stage.meaning != Meaning.LOST and reason is not None:
        raise ValidationError({"loss_reason": _("Only a lost opportunity has a loss reason.")})


def _reason(reason: Any) -> Any:
    return None if reason == NO_REASON_GIVEN else reason


def _probability_on_entry(
    stage: Stage, values: Values, before: Stage | None, opportunity: Opportunity | None
) -> dict[str, Any]:
    """An overridden probability holds while the opportunity stays open; winning and losing end it, reopening brings it
    back."""
    is_given, given = "probability" in values, values.pop("probability", None)
    if stage.meaning != Meaning.OPEN:
        return _probability(stage, None)
    was_open = before is not None and before.meaning == Meaning.OPEN
    if given is None and was_open and opportunity is not None and opportunity.probability_overridden:
        return {}
    if not is_given and not was_open and opportunity is not None:
        given = hand_set_before_closing(opportunity)
    return _probability(stage, given)


def _probability(stage: Stage, given: int | None) -> dict[str, Any]:
    overridden = given is not None and given != stage.probability
    return {"probability": given if overridden else stage.probability, "probability_overridden": overridden}
