"""A person's team counts in reports, filters and on My day as it counts in access; who has left can be chosen."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db.models import Q
from django.http import QueryDict

from crm.catalogue import record_type
from crm.home.selectors import pipeline_week
from crm.queries.condition import Condition
from crm.saved_views.state import read_state
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.users.access import can, team_of
from crm.users.models import Membership, Team
from opportunities.models import Opportunity
from tests import make
from tests.people import Firm, client_of
from tests.reports.reading import ask, cells_of, figure, rows_behind
from tests.reports.rows import account, deal

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


@pytest.fixture
def late(inside: Firm) -> Firm:
    """Sam's records were made while Sam was of no team, as an import makes owners; then Sam joins East."""
    Membership.objects.filter(pk=inside.sam.pk).update(team=None)
    sam = Membership.objects.select_related("team", "role", "user").get(pk=inside.sam.pk)
    for meaning in ("Won", "Lost", "Negotiation"):
        deal(sam, meaning, 1_000)
    deal(inside.ana, "Won", 1_000)  # of East by itself
    deal(inside.rita, "Won", 1_000)  # of no team
    given_away = deal(sam, "Won", 1_000)
    Opportunity.objects.filter(pk=given_away.pk).update(team=inside.west)  # its own team wins over its owner's
    Membership.objects.filter(pk=inside.sam.pk).update(team=inside.east)
    forget()
    return inside


def behind(firm: Firm, query: str) -> set[Any]:
    kind = record_type("opportunities")
    state, problems = read_state(kind, QueryDict(query), None)
    assert not problems
    return set(state.query.rows(firm.ada).values_list("pk", flat=True))


def of_team(firm: Firm, team: Any) -> set[Any]:
    """By hand: the record's own team, or else its owner's."""
    owner = Q(team=None, owner__team=team) if team else Q(team=None) & (Q(owner=None) | Q(owner__team=None))
    return set(Opportunity.objects.filter((Q(team=team) if team else Q(pk=None)) | owner).values_list("pk", flat=True))


def test_the_close_ratio_of_a_team_counts_whom_it_was_given_later(late: Firm) -> None:
    query = f"period=all&team={late.east.pk}"
    ratio = figure(ask("close-ratio", late.ada, query), "Close ratio")
    assert ratio.extra
    assert (ratio.extra.value, rows_behind(ratio.extra.url, late.ada)) == (3, 3)
    for key, label, number in (("pipeline", "Open opportunities", 1), ("accounts-by-type", "Accounts", 5)):
        found = figure(ask(key, late.ada, query), label)
        assert (found.cell.value, rows_behind(found.cell.url, late.ada)) == (number, number), key


def test_the_filter_by_team_agrees_with_access(late: Firm) -> None:
    east, west = of_team(late, late.east), of_team(late, late.west)
    everything = set(Opportunity.objects.values_list("pk", flat=True))
    assert (len(east), len(west), len(everything)) == (4, 1, 6)
    assert behind(late, f"team={late.east.pk}") == east
    assert behind(late, f"team__not={late.east.pk}") == everything - east
    assert behind(late, "team__empty=yes") == of_team(late, None)
    assert behind(late, "team__filled=yes") == everything - of_team(late, None)
    assert {one.pk for one in Opportunity.objects.all() if team_of(one) == late.east.pk} == east
    late.max.role.access["opportunities"]["view"] = "team"
    pool = set(Opportunity.objects.filter(owner=None, team=None).values_list("pk", flat=True))
    assert {one.pk for one in Opportunity.objects.all() if can(late.max, "view", one)} == east | pool


@time_machine.travel(NOW)
def test_my_day_counts_the_team_as_access_does(late: Firm) -> None:
    assert pipeline_week(late.max, NOW.date())["won"].total.count == 2
    text = client_of(late.max).get("/acme/").content.decode()
    url = next(part for part in text.split('<a class="stat" href="')[1:] if "Opportunities won in 7 days" in part)
    url = url.partition('"')[0].replace("&amp;", "&")
    assert rows_behind(url, late.max) == 2
    won = figure(ask("pipeline", late.max, f"period=all&team={late.east.pk}"), "Won")
    assert won.cell.value == 2


@time_machine.travel(NOW)
def test_my_day_and_the_pipeline_tell_the_same_seven_days(inside: Firm) -> None:
    for day in (date(2026, 5, 6), date(2026, 5, 7), date(2026, 5, 13), date(2026, 5, 14)):
        deal(inside.ana, "Won", 10, closed_on=day, opened_on=day)
        deal(inside.ana, "Lost", 10, closed_on=day)
    with time_machine.travel(datetime(2026, 1, 2, tzinfo=UTC)):
        deal(inside.ana, "Negotiation", 10, opened_on=date(2026, 5, 8))  # made long before its day
    week, pipeline = pipeline_week(inside.ada, NOW.date()), ask("pipeline", inside.ada)
    home = {"Opened": week["added"], "Won": week["won"], "Lost": week["lost"]}
    for label, number in (("Opened", 3), ("Won", 2), ("Lost", 2)):
        cell = figure(pipeline, label).cell
        assert cell.value == home[label].total.count == rows_behind(cell.url, inside.ada) == number, label


def test_who_has_left_can_be_chosen_in_every_filter_of_owners(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for made in (make.lead, make.account, make.contact, make.opportunity):
            made(firm.sam)
        Membership.objects.filter(pk=firm.sam.pk).update(is_active=False)
        account(firm.ana)
    client = client_of(firm.ada)
    for key in ("leads", "accounts", "contacts", "opportunities"):
        text = client.get(f"/acme/{key}/?filters=none&edit=owner").content.decode()
        assert "Sam Seller (inactive)" in text, key
        assert str(firm.sam.pk) in text, key
        assert client.get(f"/acme/{key}/?owner={firm.sam.pk}").context["count"].value >= 1
    assert "Sam Seller (inactive)" in client.get("/acme/reports/pipeline/").content.decode()
    assert "Sam Seller" not in client.get("/acme/leads/new/").content.decode(), "no new record is given to them"


@time_machine.travel(NOW)
def test_a_report_of_a_team_with_many_below_it_leads_to_what_it_counts(late: Firm) -> None:
    """An address that named each of them was more than a list reads: it showed everybody's rows."""
    Team.objects.bulk_create(Team(tenant=late.tenant, name=f"East {number}", parent=late.east) for number in range(130))
    Team.objects.filter(pk=late.west.pk).update(parent=late.east)
    forget()
    checked = 0
    for key in ("pipeline", "close-ratio", "accounts-by-type"):
        cells = cells_of(ask(key, late.ada, f"period=all&team={late.east.pk}"))
        for cell in (one for one in cells if one.kind == "count" and one.url):
            assert (rows_behind(cell.url, late.ada), len(cell.url) < 500) == (cell.value, True), (key, cell.url)
            checked += 1
    assert checked > 10
    won = pipeline_week(late.max, NOW.date())["won"].total
    assert rows_behind(won.url, late.max) == won.count > 0


def test_a_filter_by_a_team_and_those_below_it_follows_them(late: Firm) -> None:
    east, west = of_team(late, late.east), of_team(late, late.west)
    asked = f"team__within={late.east.pk}"
    assert west and behind(late, asked) == east
    Team.objects.filter(pk=late.west.pk).update(parent=late.east)
    forget()
    assert behind(late, asked) == east | west
    assert behind(late, f"team={late.east.pk}") == east
    said = Condition("team", "within", (str(late.east.pk),)).words(record_type("opportunities"), late.ada)
    assert said == "Team is or is below East"
