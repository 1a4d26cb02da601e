"""What an opportunity's page, card and list say of how it goes: stage, probability, days, last activity."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from crm.activities.contact_times import note_meetings_held
from crm.activities.following import bring_up_to_date
from crm.activities.services import complete_task, create_activity
from crm.events.delivery import deliver_all
from crm.picklists.selectors import default_pipeline, stages
from crm.picklists.services import update_stage
from crm.saved_views.models import SavedView
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from opportunities.selectors import stage_history
from opportunities.services import add_contact_role, move_to_stage, update_opportunity
from tests import make
from tests.people import Firm, client_of

NOON = datetime(2026, 6, 1, 16, tzinfo=UTC)  # in New York


@pytest.fixture
def deal(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.opportunity(firm.ana, name="Deal X", next_step="Call")


def page_of(firm: Firm, deal: Any, rest: str = "") -> str:
    return client_of(firm.ana).get(f"/acme/opportunities/{deal.pk}/{rest}").content.decode()


def names(firm: Firm, query: str) -> list[str]:
    answer = client_of(firm.ana).get(f"/acme/opportunities/?{query}")
    assert answer.status_code == 200 and not answer.context["listing"].problems
    return [row.record.name for row in answer.context["rows"]]


# Probability


def test_an_overridden_probability_says_so_and_goes_back_to_the_stages(firm: Firm, deal: Any) -> None:
    client, field = client_of(firm.ana), f"/acme/opportunities/{deal.pk}/fields/probability/"
    assert "set by hand" not in page_of(firm, deal)
    assert client.post(field, {"probability": "60"}).status_code == 303
    page = page_of(firm, deal)
    assert "Probability 60%, set by hand; the stage says 10%." in page
    assert f'action="{field}"' in page and "Back to the stage" in page
    assert "set by hand" in client.get("/acme/opportunities/?columns=name,probability").content.decode()
    assert "Back to the stage" not in client_of(firm.rita).get(f"/acme/opportunities/{deal.pk}/").content.decode()
    assert client.post(field, {"probability": ""}).status_code == 303
    assert "set by hand" not in page_of(firm, deal)
    with tenant_context(firm.tenant):
        deal.refresh_from_db()
        assert (deal.probability, deal.probability_overridden) == (10, False)


def test_even_zero_while_it_is_open(firm: Firm, deal: Any) -> None:
    client_of(firm.ana).post(f"/acme/opportunities/{deal.pk}/fields/probability/", {"probability": "0"})
    assert "Probability 0%, set by hand; the stage says 10%." in page_of(firm, deal)


def test_the_forecast_follows_what_the_stage_means(inside: Firm) -> None:
    """A won stage counts as closed and a lost one as omitted, whatever an admin types beside them."""
    for meaning, category in (("won", "closed"), ("lost", "omitted")):
        update_stage(stage=make.stage(meaning), actor=inside.ada, values={"forecast_category": "pipeline"})
        opportunity = make.opportunity(inside.ana)
        move_to_stage(
            opportunity=opportunity,
            stage=make.stage(meaning),
            actor=inside.ana,
            loss_reason=make.reason("loss_reason", "sales") if meaning == "lost" else None,
        )
        opportunity.refresh_from_db()
        assert opportunity.forecast_category == category
        move_to_stage(opportunity=opportunity, stage=stages(default_pipeline())[5], actor=inside.ana)
        opportunity.refresh_from_db()
        assert opportunity.forecast_category == "commit"


# Guidance and requirements


def test_the_stage_guides(firm: Firm, deal: Any) -> None:
    page = page_of(firm, deal)
    assert "Find out who decides" in page
    with tenant_context(firm.tenant):
        update_stage(stage=deal.stage, actor=firm.ada, values={"guidance": "Ask <b>twice</b>"})
    page = page_of(firm, deal)
    assert "Ask &lt;b&gt;twice&lt;/b&gt;" in page and "Find out who decides" not in page
    with tenant_context(firm.tenant):
        move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana)
    assert "lucide-lightbulb" not in page_of(firm, deal) and "Ask &lt;b&gt;" not in page_of(firm, deal)


def test_every_open_stage_ships_with_guidance(inside: Firm) -> None:
    assert [bool(stage.guidance) for stage in stages(default_pipeline())] == [True] * 6 + [False] * 2


def test_requirements_are_kept_and_shown(firm: Firm, deal: Any) -> None:
    address = f"/acme/opportunities/{deal.pk}/fields/requirements/"
    assert client_of(firm.ana).post(address, {"requirements": "Runs on a phone,\noffline too"}).status_code == 303
    assert "offline too" in page_of(firm, deal)


# Days


def overdue(firm: Firm, deal: Any) -> tuple[bool, bool, bool]:
    """Whether the list, the card and the page mark it."""
    client = client_of(firm.ana)
    cells = client.get("/acme/opportunities/?filters=none&columns=name,expected_close_on").content.decode()
    card = client.get("/acme/opportunities/board/?filters=none").content.decode()
    return 'aria-label="Overdue"' in cells, "Overdue since" in card, "Past its expected close" in page_of(firm, deal)


def test_an_expected_close_that_is_over_is_marked_everywhere(firm: Firm, deal: Any) -> None:
    assert overdue(firm, deal) == (False, False, False)
    with tenant_context(firm.tenant):
        update_opportunity(deal, actor=firm.ana, values={"expected_close_on": today()})
    assert overdue(firm, deal) == (False, False, False)
    with tenant_context(firm.tenant):
        update_opportunity(deal, actor=firm.ana, values={"expected_close_on": today() - timedelta(days=1)})
    assert overdue(firm, deal) == (True, True, True)
    assert names(firm, f"view={view_id(firm, 'Overdue')}") == ["Deal X"]
    with tenant_context(firm.tenant):
        move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana)
    assert overdue(firm, deal) == (False, False, False)
    assert names(firm, f"view={view_id(firm, 'Overdue')}") == []


def view_id(firm: Firm, name: str) -> str:
    with tenant_context(firm.tenant):
        return str(SavedView.objects.get(record_type="opportunities", name=name).pk)


def test_no_next_step_is_marked_while_it_is_open(firm: Firm, deal: Any) -> None:
    assert "No next step" not in page_of(firm, deal)
    with tenant_context(firm.tenant):
        update_opportunity(deal, actor=firm.ana, values={"next_step": ""})
    assert "No next step" in page_of(firm, deal)
    with tenant_context(firm.tenant):
        task = create_activity(kind="task", records=[deal], actor=firm.ana, subject="Send the offer")
    assert "No next step" not in page_of(firm, deal), "what is to be done next stands beside it"
    with tenant_context(firm.tenant):
        complete_task(task=task, actor=firm.ana)
    assert "No next step" in page_of(firm, deal)
    with tenant_context(firm.tenant):
        move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana)
    assert "No next step" not in page_of(firm, deal)


def test_days_in_stage_sort_filter_and_show(firm: Firm) -> None:
    for days, name in ((0, "New"), (3, "Young"), (20, "Old")):
        with time_machine.travel(NOON - timedelta(days=days)), tenant_context(firm.tenant):
            make.opportunity(firm.ana, name=name)
    with time_machine.travel(NOON):
        assert names(firm, "filters=none&sort=days_in_stage") == ["New", "Young", "Old"]
        assert names(firm, "filters=none&sort=-days_in_stage") == ["Old", "Young", "New"]
        assert names(firm, "days_in_stage__from=3&sort=name") == ["Old", "Young"]
        assert names(firm, "days_in_stage__to=3&sort=name") == ["New", "Young"]
        listed = client_of(firm.ana).get("/acme/opportunities/?filters=none&columns=days_in_stage&sort=days_in_stage")
        cells = re.findall(r'<td class="is-number">(\d+)</td>', listed.content.decode())
        assert cells == ["0", "3", "20"]
        exported = client_of(firm.ana).get("/acme/opportunities/export/?filters=none&columns=days_in_stage")
        assert sorted(line.rpartition(",")[2] for line in exported.content.decode().split()[1:]) == ["0", "20", "3"]


def test_it_is_no_change_that_days_go_by(inside: Firm) -> None:
    with time_machine.travel(NOON - timedelta(days=9)):
        opportunity = make.opportunity(inside.ana)
    with time_machine.travel(NOON):
        event = move_to_stage(opportunity=opportunity, stage=stages()[2], actor=inside.ana)
    assert event is not None
    assert not {"days_in_stage", "last_activity_at", "updated_at"} & set(event.changes)


# Stage history


def test_entered_left_time_in_stage_cumulative_and_cycle_survive_reopening(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        first, second, *_rest = stages(default_pipeline())
        won = make.stage("won")
        with time_machine.travel(NOON, tick=False):
            opportunity = make.opportunity(firm.ana, name="Deal Y")
        for days, stage in ((4, second), (6, first), (9, won), (10, first)):
            with time_machine.travel(NOON + timedelta(days=days), tick=False):
                move_to_stage(opportunity=opportunity, stage=stage, actor=firm.ana)
        with time_machine.travel(NOON + timedelta(days=12), tick=False):
            page = page_of(firm, opportunity, "stages/")
            stays = [
                (visit.stage, visit.lasted.days, visit.cumulative.days, visit.is_return)
                for visit in stage_history(opportunity)
            ]
        assert stays == [
            (first, 4, 4, False),
            (second, 2, 2, False),
            (first, 3, 7, True),
            (won, 1, 1, False),
            (first, 2, 9, True),
        ]
    assert "9 days" in page and "still there" in page and "Age since Jun 1, 2026" in page
    assert page.count('<th scope="row">') == 5
    with tenant_context(firm.tenant), time_machine.travel(NOON + timedelta(days=20), tick=False):
        opportunity.refresh_from_db()
        move_to_stage(opportunity=opportunity, stage=won, actor=firm.ana)
        page = page_of(firm, opportunity, "stages/")
    assert "Cycle length, from Jun 1, 2026 to Jun 21, 2026" in page and "20 days" in page


# Last activity


def touched(deal: Any) -> datetime:
    return Opportunity.objects.values_list("last_activity_at", flat=True).get(pk=deal.pk)


def later(days: int) -> Any:
    return time_machine.travel(NOON + timedelta(days=days), tick=False)


@pytest.fixture
def old_deal(inside: Firm) -> Any:
    with time_machine.travel(NOON, tick=False):
        return make.opportunity(inside.ana, name="Old deal", next_step="Call")


@pytest.mark.parametrize("kind", ["note", "call", "meeting", "email"])
def test_what_is_logged_on_it_counts(inside: Firm, old_deal: Any, kind: str) -> None:
    with later(3):
        create_activity(kind=kind, records=[old_deal], actor=inside.ana, subject="Something", body="was said")
        create_activity(kind=kind, records=[old_deal.account], actor=inside.ana, subject="Else", body="elsewhere")
        deliver_all()
    assert touched(old_deal) == NOON + timedelta(days=3)


def test_what_is_only_planned_does_not_count_until_it_is_held(inside: Firm, old_deal: Any) -> None:
    """A task, or a meeting in six days, made the last activity "just now"."""
    with later(3):
        create_activity(kind="task", records=[old_deal], actor=inside.ana, subject="Something")
        meeting = {"occurred_at": NOON + timedelta(days=6)}
        create_activity(kind="meeting", records=[old_deal], actor=inside.ana, subject="Demo", **meeting)
        deliver_all()
        bring_up_to_date(old_deal)
        assert touched(old_deal) == NOON
    with later(7):
        note_meetings_held(inside.tenant)
    assert touched(old_deal) == NOON + timedelta(days=6)


def test_what_happens_on_its_account_alone_does_not(inside: Firm, old_deal: Any) -> None:
    with later(3):
        create_activity(kind="note", records=[old_deal.account], actor=inside.ana, body="elsewhere")
        deliver_all()
    assert touched(old_deal) == NOON


def test_changing_it_moving_it_and_doing_its_tasks_count(inside: Firm, old_deal: Any) -> None:
    task = create_activity(kind="task", records=[old_deal], actor=None, owner=inside.ana, subject="Call")
    deliver_all()
    assert touched(old_deal) == NOON  # a workflow's task is nobody's activity
    with later(1):
        update_opportunity(old_deal, actor=inside.ana, values={"product": "GTX"})
        assert touched(old_deal) == NOON + timedelta(days=1)
    with later(2):
        update_opportunity(old_deal, actor=None, values={"product": "GTX Pro"})
        assert touched(old_deal) == NOON + timedelta(days=1)
    with later(3):
        update_opportunity(old_deal, actor=inside.ana, values={"product": "GTX Pro"})  # which it is already
        assert touched(old_deal) == NOON + timedelta(days=1)
        move_to_stage(opportunity=old_deal, stage=stages()[1], actor=inside.ana)
        assert touched(old_deal) == NOON + timedelta(days=3)
    with later(4):
        complete_task(task=task, actor=inside.ana)
        deliver_all()
        assert touched(old_deal) == NOON + timedelta(days=4)
    with later(5):
        add_contact_role(opportunity=old_deal, contact=make.contact(inside.ana), actor=inside.ana)
        deliver_all()
        assert touched(old_deal) == NOON + timedelta(days=5)


def test_a_message_that_comes_late_takes_nothing_back(inside: Firm, old_deal: Any) -> None:
    with later(2):
        create_activity(kind="note", records=[old_deal], actor=inside.ana, body="was said")
    with later(3):
        update_opportunity(old_deal, actor=inside.ana, values={"product": "GTX"})
    deliver_all()
    assert touched(old_deal) == NOON + timedelta(days=3)


def test_the_view_of_what_nobody_has_touched_for_two_weeks(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for name in ("Touched", "Untouched", "Won long ago"):
            with time_machine.travel(NOON, tick=False):
                opportunity = make.opportunity(firm.ana, name=name)
                if name.startswith("Won"):
                    move_to_stage(opportunity=opportunity, stage=make.stage("won"), actor=firm.ana)
            if name == "Touched":
                with later(1):
                    create_activity(kind="call", records=[opportunity], actor=firm.ana, subject="Called")
                    deliver_all()
    view = f"view={view_id(firm, 'Untouched for 14 days')}"
    with later(13):
        assert names(firm, view) == []
    with later(14):
        assert names(firm, view) == ["Untouched"]
        answer = client_of(firm.ana).get(f"/acme/opportunities/?{view}")
        assert "Last activity up to <b>14 days ago</b>" in answer.content.decode()
        assert names(firm, "last_activity_at__to=10_days_ago&stage=meaning:open&sort=name") == ["Touched", "Untouched"]
        board = client_of(firm.ana).get(f"/acme/opportunities/board/?{view}").content.decode()
        assert ">Untouched</a>" in board and ">Touched</a>" not in board
    with later(15):
        assert sorted(names(firm, view)) == ["Touched", "Untouched"]
