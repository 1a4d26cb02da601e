"""Moving, losing, parts: over HTTP, with and without JavaScript."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from crm.events.delivery import deliver_all
from crm.picklists.selectors import choice_meaning, choices, stages
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from opportunities.models import StageVisit
from opportunities.selectors import contact_roles
from opportunities.services import add_contact_role
from tests import make
from tests.forms import form_of
from tests.own_words import tight
from tests.people import Firm, client_of

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def deal(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.opportunity(firm.ana, name="Deal X", opened_on=date(2026, 5, 1))


def stage_id(firm: Firm, meaning: str) -> str:
    with tenant_context(firm.tenant):
        return str(make.stage(meaning).pk)


def reason_id(firm: Firm) -> str:
    with tenant_context(firm.tenant):
        return str(choice_meaning("loss_reason", "sales").pk)


def meaning(firm: Firm, deal: Any) -> str:
    with tenant_context(firm.tenant):
        deal.refresh_from_db()
        return deal.stage.meaning


def address(deal: Any, rest: str = "stage/") -> str:
    return f"/acme/opportunities/{deal.pk}/{rest}"


def test_the_stage_bar_moves_with_a_plain_form(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    assert f'action="{address(deal)}"' in client.get(address(deal, "")).content.decode()
    answer = client.post(address(deal), {"stage": stage_id(firm, "won")})
    assert (answer.status_code, answer["Location"]) == (303, address(deal, ""))
    assert meaning(firm, deal) == "won"


def test_losing_asks_why_and_then_moves(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    lost = stage_id(firm, "lost")
    asked = client.post(address(deal), {"stage": lost})
    assert asked.status_code == 422
    assert "Say why it was lost" in asked.content.decode()
    assert meaning(firm, deal) == "open"
    values = {"stage": lost, "loss_reason": reason_id(firm), "loss_note": "Too dear", "closed_on": "2026-05-03"}
    assert client.post(address(deal), values).status_code == 303
    assert meaning(firm, deal) == "lost"
    assert (deal.loss_note, deal.closed_on.isoformat()) == ("Too dear", "2026-05-03")


def test_the_form_asks_for_what_the_stage_needs(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    lost = client.get(address(deal), {"stage": stage_id(firm, "lost")}).content.decode()
    won = client.get(address(deal), {"stage": stage_id(firm, "won")}).content.decode()
    anywhere = client.get(address(deal)).content.decode()
    assert 'name="loss_reason"' in lost and 'name="closed_on"' in lost
    assert 'name="loss_reason"' not in won and 'name="closed_on"' in won
    assert 'name="loss_reason"' in anywhere and '<select name="stage"' in anywhere
    asked = f'data-asked-by="stage" data-asked-for="{stage_id(firm, "lost")}"><legend>Closing'
    assert asked in tight(client.get("/acme/opportunities/new/").content.decode())
    assert "data-asked-by" not in client.get(address(deal, "edit/")).content.decode(), (
        "the stage is not asked for there"
    )


def test_what_is_typed_for_another_stage_is_not_dropped(firm: Firm, deal: Any) -> None:
    """Without JavaScript all fields are there, each with the stages that it is for."""
    client = client_of(firm.ana)
    anywhere = client.get(address(deal)).content.decode()
    lost, won = stage_id(firm, "lost"), stage_id(firm, "won")
    assert f'data-asked-for="{lost}"' in anywhere and f'data-asked-for="{won} {lost}"' in anywhere
    assert "Only for: Lost" in anywhere and "Only for: Won, Lost" in anywhere
    with tenant_context(firm.tenant):
        other = str([stage for stage in stages() if stage.meaning == "open"][1].pk)
    for typed in ({"loss_note": "Too dear"}, {"loss_reason": reason_id(firm)}, {"task_due_on": "2030-05-03"}):
        refused = client.post(address(deal), {"choose": "1", "stage": other, **typed})
        assert refused.status_code == 422
        assert "This stage does not ask for it" in refused.content.decode()
        assert next(iter(typed.values())) in refused.content.decode()
    closed = client.post(address(deal), {"stage": other, "closed_on": "2026-05-03"})
    assert "This stage does not ask for it" in closed.content.decode() and "2026-05-03" in closed.content.decode()
    assert meaning(firm, deal) == "open"
    assert client.post(address(deal), {"choose": "1", "stage": other}).status_code == 303


@pytest.mark.parametrize("back", ["/acme/opportunities/board/?sort=name", "/acme/leads/"])
def test_a_form_leaves_for_where_it_was_opened(firm: Firm, deal: Any, back: str) -> None:
    answer = client_of(firm.ana).post(address(deal), {"stage": stage_id(firm, "won"), "back": back})
    assert answer["Location"] == back + f"#card-{deal.pk}" * ("/board/" in back), "on a board one goes on at its card"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/globex/leads/", "/\\evil.example"])
def test_a_form_never_leaves_the_workspace(firm: Firm, deal: Any, back: str) -> None:
    answer = client_of(firm.ana).post(address(deal), {"stage": stage_id(firm, "won"), "back": back})
    assert answer["Location"] == address(deal, "")


def test_a_dialog_is_told_where_to_go(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    dialog = HTMX | {"HTTP_HX_TARGET": "dialog"}
    asked = client.post(f"{address(deal)}?board=1", {"stage": stage_id(firm, "lost")}, **dialog)
    assert asked.status_code == 422
    assert "<html" not in asked.content.decode() and 'name="loss_reason"' in asked.content.decode()
    done = client.post(address(deal), {"stage": stage_id(firm, "won")}, **dialog)
    assert (done.status_code, done["HX-Redirect"]) == (204, address(deal, ""))


def test_a_drop_on_the_board_gets_both_heads(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        before = str(deal.stage_id)
    won = stage_id(firm, "won")
    answer = client_of(firm.ana).post(f"{address(deal)}?filters=none&board=1", {"stage": won}, **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="board-head-{won}"' in page and f'id="board-head-{before}"' in page
    assert page.count("<header") == 2 and "$1,000" in page
    assert meaning(firm, deal) == "won"


def test_a_drop_that_is_refused_says_why_in_plain_text(firm: Firm, deal: Any) -> None:
    lost = stage_id(firm, "lost")
    answer = client_of(firm.ana).post(f"{address(deal)}?board=1", {"stage": lost}, **HTMX)
    assert (answer.status_code, answer["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert answer.content.decode() == "Say why it was lost."
    assert meaning(firm, deal) == "open"


def test_a_double_click_moves_once(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    for _click in range(2):
        assert client.post(address(deal), {"stage": stage_id(firm, "won")}).status_code == 303
    with tenant_context(firm.tenant):
        assert StageVisit.objects.filter(opportunity=deal).count() == 2


@pytest.mark.parametrize("rest", ["stage/", "contacts/"])
def test_who_may_not_edit_finds_nothing(firm: Firm, other_firm: Firm, deal: Any, rest: str) -> None:
    values = {"stage": stage_id(firm, "won")}
    for stranger in (firm.rita, firm.sam):
        assert client_of(stranger).get(address(deal, rest)).status_code == 404
        assert client_of(stranger).post(address(deal, rest), values).status_code == 404
    across = client_of(other_firm.ada).post(f"/globex/opportunities/{deal.pk}/{rest}", values)
    assert across.status_code == 404
    assert meaning(firm, deal) == "open"
    assert client_of(firm.max).get(address(deal, rest)).status_code == 200


def parts(firm: Firm, deal: Any) -> list[tuple[str, bool]]:
    with tenant_context(firm.tenant):
        return [(part.contact.name, part.is_primary) for part in contact_roles(deal)]


def test_parts_are_given_changed_and_taken(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        carl = make.contact(firm.ana, first_name="Carl", last_name="One")
        dora = make.contact(firm.ana, first_name="Dora", last_name="Two")
    list_address = address(deal, "contacts/")
    assert client.post(list_address, {"contact": "Carl One", "contact_id": str(carl.pk)}).status_code == 303
    assert client.post(list_address, {"contact": "Dora Two", "contact_id": str(dora.pk)}).status_code == 303
    assert parts(firm, deal) == [("Carl One", True), ("Dora Two", False)]
    client.post(f"{list_address}{dora.pk}/")
    assert parts(firm, deal) == [("Dora Two", True), ("Carl One", False)]
    client.post(f"{list_address}{carl.pk}/", {"_method": "DELETE"})
    assert parts(firm, deal) == [("Dora Two", True)]
    page = client.get(address(deal, "")).content.decode()
    assert "Dora Two" in page


def test_changing_a_part_starts_from_the_present_one(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        carl = make.contact(firm.ana, first_name="Carl", last_name="One")
        user = next(one for one in choices("contact_role") if one.label == "User")
        connector = next(one for one in choices("contact_role") if one.label.startswith("Connector"))
    list_address = address(deal, "contacts/")
    given = {"contact": "Carl One", "contact_id": str(carl.pk), "role": str(user.pk)}
    assert client.post(list_address, given).status_code == 303
    page = client.get(address(deal, "")).content.decode()
    assert f"{list_address}?contact={carl.pk}" in page and "Take off" in page and ">Main</span>" in page
    form = client.get(list_address, {"contact": str(carl.pk)}).content.decode()
    assert 'value="Carl One"' in form and f'value="{user.pk}" selected' in form and "checked" in form
    assert client.post(list_address, given | {"role": str(connector.pk)}).status_code == 303
    assert "Connector/referrer" in client.get(address(deal, "")).content.decode()
    assert parts(firm, deal) == [("Carl One", True)]


def test_a_contact_that_one_may_not_see_cannot_be_given_a_part(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        hidden = make.contact(firm.sam, first_name="Hidden", last_name="Person")
        role = Membership.objects.select_related("role").get(pk=firm.ana.pk).role
        role.access["contacts"] = {**role.access["contacts"], "view": "own"}
        role.save()
    values = {"contact": "Hidden Person", "contact_id": str(hidden.pk)}
    assert client_of(firm.ana).post(address(deal, "contacts/"), values).status_code == 422
    assert parts(firm, deal) == []
    assert client_of(firm.ada).post(address(deal, "contacts/"), values).status_code == 303
    assert parts(firm, deal) == [("Hidden Person", True)]


def test_a_new_one_from_an_account_and_from_a_contact_is_prefilled(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Kestrel")
        contact = make.contact(firm.ana, first_name="Carl", last_name="One", account=account)
    client = client_of(firm.ana)
    assert 'value="Kestrel"' in client.get("/acme/opportunities/new/", {"account": str(account.pk)}).content.decode()
    page = client.get("/acme/opportunities/new/", {"contact": str(contact.pk)}).content.decode()
    assert 'value="Carl One"' in page
    contact_page = client.get(f"/acme/contacts/{contact.pk}/").content.decode()
    link = f"/acme/opportunities/new/?contact={contact.pk}&amp;account={account.pk}"
    assert link in contact_page
    both = client.get(link.replace("&amp;", "&")).content.decode()
    assert 'value="Carl One"' in both and 'value="Kestrel"' in both


def test_an_account_with_a_lost_deal_gets_a_new_one_and_the_old_one_stays_lost(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        account = deal.account
        account_id = str(account.pk)
    client.post(address(deal), {"stage": stage_id(firm, "lost"), "loss_reason": reason_id(firm)})
    with tenant_context(firm.tenant):
        deliver_all()
    page = tight(client.get(f"/acme/accounts/{account_id}/").content.decode())
    assert 'class="badge tone-danger" title="Every opportunity of this account was lost.">Lost only' in page
    new = re.search(r'href="(/acme/opportunities/new/\?account=[^"]+)"', page)
    assert new is not None and account_id in new[1]
    form = client.get(new[1]).content.decode()
    assert f'value="{account.name}"' in form
    values = {"name": "Second try", "account": account.name, "account_id": account_id, "amount_currency": "USD"}
    values |= {"stage": stage_id(firm, "open"), "opened_on": "2026-01-05"}
    assert client.post(new[1], values).status_code == 303
    assert meaning(firm, deal) == "lost"
    assert "Lost only" not in client.get(f"/acme/accounts/{account_id}/").content.decode().partition("<dl")[0]


def test_the_form_refuses_one_with_nobody_and_says_so(firm: Firm) -> None:
    client = client_of(firm.ana)
    values = {"name": "Nobody's", "stage": stage_id(firm, "open"), "amount_currency": "USD"}
    answer = client.post("/acme/opportunities/new/", values)
    assert answer.status_code == 422
    assert "Choose an account or a contact" in answer.content.decode()
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="Kestrel")
    made = client.post("/acme/opportunities/new/", values | {"account": "Kestrel"})
    assert made.status_code == 303


def test_the_page_shows_stages_history_and_other_deals_of_the_account(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana, account=deal.account, name="Its sister")
    client = client_of(firm.ana)
    client.post(address(deal), {"stage": stage_id(firm, "won")})
    page = tight(client.get(address(deal, "")).content.decode())
    assert "Stage history" in page and "Its sister" in page
    assert 'aria-current="step">Won' in page
    history = client.get(address(deal, "history/")).content.decode()
    assert "Ana Owner won this" in history


def test_the_people_of_the_account_are_at_hand_until_they_play_a_part(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        colleague = make.contact(firm.ana, account=deal.account, last_name="Decides")
        make.contact(firm.ana, last_name="Elsewhere")
    client = client_of(firm.ana)
    asked = client.get(address(deal, "contacts/")).content.decode()
    link = f'href="{address(deal, "contacts/")}?contact={colleague.pk}"'
    assert link in asked and "Elsewhere" not in asked
    assert f'href="/acme/contacts/new/?account={deal.account_id}"' in asked
    chosen = client.get(address(deal, f"contacts/?contact={colleague.pk}")).content.decode()
    assert f'value="{colleague.name}"' in chosen and link not in chosen
    given = {"contact": colleague.name, "contact_id": str(colleague.pk)}
    assert client.post(address(deal, "contacts/"), given).status_code == 303
    assert link not in client.get(address(deal, "contacts/")).content.decode()


def test_another_person_named_where_a_role_is_changed_is_added(firm: Firm, deal: Any) -> None:
    """Nobody else has changed anything, and so it is not said."""
    with tenant_context(firm.tenant):
        first, second = (make.contact(firm.ana, account=deal.account) for _number in range(2))
        add_contact_role(opportunity=deal, contact=first, role=None, is_primary=True, actor=firm.ana)
    url = address(deal, f"contacts/?contact={first.pk}")
    client = client_of(firm.ana)
    seen = re.findall(r'name="seen" value="([^"]+)"', client.get(url).content.decode())
    data = {"seen": seen[0], "contact": second.name, "contact_id": str(second.pk)}
    assert client.post(url, data).status_code == 303
    with tenant_context(firm.tenant):
        assert {part.contact for part in contact_roles(deal)} == {first, second}


def test_the_forms_of_a_deal_ask_for_what_its_stage_asks_for(firm: Firm, deal: Any) -> None:
    """Those of an open one offered when and why it was lost, and refused it."""
    ana, names = client_of(firm.ana), ("closed_on", "loss_reason", "loss_note")

    def offered(name: str) -> bool:
        form = f'name="{name}"' in ana.get(address(deal, "edit/")).content.decode()
        assert form is (address(deal, f"fields/{name}/") in ana.get(address(deal, "")).content.decode()), name
        return form

    drawn = form_of(ana, address(deal, "edit/"))
    assert [offered(name) for name in names] == [False] * 3
    ana.post(address(deal), {"stage": stage_id(firm, "won")})
    assert [offered(name) for name in names] == [True, False, False]
    ana.post(address(deal), {"stage": stage_id(firm, "open")})
    lost = {"stage": stage_id(firm, "lost"), "loss_reason": reason_id(firm), "loss_note": "Too dear"}
    ana.post(address(deal), lost)
    assert [offered(name) for name in names] == [True] * 3
    assert drawn.send(product="Tram").status_code == 303, "one that was drawn before leaves them alone"
    with tenant_context(firm.tenant):
        deal.refresh_from_db()
    assert (deal.product, deal.loss_note, deal.closed_on is None) == ("Tram", "Too dear", False)
    drawn = form_of(ana, address(deal, "edit/"))
    ana.post(address(deal), {"stage": stage_id(firm, "open")})
    assert drawn.send(loss_note="Much too dear").status_code == 422, "what is typed is not dropped"
