"""What counts, groups or sums by a field that a role does not show is in no report and no tile of the day."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN
from crm.users.models import Membership
from crm.users.services import limit_fields
from leads.models import Lead
from opportunities.models import Opportunity
from reports.answers import Answer
from reports.shipped import REPORTS
from tests.people import Firm, client_of
from tests.reports.reading import ask, cells_of, figure, rows_behind
from tests.reports.rows import DAY, deal, lead, reason, source

Hide = Callable[..., Membership]
SUM = "73,519"
LEFT_OUT = "Left out, as your role does not show these fields"


@pytest.fixture
def hide(inside: Firm) -> Hide:
    """Hides fields of a type from reps, of whom it returns one; there is a deal of each kind, and a lead."""
    told = {"source": source("Trade show/event"), "campaign": "Kanarie", "product": "Drill", "expected_close_on": DAY}
    for label in ("Negotiation", "Won", "Lost"):
        deal(inside.ana, label, 73_519_00, loss_reason=reason("sales") if label == "Lost" else None, **told)
    lead(inside.ana, "unqualified", campaign="Kanarie")

    def limit(key: str, *names: str) -> Membership:
        limit_fields(actor=inside.ada, role=inside.ana.role, key=key, limits=dict.fromkeys(names, HIDDEN))
        return Membership.objects.select_related("role", "team", "user").get(pk=inside.ana.pk)

    return limit


def pages(firm: Firm, member: Membership) -> dict[str, str]:
    """Every report as page and files, and the day."""
    client = client_of(member)
    found = {"home": client.get("/acme/").content.decode()}
    for key in REPORTS:
        found[key] = client.get(f"/acme/reports/{key}/?period=all").content.decode()
        with tenant_context(firm.tenant):
            tables = ask(key, member).tables
        for one in tables if member.role.can_export else ():
            found[key] += client.get(f"/acme/reports/{key}/csv/?period=all&table={one.key}").content.decode()
    return found


def all_lead_to_their_rows(answer: Answer, actor: Membership) -> bool:
    told = [cell for cell in cells_of(answer) if cell.kind == "count" and cell.url]
    return bool(told) and all(cell.value == rows_behind(cell.url, actor) for cell in told)


def test_without_amounts_all_else_is_told(inside: Firm, hide: Hide) -> None:
    before = pages(inside, inside.ana)
    summed = {key for key, text in before.items() if SUM in text}
    assert summed == {"home", "pipeline", "close-ratio", "failures", "accounts-by-type"}
    assert not any(LEFT_OUT in text for text in before.values())
    ana = hide(Opportunity.type_key, "amount")
    after = pages(inside, ana)
    assert not [key for key, text in after.items() if SUM in text or "73519.00" in text]
    assert {key for key, text in after.items() if f"{LEFT_OUT}: Amount." in text} == summed - {"home"}
    answer = ask("pipeline", ana)
    assert [str(one.label) for one in answer.figures] == ["Open opportunities", "Overdue"]
    assert [str(one.label) for one in answer.tables[0].columns] == ["Stage", "Opportunities"]
    assert not answer.charts and all_lead_to_their_rows(answer, ana)


def test_nothing_is_told_apart_by_what_is_hidden(inside: Firm, hide: Hide) -> None:
    assert [one.key for one in ask("failures", inside.ana).tables] == ["source", "campaign", "owner"]
    hide(Opportunity.type_key, "campaign", "source")
    ana = hide(Lead.type_key, "source")
    answer = ask("failures", ana)
    assert [one.key for one in answer.tables] == ["owner"] and not answer.charts
    assert [one.key for one in ask("funnel", ana).tables] == ["campaign", "owner"], "of leads it is seen"
    assert all_lead_to_their_rows(answer, ana)
    text = client_of(ana).get("/acme/reports/failures/?period=all").content.decode()
    assert "Kanarie" not in text and f"{LEFT_OUT}: Source, Campaign." in text


def test_nothing_is_narrowed_by_a_hidden_product(inside: Firm, hide: Hide) -> None:
    deal(inside.ana, "Negotiation", 1, product="Saw", expected_close_on=DAY)
    query = "period=all&product=Saw"
    assert figure(ask("pipeline", inside.ana, query), "Open opportunities").cell.value == 1
    ana = hide(Opportunity.type_key, "product")
    assert figure(ask("pipeline", ana, query), "Open opportunities").cell.value == 2
    text = client_of(ana).get(f"/acme/reports/pipeline/?{query}").content.decode()
    assert "Drill" not in text and 'name="product"' not in text and f"{LEFT_OUT}: Product." in text


def test_who_does_not_see_a_day_is_told_of_no_days(inside: Firm, hide: Hide) -> None:
    ana = hide(Opportunity.type_key, "closed_on", "expected_close_on")
    answer = ask("close-ratio", ana)
    assert [one.key for one in answer.tables] == ["owner", "losses"] and not answer.charts
    assert figure(answer, "Won").cell.value == 1 and all_lead_to_their_rows(answer, ana)
    assert not ask("close-ratio", ana, "period=last_12_months").figures, "which are of those days is not told"
    text = client_of(ana).get("/acme/reports/close-ratio/?period=this_year").content.decode()
    assert f"{LEFT_OUT}: Closed." in text
    day = client_of(ana).get("/acme/").content.decode()
    assert "Open pipeline" in day and "Closing this month" not in day
