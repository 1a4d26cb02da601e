"""What the database keeps added up of opportunities is what they add up to, whatever is done to them."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import structlog
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crm import catalogue
from crm.fields.money import Money
from crm.picklists.selectors import stages
from crm.picklists.services import create_pipeline, create_stage, replace_and_delete
from crm.queries.condition import Condition, Group
from crm.queries.counts import counted
from crm.queries.measures import Sum, Weighted
from crm.queries.query import Query
from crm.tenants.context import current_tenant_id, tenant_context
from crm.tenants.memo import forget
from crm.users.models import Membership
from opportunities.jobs import mend_wrong_sums
from opportunities.models import Opportunity, OpportunitySum
from opportunities.services import delete_opportunity, move_to_stage, restore_opportunity, update_opportunity
from opportunities.services.sums import mend_sums, put_together
from opportunities.sql import WRONG
from tests import make
from tests.opportunities.test_concurrency import at_once
from tests.people import Firm, client_of
from tests.undo.test_runs import make_deals, press, take_back

NUMBERS = ("number", "valued", "amount", "weighted")
AMOUNT, WEIGHTED = Sum("amount"), Weighted("amount")
OPEN, WON = Condition("stage", "is", ("meaning:open",)), Condition("stage", "is", ("meaning:won",))
AMOUNTS = (None, 0, 1, 50, 150, 250, 333, -150, -250, 9_999_999_999_999)
QUERIES = {
    "all": (),
    "open": (OPEN,),
    "mine": (OPEN, Condition("owner", "is", ("me",))),
    "nobody's": (Condition("owner", "empty"),),
    "no team's": (Condition("team", "empty"),),
    "any": (Group("any", (WON, Condition("owner", "filled"))),),
}
GROUPS = ((), ("stage",), ("owner",), ("stage", "owner"), ("team",), ("pipeline",))


def told(query: Query, actor: Membership) -> Any:
    found = counted(query, actor, {"all": (), "won": (WON,)})
    return {
        line.keys: [(line[case].count, line[case].sum(AMOUNT), line[case].sum(WEIGHTED)) for case in found.cases]
        for line in [*found.lines, found.total]
    }


def wrong_sums() -> list[tuple[Any, ...]]:
    """The kinds of which what is kept is not what the opportunities add up to, each with what is missing."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG, {"tenant": current_tenant_id()})
        return cursor.fetchall()


def check(firm: Firm) -> None:
    """Kept sums say to everybody what is said without them."""
    assert wrong_sums() == []
    kept = catalogue.seen_type("opportunities", firm.ada)
    for actor in (firm.ada, firm.ana):
        seen = catalogue.seen_type("opportunities", actor)
        assert seen.kept_sums
        for parts in QUERIES.values():
            for groups in GROUPS:
                query = Query(seen, parts, groups=groups, measures=(AMOUNT, WEIGHTED))
                assert told(query, actor) == told(replace(query, type=replace(kept, kept_sums=None)), actor)


def any_of(draw: random.Random) -> Opportunity | None:
    there = list(Opportunity.objects.order_by("id"))
    return draw.choice(there) if there else None


def money(draw: random.Random) -> Money | None:
    minor = draw.choice(AMOUNTS)
    return None if minor is None else Money(minor, draw.choice(("USD", "EUR")))


def _make(firm: Firm, draw: random.Random) -> None:
    owner = draw.choice((firm.ana, firm.sam, firm.max, None))
    open_ones = [one for one in stages() if one.meaning == "open"]
    make.opportunity(owner, amount=money(draw), stage=draw.choice(open_ones), probability=draw.choice((0, 33, 50, 100)))


def _change(firm: Firm, draw: random.Random) -> None:
    if deal := any_of(draw):
        values = draw.choice(
            (
                {"amount": money(draw)},
                {"owner": draw.choice((firm.ana, firm.sam, None))},
                {"team": draw.choice((firm.east, firm.west, None))},
                {"probability": draw.choice((0, 1, 50, 99, 100))},
                {"name": "Only renamed"},
            )
        )
        update_opportunity(deal, actor=firm.ada, values=values)


def _move(firm: Firm, draw: random.Random) -> None:
    if deal := any_of(draw):
        stage = draw.choice(stages())
        why = {"loss_reason": make.reason("loss_reason", "sales")} if stage.meaning == "lost" else {}
        move_to_stage(opportunity=deal, stage=stage, actor=firm.ada, **why)


def _delete(firm: Firm, draw: random.Random) -> None:
    if deal := any_of(draw):
        delete_opportunity(deal, actor=firm.ada)


def _restore(firm: Firm, draw: random.Random) -> None:
    gone = list(Opportunity.all_objects.exclude(deleted_at=None).order_by("id"))
    if gone:
        restore_opportunity(draw.choice(gone), actor=firm.ada)


def _by_hand(firm: Firm, draw: random.Random) -> None:
    """Many at once, past the services."""
    Opportunity.objects.filter(amount_minor__gt=100).update(currency=draw.choice(("USD", "EUR", "GBP")))


def _together(firm: Firm, draw: random.Random) -> None:
    put_together(firm.tenant)


def _rolled_back(firm: Firm, draw: random.Random) -> None:
    with transaction.atomic():
        _make(firm, draw)
        _move(firm, draw)
        transaction.set_rollback(True)


STEPS: tuple[Callable[[Firm, random.Random], None], ...] = (
    _make, _make, _change, _change, _move, _delete, _restore, _by_hand, _together, _rolled_back,
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, 3])
def test_whatever_is_done_the_sums_are_those_of_the_rows(inside: Firm, seed: int) -> None:
    draw = random.Random(seed)
    for _number in range(30):
        with suppress(ValidationError), transaction.atomic():  # what is refused leaves all as it was
            draw.choice(STEPS)(inside, draw)
        forget()
        assert wrong_sums() == []
    check(inside)
    put_together(inside.tenant)
    check(inside)


def test_a_pipeline_is_asked_by_its_stages(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        other = create_pipeline(actor=firm.ada, name="Renewals")
        of_other = [one for one in stages() if one.pipeline_id == other.pk]
        for number, stage in enumerate([*of_other[:2], make.stage(), make.stage("won")]):
            make.opportunity(firm.ana, amount=Money(100 + number, "USD"), stage=stage)
        is_other, is_not = (Condition("pipeline", operator, (str(other.pk),)) for operator in ("is", "not"))
        kept = catalogue.record_type("opportunities")
        for parts in ((is_other,), (is_not, OPEN), (Group("any", (WON, is_other)),)):
            query = Query(kept, parts, groups=("stage",), measures=(AMOUNT, WEIGHTED))
            with CaptureQueriesContext(connection) as captured:
                found = told(query, firm.ada)
            assert all("opportunities_opportunitysum" in one["sql"] for one in captured if "sum(" in one["sql"].lower())
            assert found == told(replace(query, type=replace(kept, kept_sums=None)), firm.ada)
    client = client_of(firm.ana)
    for page in ("opportunities/board", "reports/pipeline"):
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/acme/{page}/?pipeline={other.pk}")
        assert any("opportunities_opportunitysum" in one["sql"] for one in captured)


@pytest.mark.parametrize("action", ["owner", "stage", "lose", "delete"])
def test_what_is_done_to_many_and_taken_back_is_kept_too(firm: Firm, action: str) -> None:
    with tenant_context(firm.tenant):
        deals = make_deals(firm, 6)
        before = told(Query(catalogue.record_type("opportunities"), groups=("stage", "owner")), firm.ada)
    run = press(firm, "opportunities", action, deals)
    with tenant_context(firm.tenant):
        assert wrong_sums() == []
        assert told(Query(catalogue.record_type("opportunities"), groups=("stage", "owner")), firm.ada) != before
    take_back(firm, run)
    with tenant_context(firm.tenant):
        assert wrong_sums() == []
        assert told(Query(catalogue.record_type("opportunities"), groups=("stage", "owner")), firm.ada) == before


def test_a_stage_that_is_replaced_and_deleted_leaves_nothing(inside: Firm) -> None:
    first = make.stage()
    values = {"label": "Interlude", "meaning": "open", "probability": 10}
    between = create_stage(pipeline=first.pipeline, actor=inside.ada, values=values)
    make.opportunity(inside.ana, stage=between, amount=Money(500, "USD"))
    replace_and_delete(entry=between, replacement=first, actor=inside.ada)
    check(inside)
    assert OpportunitySum.objects.filter(stage_id=between.pk).exists(), "its rows add up to nothing"
    put_together(inside.tenant)
    assert not OpportunitySum.objects.filter(stage_id=between.pk).exists()
    check(inside)


def test_other_fields_leave_no_row(inside: Firm) -> None:
    deal = make.opportunity(inside.ana, amount=Money(500, "USD"))
    rows = OpportunitySum.objects.count()
    update_opportunity(deal, actor=inside.ana, values={"name": "Renamed", "next_step": "Call"})
    assert OpportunitySum.objects.count() == rows
    update_opportunity(deal, actor=inside.ana, values={"amount": Money(600, "USD")})
    assert OpportunitySum.objects.count() == rows + 1


def test_who_moves_alike_at_once_waits_for_nobody_and_all_counts(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        deals = [make.opportunity(fresh_firm.ana, amount=Money(100, "USD")) for _number in range(6)]

    def move(deal: Opportunity) -> Callable[[], None]:
        def win() -> None:
            mine = Opportunity.objects.get(pk=deal.pk)
            move_to_stage(opportunity=mine, stage=make.stage("won"), actor=fresh_firm.ana)

        return win

    together = [lambda: put_together(fresh_firm.tenant)] * 3
    at_once(fresh_firm, *map(move, deals[:3]), *together)
    at_once(fresh_firm, *map(move, deals[3:]), *together)
    with tenant_context(fresh_firm.tenant):
        check(fresh_firm)
        kinds = OpportunitySum.objects.values_list("stage_id", "owner_id", "team_id", "currency")
        put_together(fresh_firm.tenant)
        assert len(kinds) == len(set(kinds)) == 1


def test_what_is_wrong_is_seen(inside: Firm) -> None:
    deal = make.opportunity(inside.ana, amount=Money(150, "USD"))
    put_together(inside.tenant)
    assert wrong_sums() == []
    OpportunitySum.objects.filter(stage_id=deal.stage_id).update(weighted=0, valued=0)
    [(*_kind, number, valued, amount, weighted)] = wrong_sums()
    assert (number, valued, amount) == (0, 1, 0) and weighted


def _all_twice() -> None:
    """As where sums were restored, and then opportunities with their triggers on."""
    rows = OpportunitySum.objects.values("stage_id", "owner_id", "team_id", "currency", *NUMBERS)
    OpportunitySum.objects.bulk_create([OpportunitySum(**row) for row in rows])


WRONGS: dict[str, Callable[[], Any]] = {
    "loaded without triggers": lambda: OpportunitySum.objects.all().delete(),
    "loaded twice": _all_twice,
    "weighted by another rule": lambda: OpportunitySum.objects.update(weighted=7, valued=0),
    "of a stage that is gone": lambda: OpportunitySum.objects.update(stage_id=uuid4()),
}


@pytest.mark.parametrize("wrong", WRONGS)
def test_what_is_wrong_is_mended_and_told(firm: Firm, wrong: str) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana, amount=Money(150, "USD"))
        make.opportunity(firm.sam, amount=None)
        WRONGS[wrong]()
        assert wrong_sums()
    for told in (["acme"], []):
        with structlog.testing.capture_logs() as logs:
            mend_wrong_sums()
        assert [one["tenant"] for one in logs if one["log_level"] == "error"] == told
    with tenant_context(firm.tenant):
        forget()
        check(firm)


def test_what_is_mended_while_others_write_and_mend_is_mended_once(fresh_firm: Firm) -> None:
    tenant = fresh_firm.tenant
    for number in range(4):
        with tenant_context(tenant):
            deals = [make.opportunity(fresh_firm.ana, amount=Money(100, "USD")) for _number in range(2)]
            OpportunitySum.objects.update(number=number)

        def move(deals: list[Opportunity] = deals) -> None:
            for deal in deals:
                move_to_stage(opportunity=deal, stage=make.stage("won"), actor=fresh_firm.ana)

        mend = [lambda: mend_sums(tenant)] * 3
        at_once(fresh_firm, move, *mend, lambda: put_together(tenant))
        with tenant_context(tenant):
            assert wrong_sums() == []
