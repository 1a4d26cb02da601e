"""The pages that one type of record alone has, and answers to htmx: what a role hides is on none of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crm import catalogue
from crm.activities.services import create_activity, delete_activity
from crm.events.models import Event
from crm.fields.money import Money
from crm.picklists.selectors import default_pipeline, stages
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, READ_ONLY
from crm.users.services import limit_fields
from leads.models import Lead
from opportunities.services import update_opportunity
from tests import make
from tests.forms import HTMX, form_of
from tests.imports.test_words import Page
from tests.pages.test_undo import toast, undo
from tests.people import Firm, client_of


def limit(firm: Firm, key: str, **limits: str) -> None:
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key=key, limits=limits)


@pytest.fixture
def deals(firm: Firm) -> list[Any]:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
        sums = (73_519_00, 1_00)
        return [make.opportunity(firm.ana, account=account, amount=Money(one, "USD"), probability=37) for one in sums]


def test_a_card_that_is_dropped_tells_no_hidden_sum(firm: Firm, deals: list[Any]) -> None:
    ana = client_of(firm.ana)
    with tenant_context(firm.tenant):
        first, second = [one for one in stages(default_pipeline()) if one.meaning == "open"][:2]

    def dropped(stage: Any, query: str = "") -> Any:
        address = f"/acme/opportunities/{deals[0].pk}/stage/?board=1&filters=none{query}"
        answer = ana.post(address, {"stage": str(stage.pk)}, headers=HTMX)
        assert answer.status_code == 200
        return answer

    told = dropped(second)
    assert "73,519" in told.content.decode() and told.context["count"] == 2
    asked = dropped(first, "&amount__from=1000")
    assert asked.context["count"] == 1
    limit(firm, "opportunities", amount=HIDDEN)
    told = dropped(second)
    assert "73,51" not in told.content.decode() and told.context["count"] == 2
    asked = dropped(first, "&amount__from=1000")
    assert asked.context["count"] == 2, "it is no question by what is not seen"


MOVED = {"closed_on": HIDDEN, "loss_note": HIDDEN, "probability": HIDDEN}


def won(ana: Any, deal: Any, stage: Any) -> Any:
    return ana.post(f"/acme/opportunities/{deal.pk}/stage/", {"stage": str(stage.pk)}, follow=True)


@pytest.mark.parametrize("limits", [{}, MOVED], ids=["seen", "hidden"])
def test_a_move_is_taken_back_with_what_it_wrote(firm: Firm, deals: list[Any], limits: dict[str, str]) -> None:
    """What a move has written beside the stage is the product's own, and goes back whoever sees it."""
    limit(firm, "opportunities", **limits)
    with tenant_context(firm.tenant):
        stage = make.stage("won")
    ana = client_of(firm.ana)
    answer = undo(ana, won(ana, deals[0], stage))
    assert answer.status_code == 200 and "Undone" in toast(answer)
    with tenant_context(firm.tenant):
        now = type(deals[0]).objects.get(pk=deals[0].pk)
        assert (now.stage_id, now.closed_on, now.probability) == (deals[0].stage_id, None, 37)


@pytest.mark.parametrize("limits", [{}, MOVED], ids=["seen", "hidden"])
def test_what_an_undo_would_go_over_is_told_without_hidden_values(
    firm: Firm, deals: list[Any], limits: dict[str, str]
) -> None:
    limit(firm, "opportunities", **limits)
    with tenant_context(firm.tenant):
        stage = make.stage("won")
    ana = client_of(firm.ana)
    moved = won(ana, deals[0], stage)
    with tenant_context(firm.tenant):
        deal = type(deals[0]).objects.get(pk=deals[0].pk)
        update_opportunity(deal, actor=firm.max, values={"opened_on": None, "closed_on": date(2019, 3, 17)})
    said = toast(undo(ana, moved))
    assert "Not undone. Max" in said and "has changed it" in said
    assert ("2019" in said) == (not limits)


@pytest.mark.parametrize("limited", [HIDDEN, READ_ONLY])
def test_no_form_writes_what_one_may_not(firm: Firm, deals: list[Any], limited: str) -> None:
    """The forms that a type alone has ask for no hidden and no read-only field, and take none that is sent."""
    with tenant_context(firm.tenant):
        stage, reason = make.stage("lost"), make.reason("loss_reason", "other")
    ana = client_of(firm.ana)
    where = f"/acme/opportunities/{deals[0].pk}/"
    pages = {
        f"{where}stage/?stage={stage.pk}": ("closed_on", "loss_note"),
        f"{where}stage/": ("closed_on", "loss_note"),
        "/acme/leads/card/": ("phone", "job_title", "campaign"),
    }

    def offered(page: str, names: tuple[str, ...]) -> list[str]:
        html = ana.get(page).content.decode()
        return [name for name in names if f'name="{name}"' in html]

    assert {page: offered(page, names) for page, names in pages.items()} == {k: list(v) for k, v in pages.items()}
    limit(firm, "opportunities", closed_on=limited, loss_note=limited)
    limit(firm, "leads", phone=limited, job_title=limited, campaign=limited)
    assert not [name for page, names in pages.items() for name in offered(page, names)]
    typed = {"loss_note": "Too dear", "closed_on": "2019-03-17", "loss_reason": str(reason.pk), "stage": str(stage.pk)}
    assert ana.post(f"{where}stage/", typed).status_code == 422
    assert ana.post(f"{where}stage/", typed | {"loss_note": "", "closed_on": ""}).status_code == 303
    card = {"name": "Ada Card", "phone": "+1 416 555 0101", "email": "card@canary.example", "campaign": "Fair"}
    assert form_of(ana, "/acme/leads/card/").send(**card).status_code == 422
    sent = form_of(ana, "/acme/leads/card/").send(**card | {"phone": None, "campaign": None})
    assert sent.status_code == 303, (sent.context["form"].errors, sent.context["objection"])
    with tenant_context(firm.tenant):
        deal = type(deals[0]).objects.get(pk=deals[0].pk)
        assert (deal.stage_id, deal.loss_note, deal.closed_on) == (stage.pk, "", today())
        lead = Lead.objects.get(last_name="Card")
        assert (lead.phone, lead.email, lead.campaign) == ("", "card@canary.example", "")


@pytest.mark.parametrize("limited", ["", HIDDEN, READ_ONLY])
def test_many_are_tagged_and_converted_as_one_may_write(firm: Firm, limited: str) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    if limited:
        limit(firm, "leads", tags=limited)
        limit(firm, "opportunities", expected_close_on=limited)
    pages = {
        action: client_of(firm.ana).post("/acme/bulk/leads/new/", {"action": action, "id": [str(lead.pk)]})
        for action in ("tags", "convert")
    }
    assert pages["tags"].status_code == (404 if limited else 200)
    asked = pages["convert"].content.decode()
    assert 'name="to-stage"' in asked and ('name="to-expected_close_on"' in asked) == (not limited)


@pytest.mark.parametrize("limited", ["", HIDDEN, READ_ONLY])
def test_many_are_lost_without_a_note_that_one_may_not_write(firm: Firm, deals: list[Any], limited: str) -> None:
    if limited:
        limit(firm, "opportunities", loss_note=limited)
    page = client_of(firm.ana).post("/acme/bulk/opportunities/new/", {"action": "lose", "id": [str(deals[0].pk)]})
    assert page.status_code == 200 and 'name="to-loss_reason"' in page.content.decode()
    assert ('name="to-loss_note"' in page.content.decode()) == (not limited)


@pytest.mark.parametrize("limited", ["", HIDDEN, READ_ONLY])
def test_a_file_of_people_fills_no_limited_field_of_their_accounts(firm: Firm, limited: str) -> None:
    if limited:
        with tenant_context(firm.tenant):
            limits = {"annual_revenue": limited, "website": limited}
            limit_fields(actor=firm.ada, role=firm.max.role, key="accounts", limits=limits)
    page = Page(firm, "contacts", "Last name,Company,Company website\nHill,Acme,https://acme.example\n", firm.max)
    html = page.answer.content.decode()
    assert 'value="account.city"' in html
    assert ('value="account.website"' in html) == (not limited)
    assert ('value="account.annual_revenue"' in html) == (not limited)


@pytest.mark.parametrize("limited", ["", HIDDEN, READ_ONLY])
def test_a_file_of_deals_is_asked_for_nothing_that_one_may_not_write(firm: Firm, limited: str) -> None:
    """By a column that is of one of two fields."""
    if limited:
        with tenant_context(firm.tenant):
            limit_fields(actor=firm.ada, role=firm.max.role, key="opportunities", limits={"closed_on": limited})
    page = Page(firm, "opportunities", "Name,Close date\nDepot,2026-03-17\n", firm.max)
    assert page.answer.status_code == 200
    html = page.answer.content.decode()
    assert 'value="expected_close_on"' in html
    assert ('value="close_day"' in html) == (not limited)


@pytest.mark.parametrize("limited", ["", HIDDEN, READ_ONLY])
def test_the_composer_brings_no_hidden_next_step_back(firm: Firm, deals: list[Any], limited: str) -> None:
    with tenant_context(firm.tenant):
        update_opportunity(deals[0], actor=firm.ada, values={"next_step": "Ask the canary"})
        update_opportunity(deals[0], actor=firm.ada, values={"next_step": ""})
        event = Event.objects.filter(record_id=deals[0].pk, changes__has_key="next_step").latest("at")
        note = create_activity(kind="note", records=[deals[0]], actor=firm.ana, body="Called")
        delete_activity(activity=note, actor=firm.ana)
    if limited:
        limit(firm, "opportunities", next_step=limited)
    page = client_of(firm.ana).get(f"/acme/opportunities/{deals[0].pk}/?again={note.pk}&step={event.pk}")
    html = page.content.decode().partition("<form")[2]
    assert "Called" in html
    assert ('value="Ask the canary"' in html) == (not limited)


@pytest.mark.parametrize("limited", ["", HIDDEN, READ_ONLY])
def test_leads_of_one_mail_domain_are_no_firm_to_who_sees_no_address(firm: Firm, limited: str) -> None:
    """Who are at one firm by their addresses alone would tell these; those of one company are named to everybody."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, company="Kestrel", email="one@canary.example")
        make.lead(firm.ana, last_name="Byaddress", company="Other", email="two@canary.example")
        make.lead(firm.ana, last_name="Bycompany", company="Kestrel", email="three@else.example")
    if limited:
        limit(firm, "leads", email=limited)
    client = client_of(firm.ana)
    for path in (f"/acme/leads/{lead.pk}/", f"/acme/leads/{lead.pk}/preview/"):
        html = client.get(path).content.decode()
        assert ("Byaddress" in html) == (limited != HIDDEN and "preview" not in path)
        assert ("Bycompany" in html) == ("preview" not in path)


@pytest.mark.parametrize("key", [one.key for one in catalogue.record_types() if one.board is not None])
def test_a_board_has_its_columns_whatever_is_hidden(firm: Firm, key: str) -> None:
    """What the columns are cannot be hidden, nor what groups them; sums over them can."""
    record_type = catalogue.record_type(key)
    assert record_type.board is not None
    with tenant_context(firm.tenant):
        getattr(make, record_type.noun)(firm.ana, **{record_type.board.amount: Money(73_519_00, "USD")})
        names = [spec.name for spec in record_type.can_be_limited()]
    assert not {record_type.board.column, record_type.board.group} & set(names)
    path = firm.url("setup:role_fields", id=str(firm.ana.role_id), type=key)
    assert not form_of(client_of(firm.ada), path).data.keys() & {record_type.board.column, record_type.board.group}

    def columns() -> tuple[list[tuple[str, int]], set[str]]:
        """Each with its rows, and what is said of their sums."""
        found = client_of(firm.ana).get(f"/acme/{key}/board/?filters=none").context["columns"]
        return [(str(one.value), one.count) for one in found], {one.total for one in found}

    before, sums = columns()
    assert sum(count for _label, count in before) == 1
    assert len(sums) == 2, "one, and none of those without rows"
    limit(firm, key, **{name: HIDDEN for name in names if (key, name) != ("leads", "email")})
    assert columns() == (before, {""})
