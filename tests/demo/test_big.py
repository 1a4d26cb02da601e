"""What the loader of millions writes past the services is what they would have written."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.db.models import Count, F

from accounts.models import Account
from crm.activities.models import ActivityLink
from crm.catalogue import record_types
from crm.demo.big import MODELS, fill, load
from crm.demo.big.filling import Size
from crm.demo.big.ground import Ground, ground_of
from crm.demo.big.names import company, person
from crm.events.models import Event
from crm.ground.text import sort_key
from crm.keys.firms import company_key
from crm.keys.phones import phone_key
from crm.records.services import fill_derived
from crm.tenants.context import tenant_context
from leads.conversion import blockers, undo_conversion
from leads.models import Conversion, Lead
from opportunities.models import Opportunity, StageVisit
from opportunities.services.account_facts import gather_facts
from opportunities.workflows import settle

LEADS = 400
DAY = datetime(2026, 11, 26, 15, tzinfo=UTC)  # with a converted deal on which nothing was built: not every day has one


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Ground]]:
    """Loaded once, with real commits, into this process's own database; nothing else may hold a table meanwhile."""
    with django_db_blocker.unblock(), time_machine.travel(DAY):
        connections["default"].close()
        yield load(leads=LEADS, small=2, say=lambda text: None)


@pytest.fixture
def big(filled: list[Ground], db: None) -> Iterator[Ground]:
    with tenant_context(filled[0].tenant):
        yield filled[0]


def test_every_workspace_has_its_size(filled: list[Ground], db: None) -> None:
    sizes = {}
    for ground in filled:
        with tenant_context(ground.tenant):
            counts = {one.key: one.model.objects.count() for one in record_types()}
            sizes[ground.tenant.slug] = [count for count in counts.values() if count]
    assert sizes == {
        "big": [400, 80, 120, 120],
        "medium": [40, 8, 12, 12],
        "small-001": [50, 10, 15, 15],
        "small-002": [50, 10, 15, 15],
    }


def test_what_is_there_is_left_alone(filled: list[Ground], django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        assert load(leads=LEADS, small=2, say=lambda text: None) == []


def test_keys_are_those_that_the_services_make(big: Ground) -> None:
    for record_type in record_types():
        for record in record_type.model.objects.all():
            written = dict(record.__dict__)
            fill_derived(record_type, record)
            assert {name: record.__dict__[name] for name in written} == written


def test_every_record_was_created_by_an_event(big: Ground) -> None:
    for record_type in record_types():
        created = Event.objects.filter(name=f"{record_type.noun}.created").values_list("record_id", flat=True)
        assert set(created) == set(record_type.model.objects.values_list("pk", flat=True))


def test_the_workflow_finds_nothing_left_to_do(big: Ground) -> None:
    because = Event.objects.filter(name="opportunity.won").order_by("at").first()
    assert because is not None
    accounts = list(Account.objects.all())
    settled = [one for one in accounts if one.type_because_id]
    assert settle(settled, {one.pk: [because] for one in settled}) == {}
    lost_only = {pk for pk, facts in gather_facts(accounts).items() if facts.lost_only}
    assert lost_only == {one.pk for one in accounts if one.lost_only}
    assert any(one.lost_only for one in accounts)


def test_every_opportunity_stands_where_its_last_visit_says(big: Ground) -> None:
    current = StageVisit.objects.filter(left_at=None)
    assert current.count() == Opportunity.objects.count()
    assert not current.exclude(stage_id=F("opportunity__stage_id")).exists()
    assert StageVisit.objects.count() > 2 * current.count()
    closed = Opportunity.objects.exclude(stage__meaning="open")
    assert closed.exists() and not closed.filter(closed_on=None).exists()
    assert not Opportunity.objects.filter(stage__meaning="open").exclude(closed_on=None).exists()


def test_a_conversion_can_be_undone_unless_work_was_built_on_it(big: Ground) -> None:
    found = Conversion.objects.order_by("id")
    talked_of = ActivityLink.objects.filter(record_type="opportunities").values("record_id")
    untouched = found.filter(opportunity__stage=big.open_stages[0]).exclude(opportunity_id__in=talked_of).first()
    moved_on = found.filter(opportunity__stage=big.won).first()
    assert untouched is not None and moved_on is not None
    assert blockers(moved_on) != []
    assert blockers(untouched) == []
    actor = untouched.converted_by
    assert actor is not None
    lead_id, opportunity_id = untouched.lead_id, untouched.opportunity_id
    undo_conversion(conversion=untouched, actor=actor)
    assert Lead.objects.get(pk=lead_id).status.meaning == "qualified"
    assert not Opportunity.objects.filter(pk=opportunity_id).exists()


def test_values_are_skewed_as_in_life(big: Ground) -> None:
    owned = list(Lead.objects.exclude(owner=None).values("owner").annotate(leads=Count("id")).order_by("-leads"))
    assert owned[0]["leads"] > 4 * owned[-1]["leads"]
    assert Lead.objects.filter(owner=None).exists()


def test_names_and_keys_of_companies() -> None:
    companies = [company(number) for number in [*range(2000), *range(400_000, 400_500)]]
    assert len({one.name for one in companies}) == len(companies)
    for one in companies:
        assert (one.sort_name, one.key) == (sort_key(one.name), company_key(one.name))
        assert one.phone_key == phone_key(one.phone)
    for who in [person(random.Random(number)) for number in range(500)]:
        assert who.sort_name == sort_key(who.name)


class Recorder:
    """Takes rows in as the loader's sink does, and keeps them."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, dict[str, Any]]] = []

    def add(self, model: Any, values: dict[str, Any]) -> None:
        assert model in MODELS
        self.rows.append((model, values))

    def flush(self) -> None:
        pass


def test_the_same_seed_gives_the_same_rows(filled: list[Ground], django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        ground = ground_of("big", "Big", people=50, teams=8)
    first, second = Recorder(), Recorder()
    for recorder in (first, second):
        fill(ground, Size.of(100), recorder, lambda text: None)  # type: ignore[arg-type]
        time.sleep(0.01)
    assert len(first.rows) > 300
    assert first.rows == second.rows
