"""What can happen is declared: what is not, is refused, and whoever asks for it too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crm import events
from crm.events import handlers
from crm.events.models import Event, OutboxMessage
from crm.events.services import build
from crm.events.types import EventType, Noun, UndeclaredError, declare, event_type, forget
from crm.records.events import CREATED
from leads.events import CONVERTED
from opportunities.events import WON
from opportunities.services import update_opportunity
from tests import make
from tests.events.happenings import COUNTED, HAPPENED
from tests.people import Firm


def test_what_is_not_declared_is_refused(inside: Firm) -> None:
    parts: dict[str, Any] = {"record": None, "actor": inside.ana}
    twin = EventType("test.happened", "Looks the same, but nobody declared it")
    for undeclared in (twin, EventType("lead.made_up", "Made up"), "opportunity.won", ""):
        with pytest.raises(UndeclaredError, match="declares"):
            events.record(undeclared, **parts)  # type: ignore[arg-type]
    with pytest.raises(UndeclaredError, match="payload: colour"):
        events.record(HAPPENED, **parts, data={"number": 1, "colour": "red"})
    assert not Event.objects.filter(name__in=("test.happened", "lead.made_up")).exists()
    assert events.record(HAPPENED, **parts, data={"number": 1}).data == {"number": 1}


def test_an_event_is_about_what_its_type_is_about(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    for strange in (lead, None):
        with pytest.raises(UndeclaredError, match="opportunities"):
            build(WON, record=strange, actor=inside.ana)
    with pytest.raises(UndeclaredError, match="type_key"):
        build(HAPPENED, record=OutboxMessage(), actor=inside.ana)
    assert build(WON, record=make.opportunity(inside.ana), actor=inside.ana).record_type == "opportunities"
    assert build(COUNTED, record=inside.east, actor=inside.ana).record_type == "users"


def test_a_handler_asks_for_what_is_declared() -> None:
    for undeclared in ("opportunity.won", EventType("lead.made_up", "Made up")):
        with pytest.raises(UndeclaredError, match="test-undeclared"):
            events.on(undeclared, key="test-undeclared")  # type: ignore[arg-type]


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"test\.happened"):
        declare("test.happened", "The same again")


def test_one_that_nobody_declares_any_more_still_says_something() -> None:
    gone = event_type("lead.was_scored")
    assert (str(gone.label), gone.icon, gone.tone) == ("lead was scored", "arrow-right-left", "neutral")


def test_every_type_of_record_has_events_of_its_own() -> None:
    """A type that is declared by itself, without an ``events.py``, is created and changed under its noun too."""
    thing = Noun("things", "thing", "Thing")
    made = CREATED.of(thing)
    try:
        assert made is CREATED.of(thing) and made is event_type("thing.created")
        assert (made.name, made.about, str(made.label)) == ("thing.created", "things", "Thing created")
        assert made in CREATED and CONVERTED not in CREATED
        with pytest.raises(ValueError, match=r"thing\.created"):
            CREATED.of(Noun("things", "gadget", "Gadget"))
        with pytest.raises(ValueError, match=r"thing\.created"):
            CREATED.of(thing, payload={"more": "said too late"})
    finally:
        forget(made)


@pytest.fixture
def asks_for() -> Iterator[Callable[..., list[Event]]]:
    """Have a handler for this test note what it is sent."""

    def ask(*triggers: Any, **more: Any) -> list[Event]:
        sent: list[Event] = []
        events.on(*triggers, key="test-asking", when=lambda event: bool(sent.append(event)), **more)(lambda event: "")
        return sent

    yield ask
    handlers.forget("test-asking")


def test_a_change_is_heard_of_whatever_event_tells_it(inside: Firm, asks_for: Callable[..., list[Event]]) -> None:
    lead, deal = make.lead(inside.ana), make.opportunity(inside.ana)
    heard = asks_for(events.changed("owner"))
    make.account(inside.ana)  # new, which is no change
    from leads.services import update_lead

    update_lead(lead, actor=inside.ana, values={"company": "Elsewhere"})
    assert heard == []
    update_lead(lead, actor=inside.ana, values={"owner": inside.max})
    won = {"stage": make.stage("won"), "owner": inside.max}
    event = update_opportunity(deal, actor=inside.ana, values=won)
    assert [one.name for one in heard] == ["lead.changed", "opportunity.won"] and heard[1] == event


def test_new_records_are_changes_for_who_says_so(inside: Firm, asks_for: Callable[..., list[Event]]) -> None:
    heard = asks_for(events.changed("owner", new_records=True))
    lead = make.lead(inside.ana)
    assert [(one.name, one.record_id) for one in heard] == [("lead.created", lead.pk)]


def test_what_is_no_record_has_no_owner_that_changes(inside: Firm, asks_for: Callable[..., list[Event]]) -> None:
    heard = asks_for(events.changed("owner", new_records=True), events.changed("role"))
    from crm.activities.services import create_activity, reassign_task

    task = create_activity(kind="task", records=[], actor=inside.ana, subject="Call")
    reassign_task(task=task, owner=inside.max, actor=inside.ana)
    assert heard == [] and Event.objects.filter(changes__has_key="owner", record_id=task.pk).exists()


def test_one_handler_hears_all_types_of_records(inside: Firm, asks_for: Callable[..., list[Event]]) -> None:
    heard = asks_for(CREATED)
    make.lead(inside.ana), make.account(inside.ana)
    events.record(HAPPENED, record=None, actor=inside.ana)
    assert sorted(one.name for one in heard) == ["account.created", "lead.created"]
