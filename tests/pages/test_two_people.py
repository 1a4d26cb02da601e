"""Two people at one record: other fields stay, the same field is asked."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.services import update_account
from crm import events
from crm.activities.services import create_activity
from crm.bulk.events import STARTED
from crm.bulk.models import BulkRun
from crm.picklists.selectors import choices, stages
from crm.picklists.services import deactivate, replace_and_delete
from crm.tenants.context import tenant_context
from tests import make
from tests.forms import form_of
from tests.own_words import own_words
from tests.people import Firm, client_of


@pytest.fixture
def account(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.account(firm.ana, name="Birch & Co", city="Bonn", description="One\nTwo", phone="+49 228 1")


def edit(account: Any) -> str:
    return f"/acme/accounts/{account.pk}/edit/"


def now(firm: Firm, record: Any) -> Any:
    with tenant_context(firm.tenant):
        record.refresh_from_db()
    return record


def test_changes_of_two_people_to_different_fields_both_stand(firm: Firm, account: Any) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    theirs = form_of(client_of(firm.max), edit(account))
    assert theirs.send(name="Birch AG", description="Three").status_code == 303
    answer = mine.send(city="Ulm")
    assert answer.status_code == 303
    saved = now(firm, account)
    assert (saved.name, saved.city, saved.description) == ("Birch AG", "Ulm", "Three")
    assert "Changed by others meanwhile: Name, Description." in mine.client.get(answer["Location"]).content.decode()


def test_the_same_field_is_asked_with_both_values_and_nothing_is_written(firm: Firm, account: Any) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    answer = mine.send(city="Ulm", phone="+49 731 2")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This was changed meanwhile" in page
    assert "Max Manager" in page
    assert "Berlin" in page
    assert 'value="Ulm"' in page
    assert 'value="+49 731 2"' in page
    assert "in another tab" not in page
    assert now(firm, account).city == "Berlin"
    assert account.phone == "+49 228 1"
    own, twin = (form_of(client_of(firm.ana), edit(account)) for _ in range(2))
    own.send(city="Kiel")
    assert "You, in another tab" in twin.send(city="Ulm").content.decode()
    with tenant_context(firm.tenant):
        of_many = events.record(STARTED, record=BulkRun(), actor=firm.ana)
        update_account(now(firm, account), actor=firm.ana, values={"city": "Bonn"}, because=of_many)
    asked = twin.send(city="Ulm").content.decode()
    assert "Bonn" in asked and "in another tab" not in asked, "a run over many rows was no tab"


@pytest.mark.parametrize(("choice", "city"), [("mine", "Ulm"), ("theirs", "Berlin")])
def test_what_was_chosen_counts(firm: Firm, account: Any, choice: str, city: str) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    asked = mine.again(mine.send(city="Ulm", phone="+49 731 2"))
    assert asked.send().status_code == 422, "without a choice it is asked again"
    assert asked.send(**{"keep-city": choice}).status_code == 303
    saved = now(firm, account)
    assert (saved.city, saved.phone) == (city, "+49 731 2")


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_what_is_typed_after_the_question_is_never_dropped(firm: Firm, account: Any, choice: str) -> None:
    """Nor stored under a choice that shows another value: without a script that follows it, it is asked again."""
    mine = form_of(client_of(firm.ana), edit(account))
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    asked = mine.again(mine.send(city="Ulm"))
    answer = asked.send(city="Kiel", **{"keep-city": choice})
    assert answer.status_code == 422
    assert "<bdi>Kiel</bdi>" in answer.content.decode()
    assert now(firm, account).city == "Berlin"
    city = {"mine": "Kiel", "theirs": "Berlin"}[choice]
    assert asked.again(answer).send(**{"keep-city": choice}).status_code == 303
    assert now(firm, account).city == city


def test_a_third_person_between_is_asked_again(firm: Firm, account: Any) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    asked = mine.again(mine.send(city="Ulm"))
    form_of(client_of(firm.ada), edit(account)).send(city="Bremen")
    for choice in ("mine", "theirs"):
        answer = asked.send(**{"keep-city": choice})
        assert answer.status_code == 422
        assert "Bremen" in answer.content.decode()
    assert now(firm, account).city == "Bremen"


def test_the_same_value_from_both_is_no_conflict(firm: Firm, account: Any) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    assert mine.send(city="Berlin ").status_code == 303


def test_every_kind_of_field_that_nobody_touched_stays_as_it_is(firm: Firm, account: Any) -> None:
    """Also what a control cannot show to the last digit: a moment's seconds, a deleted parent, an inactive choice."""
    with tenant_context(firm.tenant):
        parent = make.account(firm.ana, name="Mother")
        child = make.account(firm.sam, parent=parent, tags=("VIP", "a b"))
        lead = make.lead(firm.ana, description="x\r\n\r\ny ")
        contact = make.contact(firm.ana, account=parent)
        deal = make.opportunity(firm.ana, account=parent)
    client_of(firm.ada).post(f"/acme/accounts/{parent.pk}/deletion/")
    client_of(firm.ada).post(f"/acme/setup/people/{firm.sam.pk}/deactivation/")
    for record in (child, lead, contact, deal):
        before = now(firm, record).__dict__.copy()
        form = form_of(client_of(firm.ada), f"/acme/{record.type_key}/{record.pk}/edit/")
        answer = form.send()
        assert answer.status_code == 303, answer.context["form"].errors
        after = now(firm, record).__dict__
        ignored = {"_state", "updated_at"}
        assert {k: v for k, v in after.items() if k not in ignored} == {
            k: v for k, v in before.items() if k not in ignored
        }


def test_in_place_the_same_field_is_asked(firm: Firm, account: Any) -> None:
    address = f"/acme/accounts/{account.pk}/fields/city/"
    mine = form_of(client_of(firm.ana), address, fragment=True)
    form_of(client_of(firm.max), address).send(city="Berlin")
    answer = mine.send(city="Ulm")
    assert answer.status_code == 422
    assert "Berlin" in answer.content.decode()
    asked = mine.again(answer)
    assert asked.send(**{"keep-city": "mine"}).status_code == 200
    assert now(firm, account).city == "Ulm"


def test_a_renamed_link_that_nobody_touched_is_no_error(firm: Firm, account: Any) -> None:
    with tenant_context(firm.tenant):
        contact = make.contact(firm.ana, account=account)
    address = f"/acme/contacts/{contact.pk}/edit/"
    mine = form_of(client_of(firm.ana), address)
    form_of(client_of(firm.max), edit(account)).send(name="Beech")
    assert mine.send(job_title="Head").status_code == 303
    assert now(firm, contact).account_id == account.pk


def test_a_form_without_fingerprints_is_taken_at_its_word(firm: Firm, account: Any) -> None:
    """What a script of one's own posts."""
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    client_of(firm.ana).post(f"/acme/accounts/{account.pk}/fields/city/", {"city": "Ulm"})
    assert now(firm, account).city == "Ulm"


@pytest.fixture
def deal(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.opportunity(firm.ana, name="Big one")


def stages_of(firm: Firm) -> list[Any]:
    with tenant_context(firm.tenant):
        return [one for one in stages() if one.meaning == "open"]


def test_a_card_that_somebody_else_has_moved_is_asked_about(firm: Firm, deal: Any) -> None:
    first, second, third = stages_of(firm)[:3]
    address = f"/acme/opportunities/{deal.pk}/stage/"
    client_of(firm.max).post(address, {"stage": str(third.pk), "moved_from": str(first.pk)})
    client = client_of(firm.ana)
    moved = {"stage": str(second.pk), "moved_from": str(first.pk)}
    asked = client.post(f"{address}?board=1&back=/acme/opportunities/board/", moved, headers={"HX-Request": "true"})
    assert asked.status_code == 409
    assert f"Max Manager has changed it to “{third.label}” meanwhile." in asked.content.decode()
    assert now(firm, deal).stage_id == third.pk
    dialog = {"stage": str(second.pk), "moved_from": str(third.pk), "back": "/acme/opportunities/board/"}
    assert f'name="moved_from" value="{third.pk}"' in asked.content.decode()
    assert client.post(address, dialog)["Location"] == f"/acme/opportunities/board/#card-{deal.pk}"
    assert now(firm, deal).stage_id == second.pk


def test_a_stage_bar_that_is_old_asks_and_one_that_is_right_moves(firm: Firm, deal: Any) -> None:
    first, second, third = stages_of(firm)[:3]
    page = client_of(firm.ana).get(f"/acme/opportunities/{deal.pk}/").content.decode()
    assert f'name="moved_from" value="{first.pk}"' in page
    address = f"/acme/opportunities/{deal.pk}/stage/"
    client_of(firm.max).post(address, {"stage": str(third.pk)})
    assert client_of(firm.ana).post(address, {"stage": str(second.pk), "moved_from": str(first.pk)}).status_code == 409
    same = client_of(firm.ana).post(address, {"stage": str(third.pk), "moved_from": str(first.pk)})
    assert same.status_code == 303, "both want it there"
    assert now(firm, deal).stage_id == third.pk


def test_the_reason_of_a_loss_is_kept_when_it_was_won_meanwhile(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        won, lost = make.stage("won"), make.stage("lost")
        reason = make.reason("loss_reason", "other")
    address = f"/acme/opportunities/{deal.pk}/stage/"
    mine = form_of(client_of(firm.ana), f"{address}?stage={lost.pk}", like=address)
    client_of(firm.max).post(address, {"stage": str(won.pk)})
    answer = mine.send(loss_reason=str(reason.pk), loss_note="They went elsewhere")
    assert answer.status_code == 422
    assert "They went elsewhere" in answer.content.decode()
    assert "Max Manager has changed it" in answer.content.decode()
    assert now(firm, deal).stage_id == won.pk
    assert mine.again(answer).send().status_code == 303
    assert now(firm, deal).stage_id == lost.pk


def test_a_lead_that_somebody_has_moved_is_not_closed_unseen(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        working = make.reason("lead_status", "working")
        reason = make.reason("unqualified_reason", "other")
    address = f"/acme/leads/{lead.pk}/closing/"
    mine = form_of(client_of(firm.ana), address)
    client_of(firm.max).post(f"/acme/leads/{lead.pk}/status/", {"status": str(working.pk)})
    answer = mine.send(unqualified_reason=str(reason.pk), task_subject="Ask again", task_due_on="2031-01-01")
    assert answer.status_code == 422
    assert "Ask again" in answer.content.decode()
    assert now(firm, lead).status_id == working.pk
    assert mine.again(answer).send().status_code == 303


def test_a_task_that_two_people_change(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        task = create_activity(kind="task", records=[lead], actor=firm.ana, subject="Call", owner=firm.ana)
    address = f"/acme/activities/{task.pk}/edit/"
    mine = form_of(client_of(firm.ana), address)
    form_of(client_of(firm.max), address).send(subject="Call Lena", body="Soon")
    assert mine.send(due_on="2031-05-05").status_code == 303
    assert (now(firm, task).subject, str(task.due_on), task.body) == ("Call Lena", "2031-05-05", "Soon")
    again = form_of(client_of(firm.ana), address)
    form_of(client_of(firm.max), address).send(subject="Ring Lena")
    answer = again.send(subject="Write to Lena")
    assert answer.status_code == 422
    assert "Max Manager" in answer.content.decode()
    assert now(firm, task).subject == "Ring Lena"


def test_a_choice_that_was_taken_away_is_named_and_the_rest_stays(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        source = choices("lead_source")[2]
    typed = {"last_name": "Kept", "email": "kept@x.example", "source": str(source.pk), "owner": str(firm.sam.pk)}
    form = form_of(client_of(firm.ana), "/acme/leads/new/")
    with tenant_context(firm.tenant):
        deactivate(entry=source, actor=firm.ada)
    client_of(firm.ada).post(f"/acme/setup/people/{firm.sam.pk}/deactivation/")
    page = form.send(**typed)
    assert page.status_code == 422
    text = page.content.decode()
    assert f"“{source.label}” can no longer be chosen" in text
    assert "“Sam Seller” can no longer be chosen" in text
    assert 'value="Kept"' in text
    with tenant_context(firm.tenant):
        replace_and_delete(entry=source, replacement=None, actor=firm.ada)
    assert f"“{source.label}” was deleted meanwhile" in form.send(**typed).content.decode()


def test_an_account_that_was_deleted_meanwhile_is_named(firm: Firm, account: Any) -> None:
    form = form_of(client_of(firm.ana), f"/acme/contacts/new/?account={account.pk}")
    client_of(firm.ada).post(f"/acme/accounts/{account.pk}/deletion/")
    answer = form.send(last_name="Kept")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "was deleted by Ada Admin" in text
    assert 'value="Kept"' in text


def test_two_admins_at_one_setting(firm: Firm) -> None:
    mine = form_of(client_of(firm.ada), "/acme/setup/workspace/")
    other = form_of(client_of(firm.ada), "/acme/setup/workspace/")
    assert other.send(currency="EUR").status_code == 303
    assert mine.send(name="Acme Inc").status_code == 303
    firm.tenant.refresh_from_db()
    assert (firm.tenant.name, firm.tenant.currency) == ("Acme Inc", "EUR")
    third, fourth = (form_of(client_of(firm.ada), "/acme/setup/workspace/") for _tab in "ab")
    third.send(name="Apex")
    asked = fourth.send(name="Acorn")
    assert asked.status_code == 422
    assert "<small>You, in another tab," in own_words(asked)


def test_two_admins_at_one_role(firm: Firm) -> None:
    address = f"/acme/setup/roles/{firm.ana.role_id}/"
    mine, other = (form_of(client_of(firm.ada), address) for _tab in "ab")
    assert other.send(**{"leads-view": "own"}).status_code == 303
    assert mine.send(can_import="on").status_code == 303
    role = now(firm, firm.ana.role)
    assert (role.access["leads"]["view"], role.can_import) == ("own", True)
    third, fourth = (form_of(client_of(firm.ada), address) for _tab in "ab")
    third.send(**{"leads-view": "team"})
    asked = fourth.send(**{"leads-view": "all"})
    assert asked.status_code == 422
    assert "<small>You, in another tab," in own_words(asked)
    assert 'name="keep-leads-view"' in asked.content.decode()
    assert now(firm, firm.ana.role).access["leads"]["view"] == "team"


def test_two_admins_at_one_entry_of_a_list(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        entry = choices("lead_source")[0]
    address = f"/acme/setup/lists/lead_source/{entry.pk}/"
    mine, other = (form_of(client_of(firm.ada), address) for _tab in "ab")
    assert other.send(label="Theirs").status_code == 303
    answer = mine.send(label="Mine")
    assert answer.status_code == 422
    assert "Theirs" in answer.content.decode()
    assert mine.again(answer).send(**{"keep-label": "mine"}).status_code == 303
    assert now(firm, entry).label == "Mine"
