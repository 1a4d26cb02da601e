"""The fields of an opportunity."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.models import Contact
from crm.fields import kinds
from crm.fields.kinds.choice import OneOf
from crm.fields.spec import FieldSpec, Predicate
from crm.picklists.models import Meaning, Pipeline, Stage
from crm.picklists.selectors import (
    default_choice,
    default_pipeline,
    pipeline,
    pipelines,
    stage_ids_meaning,
    stages,
)
from crm.picklists.selectors import stage as stage_by_id
from crm.picklists.stages import FORECAST_CATEGORIES
from crm.records.standard import STANDARD_FIELDS
from crm.tenants.clock import day_of, today
from crm.users.models import Membership
from opportunities.look import DueDay, NextStep, ProbabilityLook

LONGEST_STAY = 36_500  # days that a filter can ask for


class LastActivity(kinds.DateTime):
    """Where no activity is known, there was none up to any day either: such opportunities are the untouched ones."""

    def between(self, spec: FieldSpec, first: date | None, last: date | None) -> Q:
        found = super().between(spec, first, last)
        return found | self.empty(spec) if first is None and last is not None else found

    def lies_between(self, value: Any, first: date | None, last: date | None) -> bool:
        if value is None:
            return first is None and last is not None
        return super().lies_between(value, first, last)


def first_stage() -> Stage:
    """The stage that a new opportunity starts in."""
    return next(stage for stage in stages(default_pipeline()) if stage.meaning == Meaning.OPEN)


class Probability(kinds.Percent):
    """The stage's probability, or another one that somebody has set by hand: then it says so."""

    def words(self, spec: FieldSpec, record: Any) -> str:
        words = super().words(spec, record)
        return f"{words} {gettext('set by hand')}" if record.probability_overridden else words


class DaysInStage(kinds.Number):
    """How many days it has been in its stage: counted from ``stage_since``, so it is no fact of its own."""

    operators = ("from", "to")  # type: ignore[assignment]
    grouping = ""
    sorts_backwards = True
    in_history = False

    def __init__(self) -> None:
        super().__init__(least=-(2**31))  # a move may be dated ahead

    def attributes(self, spec: FieldSpec) -> tuple[str, ...]:
        return ()

    def value(self, spec: FieldSpec, record: Any) -> int | None:
        return (today() - day_of(record.stage_since)).days if record.stage_since else None

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        return kinds.DateTime().between(spec, *self._since(operator, values))

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        since = self._since(operator, values)
        return lambda record: kinds.DateTime().lies_between(record.stage_since, *since)

    def _since(self, operator: str, values: list[str]) -> tuple[date | None, date | None]:
        """The days between which it came into its stage."""
        day = today() - timedelta(days=max(-LONGEST_STAY, min(self.bound(operator, values), LONGEST_STAY)))
        return (None, day) if operator == "from" else (day, None)


class PipelineOf(OneOf):
    """The pipeline of the stage: changed by moving to a stage of another one."""

    grouping = "stage__pipeline_id"
    sortable = False

    def rows(self, actor: Membership, *, active_only: bool = True) -> list[Pipeline]:
        return pipelines(active_only=active_only)

    def row(self, row_id: UUID) -> Pipeline:
        return pipeline(row_id)

    def row_id(self, spec: FieldSpec, record: Any) -> UUID | None:
        """By the stage, which moves first."""
        return stage_by_id(record.stage_id).pipeline_id if record.stage_id else record.pipeline_id

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        wanted = set(self.read(values, actor))
        # By stages, for which there is an index
        same = Q(stage_id__in=[one.pk for one in stages(active_only=False) if one.pipeline_id in wanted])
        return ~same if operator == "not" else same


_LOST = ("stage", lambda: stage_ids_meaning(Meaning.LOST))

OPPORTUNITY_FIELDS = (
    FieldSpec(
        "name",
        _("Name"),
        kinds.Text(300, key="sort_name"),
        help=_("Empty: made of the account and the product."),
    ),
    FieldSpec("account", _("Account"), kinds.Lookup(Account.type_key)),
    FieldSpec(
        "contact",
        _("Main contact"),
        kinds.Lookup(Contact.type_key),
        help=_("An opportunity needs an account or a contact."),
    ),
    FieldSpec(
        "stage",
        _("Stage"),
        kinds.StageOf(),
        required=True,
        default=first_stage,
        on_edit=False,  # moved by its own action, which may have to ask why,
    ),
    FieldSpec(
        "pipeline", _("Pipeline"), PipelineOf(), on_create=False, on_edit=False, importable=False, always_seen=True
    ),
    FieldSpec("stage_since", _("In stage since"), kinds.DateTime(), on_create=False, on_edit=False),
    FieldSpec(
        "days_in_stage",
        _("Days in stage"),
        DaysInStage(),
        attr="stage_since",
        on_create=False,
        on_edit=False,
        importable=False,
        always_seen=True,  # as the moment is from which it is counted
    ),
    FieldSpec("amount", _("Amount"), kinds.Money()),
    FieldSpec(
        "probability",
        _("Probability"),
        Probability(),
        look=ProbabilityLook,
        help=_("Empty: what the stage says."),
        fills=("probability_overridden",),
    ),
    FieldSpec(
        "forecast_category",
        _("Forecast"),
        kinds.Fixed(FORECAST_CATEGORIES),
        help=_("Follows the stage."),
        on_create=False,
        on_edit=False,
        importable=False,
    ),
    FieldSpec(
        "rating",
        _("Rating"),
        kinds.ChoiceOf("rating"),
        default=lambda: default_choice("rating"),
    ),
    FieldSpec(
        "expected_close_on",
        _("Expected close"),
        kinds.Date(),
        look=DueDay,
    ),
    FieldSpec(
        "opened_on",
        _("Opened"),
        kinds.Date(),
        default=today,
        on_create=False,
    ),
    FieldSpec(
        "closed_on",
        _("Closed"),
        kinds.Date(),
        help=_("The day it was won or lost."),
        on_create=False,
        asked_by=("stage", lambda: stage_ids_meaning(Meaning.WON, Meaning.LOST)),
        only_of=_("won and lost opportunities"),
    ),
    FieldSpec("next_step", _("Next step"), kinds.Text(300), look=NextStep),
    FieldSpec("next_step_on", _("Next step on"), kinds.Date(), look=DueDay),
    FieldSpec(
        "last_activity_at",
        _("Last activity"),
        LastActivity(),
        help=_("When somebody last changed it, or wrote something down about it."),
        on_create=False,
        on_edit=False,
    ),
    FieldSpec(
        "loss_reason",
        _("Loss reason"),
        kinds.ChoiceOf("loss_reason"),
        help=_("Needed when it is lost."),
        asked_by=_LOST,
        only_of=_("lost opportunities"),
        always_seen=True,
    ),
    FieldSpec("loss_note", _("About the loss"), kinds.LongText(), on_create=False, asked_by=_LOST),
    FieldSpec(
        "source",
        _("Source"),
        kinds.ChoiceOf("lead_source"),
        default=lambda: default_choice("lead_source"),
    ),
    FieldSpec("campaign", _("Campaign"), kinds.Text(200)),
    FieldSpec("product", _("Product"), kinds.Text(200)),
    FieldSpec(
        "to_existing_customer",
        _("To an existing customer"),
        kinds.Flag(),
        help=_("The account was a customer when this was opened, as far as that is known."),
        on_create=False,
        on_edit=False,
    ),
    FieldSpec("requirements", _("Requirements"), kinds.LongText()),
    FieldSpec("description", _("Description"), kinds.LongText()),
    *STANDARD_FIELDS,
)
