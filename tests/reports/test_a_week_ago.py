"""What the pipeline was a week ago, by the log: nothing that is done today changes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from crm.events.models import Event
from crm.fields.money import Money
from crm.picklists.selectors import stage_ids_meaning, stages
from crm.picklists.services import create_stage, replace_and_delete
from crm.users.models import Role
from opportunities.models import Opportunity
from opportunities.services import (
    create_opportunity,
    delete_opportunity,
    move_to_stage,
    restore_opportunity,
    update_opportunity,
)
from reports import past
from reports.shown import changes
from tests import make
from tests.people import Firm
from tests.reports.reading import ask, figure

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
WEEK_BEGAN = datetime(2026, 5, 7, 4, tzinfo=UTC)  # midnight in New York


def on(day: int, month: int = 4) -> Any:
    return time_machine.travel(datetime(2026, month, day, 12, tzinfo=UTC))


def usd(units: int) -> Money:
    return Money(units * 100, "USD")


def fresh(name: str) -> Opportunity:
    return Opportunity.all_objects.select_related("account", "contact", "owner").get(name=name)


@pytest.fixture
def story(inside: Firm) -> Firm:
    """Told on the days of April: three are open, two were lost, one was won, one is in the recycle bin."""
    with on(1):
        for name, units in (
            ("A", 1),
            ("B", 10),
            ("C", 100),
            ("D", 1_000),
            ("E", 10_000),
            ("F", 100_000),
            ("G", 1_000_000),
        ):
            day = {"expected_close_on": date(2026, 5, 30)}
            make.opportunity(inside.ana, name=name, amount=usd(units), **day)
    with on(15):
        for name in ("D", "E"):
            reason = make.reason("loss_reason", "sales")
            move_to_stage(opportunity=fresh(name), stage=make.stage("lost"), loss_reason=reason, actor=inside.ana)
        move_to_stage(opportunity=fresh("F"), stage=make.stage("won"), actor=inside.ana)
        delete_opportunity(fresh("G"), actor=inside.ana)
    return inside


def a_week_ago(firm: Firm, actor: Any = None, query: str = "period=all") -> tuple[int, dict[str, int]]:
    answer = ask("pipeline", actor or firm.ada, query)
    number, money = figure(answer, "Open opportunities").before, figure(answer, "Open pipeline").before
    assert number and money
    assert not money.url, "no list shows these rows any more"
    return number.value, money.value


def by_replay() -> tuple[int, dict[str, int]]:
    """The same from the log alone, told forwards from the beginning: the report goes backwards from the rows."""
    known: dict[Any, dict[str, Any]] = {}
    for event in Event.objects.filter(record_type="opportunities", at__lt=WEEK_BEGAN).order_by("at"):
        state = known.setdefault(event.record_id, {"there": True})
        state["there"] = event.name != "opportunity.deleted" and (
            state["there"] or event.name == "opportunity.restored"
        )
        state |= {name: new for name, (_old, new) in event.changes.items()}
    ids = {str(one) for one in stage_ids_meaning("open")}
    for gone in Event.objects.filter(name="stage.deleted").values_list("data", flat=True):
        ids |= {gone["id"]} if gone["replacement"]["id"] in ids else set()
    rows = [state for state in known.values() if state["there"] and state["stage"]["id"] in ids]
    money: dict[str, int] = {}
    for state in rows:
        if state.get("amount"):
            currency = state["amount"]["currency"]
            money[currency] = money.get(currency, 0) + state["amount"]["minor"]
    return len(rows), money


THEN = (3, {"USD": 11_100})


@time_machine.travel(NOW)
def test_reopening_losing_again_and_deleting_today_changes_no_past(story: Firm) -> None:
    assert a_week_ago(story) == by_replay() == THEN
    reason = make.reason("loss_reason", "sales")
    move_to_stage(opportunity=fresh("D"), stage=make.stage(), actor=story.ana)  # reopened
    assert a_week_ago(story) == by_replay() == THEN
    move_to_stage(opportunity=fresh("E"), stage=make.stage(), actor=story.ana)
    move_to_stage(opportunity=fresh("E"), stage=make.stage("lost"), loss_reason=reason, actor=story.ana)
    assert a_week_ago(story) == by_replay() == THEN
    move_to_stage(opportunity=fresh("F"), stage=make.stage(), actor=story.ana)
    assert a_week_ago(story) == by_replay() == THEN
    delete_opportunity(fresh("F"), actor=story.ana)
    assert a_week_ago(story) == by_replay() == THEN
    assert figure(ask("pipeline", story.ada), "Open opportunities").cell.value == 4


def _won_with_an_old_day(firm: Firm) -> None:
    move_to_stage(opportunity=fresh("A"), stage=make.stage("won"), actor=firm.ana, on=date(2026, 4, 2))


def _made_with_an_old_opening(firm: Firm) -> None:
    create_opportunity(
        actor=firm.ana,
        values={"name": "H", "account": fresh("A").account, "amount": usd(7), "opened_on": date(2026, 1, 1)},
    )


def _replaced_stage(firm: Firm) -> None:
    first = make.stage()
    values = {"label": "Interlude", "meaning": "open", "probability": 10}
    with on(20):
        between = create_stage(pipeline=first.pipeline, actor=firm.ada, values=values)
        move_to_stage(opportunity=fresh("C"), stage=between, actor=firm.ana)
    move_to_stage(opportunity=fresh("C"), stage=first, actor=firm.ana)
    replace_and_delete(entry=between, replacement=first, actor=firm.ada)


CASES: dict[str, Callable[[Firm], object]] = {
    "amount": lambda firm: update_opportunity(fresh("A"), actor=firm.ana, values={"amount": usd(77)}),
    "amount taken off": lambda firm: update_opportunity(fresh("A"), actor=firm.ana, values={"amount": None}),
    "currency": lambda firm: update_opportunity(fresh("B"), actor=firm.ana, values={"amount": Money(5, "EUR")}),
    "another open stage": lambda firm: move_to_stage(
        opportunity=fresh("B"), stage=[one for one in stages() if one.meaning == "open"][2], actor=firm.ana
    ),
    "won": _won_with_an_old_day,
    "closing day corrected": lambda firm: update_opportunity(
        fresh("F"), actor=firm.ana, values={"closed_on": date(2026, 5, 13)}
    ),
    "restored": lambda firm: restore_opportunity(fresh("G"), actor=firm.ana),
    "deleted": lambda firm: delete_opportunity(fresh("C"), actor=firm.ana),
    "new": _made_with_an_old_opening,
    "stage that is gone": _replaced_stage,
}


@time_machine.travel(NOW)
@pytest.mark.parametrize("case", CASES)
def test_whatever_was_done_since_does_not_change_it(story: Firm, case: str) -> None:
    CASES[case](story)
    assert a_week_ago(story) == by_replay() == THEN


def test_what_was_done_before_does(story: Firm) -> None:
    with on(5, month=5):
        update_opportunity(fresh("A"), actor=story.ana, values={"amount": usd(2)})
        restore_opportunity(fresh("G"), actor=story.ana)
    with time_machine.travel(NOW):
        assert a_week_ago(story) == by_replay() == (4, {"USD": 100_011_200})


@time_machine.travel(NOW)
def test_owner_team_and_expected_close_are_those_of_then(story: Firm) -> None:
    sam, ana = f"period=all&owner={story.sam.pk}", f"period=all&owner={story.ana.pk}"
    east, may = f"period=all&team={story.east.pk}", "period=this_month"
    before = [a_week_ago(story, query=query) for query in (sam, ana, east, may)]
    assert before == [(0, {}), THEN, THEN, THEN]
    values = {"owner": story.sam, "team": story.west, "expected_close_on": date(2026, 8, 1)}
    update_opportunity(fresh("A"), actor=story.ada, values=values)
    assert [a_week_ago(story, query=query) for query in (sam, ana, east, may)] == before
    assert figure(ask("pipeline", story.ada, sam), "Open opportunities").cell.value == 1


@time_machine.travel(NOW)
def test_without_a_team_it_was_in_that_of_its_owner(story: Firm) -> None:
    with on(20):
        update_opportunity(fresh("A"), actor=story.ada, values={"team": None})
    east, west = (f"period=all&team={team.pk}" for team in (story.east, story.west))
    before = [a_week_ago(story, query=query) for query in (east, west)]
    assert before == [THEN, (0, {})]
    update_opportunity(fresh("A"), actor=story.ada, values={"owner": story.sam})
    move_to_stage(opportunity=fresh("B"), stage=make.stage("won"), actor=story.ana)
    assert [a_week_ago(story, query=query) for query in (east, west)] == before
    assert fresh("A").team is None


@time_machine.travel(NOW)
def test_who_sees_own_counts_what_was_theirs(story: Firm) -> None:
    role = Role.objects.get(key="rep")
    role.access["opportunities"]["view"] = "own"
    role.save(update_fields=["access"])
    for person in (story.ana, story.sam):
        person.role = role
    update_opportunity(fresh("A"), actor=story.ada, values={"owner": story.sam, "team": story.west})
    assert a_week_ago(story, story.ana) == THEN
    assert a_week_ago(story, story.sam) == (0, {})


@time_machine.travel(NOW)
def test_a_workspace_without_a_past_says_so(inside: Firm) -> None:
    make.opportunity(inside.ana, amount=usd(5), opened_on=date(2026, 1, 1))
    shown = changes(figure(ask("pipeline", inside.ada), "Open opportunities"))
    assert [(one.words, one.before, one.but) for one in shown] == [("", "", "no data before May 13, 2026")]
    with time_machine.travel(NOW + timedelta(days=8)):
        shown = changes(figure(ask("pipeline", inside.ada), "Open opportunities"))
    assert [(one.words, one.before) for one in shown] == [("no change", "1")]


@time_machine.travel(NOW)
def test_where_the_log_is_too_long_to_go_through_nothing_is_told_of_a_week_ago(
    story: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "MOST_EVENTS", 1)
    delete_opportunity(fresh("A"), actor=story.ana)
    assert a_week_ago(story) == THEN
    monkeypatch.setattr(past, "MOST_EVENTS", 0)
    answer = ask("pipeline", story.ada, "period=all")
    shown = figure(answer, "Open pipeline")
    assert shown.before is None and figure(answer, "Open opportunities").before is None
    assert "Too much has changed in seven days" in shown.note
    assert figure(answer, "Open pipeline").cell.value
