"""The opportunity as a record type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.catalogue.kept_sums import KeptSums
from crm.catalogue.searched import Searched
from crm.catalogue.types import Board, DefaultView, RecordType, Section
from crm.fields.currencies import find_currencies_in
from crm.picklists.models import Meaning, Pipeline, Stage
from crm.picklists.selectors import default_pipeline, pipelines, stages
from crm.queries.measures import Sum, Weighted
from crm.users.roles import grant
from opportunities.actions import OPPORTUNITY_ACTIONS
from opportunities.bulk import opportunity_actions
from opportunities.fields import OPPORTUNITY_FIELDS
from opportunities.filters import ACCOUNT_TYPE, CURRENCY, INVOLVED_CONTACT, LOSS_CLASS, SET_BY_HAND
from opportunities.headers import HEADERS
from opportunities.keys import (
    CLOSE_DAY,
    OPPORTUNITY_GAPS,
    OPPORTUNITY_KEYS,
    OPPORTUNITY_MOVES,
    OPPORTUNITY_NEEDED,
)
from opportunities.models import Opportunity, OpportunitySum
from opportunities.panels import OPPORTUNITY_PANELS
from opportunities.selectors import badges, card_facts, look_ahead, objections_to_changes, objections_to_opportunities
from opportunities.services import (
    create_opportunity,
    delete_opportunity,
    prepare_opportunity,
    restore_opportunity,
    take_move_back,
    update_opportunity,
)

_COLUMNS = ("name", "account", "stage", "amount", "expected_close_on", "next_step", "owner")
_ALL_COLUMNS = ("name", "account", "stage", "amount", "expected_close_on", "closed_on", "owner")
_CLOSED_COLUMNS = ("name", "account", "stage", "amount", "closed_on", "loss_reason", "owner")
_OPEN = ("stage", "is", (f"meaning:{Meaning.OPEN}",))


def board_stages() -> list[Stage]:
    return stages(active_only=False)


def board_pipelines() -> list[Pipeline]:
    """The default one first."""
    default = default_pipeline()
    return sorted(pipelines(active_only=False), key=lambda one: one != default)


OPPORTUNITY = RecordType(
    key="opportunities",
    noun="opportunity",
    headers=HEADERS,
    model=Opportunity,
    label=_("Opportunity"),
    label_plural=_("Opportunities"),
    icon="target",
    urls="opportunities.urls",
    order=40,
    shortcut="o",
    phone=True,
    grants={"rep": grant("team", "all", "own", "own")},  # moved by who owns it
    told_apart_by=("account",),
    searched=Searched(through=("account",), notes=("account", "amount", "owner"), state="stage"),
    panels=OPPORTUNITY_PANELS,
    actions=OPPORTUNITY_ACTIONS,
    description=_("An opportunity is one possible sale to an account or a contact, on its way through your stages."),
    fields=OPPORTUNITY_FIELDS,
    sections=(
        Section(
            _("Opportunity"), ("name", "account", "contact", "product", "amount", "stage", "pipeline", "opened_on")
        ),
        Section(
            _("Outlook"),
            (
                "expected_close_on",
                "probability",
                "forecast_category",
                "rating",
                "next_step",
                "next_step_on",
                "last_activity_at",
            ),
        ),
        Section(_("Background"), ("source", "campaign", "to_existing_customer", "requirements", "description")),
        Section(_("Closing"), ("closed_on", "loss_reason", "loss_note")),
        Section(_("More"), ("owner", "team", "tags", "external_id")),
    ),
    columns=_ALL_COLUMNS,
    headline=(
        "account",
        "amount",
        "expected_close_on",
        "probability",
        "owner",
        "next_step",
        "next_step_on",
        "loss_reason",
        "tags",
    ),
    create=create_opportunity,
    update=update_opportunity,
    delete=delete_opportunity,
    restore=restore_opportunity,
    set_by_move=("stage", "closed_on", "loss_reason", "loss_note", "probability"),
    move_back=take_move_back,
    next_step=("next_step", "next_step_on"),
    look_ahead=look_ahead,
    sort="-updated_at",
    prepare=prepare_opportunity,
    natural_keys=OPPORTUNITY_KEYS,
    gaps=OPPORTUNITY_GAPS,
    needed=OPPORTUNITY_NEEDED,
    moves=OPPORTUNITY_MOVES,
    splits=(CLOSE_DAY,),
    unknown_in_files=("opened_on", "closed_on", "stage_since", "last_activity_at"),
    kept_by_files=("last_activity_at",),
    objections=objections_to_opportunities,
    objections_to_changes=objections_to_changes,
    badges=badges,
    views=(
        DefaultView(_("Open opportunities"), (_OPEN,), _COLUMNS, "expected_close_on", is_default=True, of_open=True),
        DefaultView(_("My open opportunities"), (_OPEN, ("owner", "is", ("me",))), _COLUMNS, "expected_close_on"),
        DefaultView(_("Closing this month"), (_OPEN, ("expected_close_on", "is", ("this_month",))), _COLUMNS, "stage"),
        DefaultView(_("Overdue"), (_OPEN, ("expected_close_on", "is", ("past",))), _COLUMNS, "expected_close_on"),
        DefaultView(
            _("Untouched for 14 days"),
            (_OPEN, ("last_activity_at", "to", ("14_days_ago",))),
            ("name", "account", "stage", "days_in_stage", "amount", "last_activity_at", "next_step", "owner"),
            "stage",
        ),
        DefaultView(_("Won"), (("stage", "is", (f"meaning:{Meaning.WON}",)),), _CLOSED_COLUMNS, "-closed_on"),
        DefaultView(_("Lost"), (("stage", "is", (f"meaning:{Meaning.LOST}",)),), _CLOSED_COLUMNS, "-closed_on"),
        DefaultView(_("All opportunities"), (), _ALL_COLUMNS, "-updated_at"),
    ),
    board=Board(
        column="stage",
        columns=board_stages,
        move_url="opportunities:stage",
        card="opportunities/card.html",
        amount="amount",
        related=("account", "contact", "owner"),
        asks=lambda stage: stage.meaning == Meaning.LOST,
        facts=card_facts,
        group="pipeline",
        groups=board_pipelines,
    ),
    kept_sums=KeptSums(
        OpportunitySum,
        fields=frozenset({"stage", "owner", "team"}),
        told_by_them=frozenset({"pipeline"}),
        groups=frozenset({"stage", "owner"}),
        measures={Sum("amount").name: "amount", Weighted("amount").name: "weighted"},
    ),
    fixed_first=("stage", "owner", "expected_close_on", "amount", "account", "last_activity_at", "source", "rating"),
    derived=(INVOLVED_CONTACT, ACCOUNT_TYPE, CURRENCY, LOSS_CLASS, SET_BY_HAND),
)

catalogue.register(OPPORTUNITY)
find_currencies_in(Opportunity)
catalogue.add_bulk_actions(opportunity_actions)
