"""Whoever is given something is told so, once, in the app."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.services import update_account
from crm import catalogue
from crm.activities.services import complete_task, create_activity, reassign_task
from crm.events import handlers
from crm.events.delivery import deliver_all
from crm.events.models import Event, OutboxMessage
from crm.notices.models import Notification
from crm.notices.selectors import told
from crm.notices.services import mark_read
from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from leads.conversion import ConversionPlan, convert_lead, existing, new, undo_conversion
from leads.models import Lead
from leads.services import close_as_unqualified, update_lead
from tests import make
from tests.own_words import tight
from tests.people import Firm, client_of

INDEX = "/acme/notifications/"


def sentences(member: Membership) -> list[str]:
    return [one.sentence for one in told(member)]


def unread(member: Membership) -> int:
    return Membership.objects.get(pk=member.pk).unread


def give(lead: Any, owner: Membership | None, by: Membership) -> None:
    update_lead(lead, actor=by, values={"owner": owner})


def no_budget() -> Any:
    return next(one for one in choices("unqualified_reason") if one.label == "No budget")


class TestANewOwner:
    def test_is_told_who_gave_it(self, inside: Firm) -> None:
        lead = make.lead(inside.max)
        give(lead, inside.ana, inside.max)
        assert sentences(inside.ana) == [], "not before the workflow ran"
        deliver_all()
        assert sentences(inside.ana) == [f"Max Manager gave you the lead “{lead.name}”."]
        assert (unread(inside.ana), unread(inside.max)) == (1, 0)

    def test_of_every_type_of_record(self, inside: Firm) -> None:
        for maker in (make.account, make.contact, make.opportunity):
            record = maker(inside.max)
            catalogue.type_of(record).update(record, actor=inside.max, values={"owner": inside.ana})
        deliver_all()
        assert len(sentences(inside.ana)) == 3

    @pytest.mark.parametrize("meaning", ["customer", "past_customer", "other"])
    def test_when_the_type_of_an_account_changes_with_it(self, inside: Firm, meaning: str) -> None:
        account = make.account(inside.max)
        for owner, becomes in ((inside.ana, meaning), (inside.sam, "prospect")):
            values = {"owner": owner, "type": make.reason("account_type", becomes)}
            update_account(account, actor=inside.max, values=values)
            deliver_all()
            assert sentences(owner) == [f"Max Manager gave you the account “{account.name}”."]

    def test_when_a_lead_is_closed_with_it(self, inside: Firm) -> None:
        lead = make.lead(inside.max)
        why = {"status": make.reason("lead_status", "unqualified"), "unqualified_reason": no_budget()}
        update_lead(lead, actor=inside.max, values={"owner": inside.ana, **why})
        deliver_all()
        assert sentences(inside.ana) == [f"Max Manager gave you the lead “{lead.name}”."]

    def test_is_not_told_what_they_did_themselves(self, inside: Firm) -> None:
        pool, given = make.lead(None), make.lead(inside.max)
        give(pool, inside.ana, inside.ana)
        give(given, inside.ana, inside.max)
        deliver_all()
        assert [one.record_id for one in Notification.objects.all()] == [given.pk]

    def test_leaves_no_message_for_what_concerns_nobody(self, inside: Firm) -> None:
        lead = make.lead(inside.max)
        waiting = OutboxMessage.objects.filter(handler="tell-new-owner")
        update_lead(lead, actor=inside.max, values={"campaign": "Autumn"})
        give(lead, None, inside.max)
        assert not waiting.exists()
        give(lead, inside.ana, inside.max)
        assert waiting.count() == 1

    def test_is_told_once_however_often_it_is_delivered(self, inside: Firm) -> None:
        lead = make.lead(inside.max)
        give(lead, inside.ana, inside.max)
        event = Event.objects.get(record_id=lead.pk, name="lead.changed")
        handler = handlers.handler("tell-new-owner")
        assert handler.run([event]) == {event.pk: "Told Ana Owner."}
        assert handler.run([event]) == {}
        deliver_all()
        assert (Notification.objects.count(), unread(inside.ana)) == (1, 1)

    def test_is_not_told_when_it_has_gone_on_meanwhile(self, inside: Firm) -> None:
        lead = make.lead(inside.max)
        give(lead, inside.ana, inside.max)
        give(lead, inside.sam, inside.max)
        deliver_all()
        assert (sentences(inside.ana), len(sentences(inside.sam))) == ([], 1)

    def test_who_has_left_is_told_nothing(self, inside: Firm) -> None:
        lead, other = make.lead(inside.max), make.lead(inside.max)
        give(lead, inside.ana, inside.max)
        deliver_all()
        Membership.objects.filter(pk=inside.ana.pk).update(is_active=False)
        inside.tenant.__dict__.pop("_memo", None)
        give(other, inside.ana, inside.max)
        deliver_all()
        assert [one.record_id for one in Notification.objects.all()] == [lead.pk]


class TestWhoSellsWhatAnotherVetted:
    def convert(self, firm: Firm, **plan: Any) -> Any:
        lead = make.lead(firm.ana, last_name="Brandt", company="Kestrel", product_interest="Telemetry")
        return convert_lead(lead_id=lead.pk, actor=firm.ana, plan=ConversionPlan(**plan))

    def test_is_led_to_the_opportunity(self, inside: Firm) -> None:
        done = self.convert(inside, contact=new(), opportunity=new(), owner=inside.sam)
        deliver_all()
        assert sentences(inside.sam) == [  # who may not see the lead
            "Ana Owner converted a lead for you: Kestrel – Telemetry, Lena Brandt."
        ]
        Lead.objects.update(team=inside.west)
        assert sentences(inside.sam) == [
            "Ana Owner converted the lead “Lena Brandt” for you: Kestrel – Telemetry, Lena Brandt."
        ]
        [one] = Notification.objects.all()
        assert (one.record_type, one.record_id, one.event) == ("opportunities", done.opportunity_id, done.event)

    def test_without_an_opportunity_to_the_contact(self, inside: Firm) -> None:
        done = self.convert(inside, contact=new(), owner=inside.sam)
        deliver_all()
        [one] = Notification.objects.all()
        assert (one.record_type, one.record_id) == ("contacts", done.contact_id)

    def test_who_converts_for_themselves_is_told_nothing(self, inside: Firm) -> None:
        self.convert(inside, contact=new(), owner=inside.ana)
        deliver_all()
        assert not Notification.objects.exists()
        self.convert(inside, contact=new(), owner=inside.sam)
        deliver_all()
        assert Notification.objects.count() == 1

    def test_what_was_there_before_is_nobody_s_news(self, inside: Firm) -> None:
        contact = make.contact(inside.sam)
        self.convert(inside, contact=existing(contact.pk), owner=inside.sam)
        deliver_all()
        assert not Notification.objects.exists()

    def test_undone_before_the_workflow_ran_nobody_is_told(self, inside: Firm) -> None:
        done = self.convert(inside, contact=new(), owner=inside.sam)
        undo_conversion(conversion=done, actor=inside.ana)
        deliver_all()
        assert not Notification.objects.exists()

    def test_the_message_delivered_twice_tells_once(self, inside: Firm) -> None:
        done = self.convert(inside, contact=new(), owner=inside.sam)
        handlers.handler("tell-seller").function(done.event)
        assert OutboxMessage.objects.filter(handler="tell-seller").count() == 1
        deliver_all()
        assert (Notification.objects.count(), unread(inside.sam)) == (1, 1)


class TestThePage:
    @pytest.fixture
    def leads(self, firm: Firm) -> list[Any]:
        with tenant_context(firm.tenant):
            made = [make.lead(firm.max) for _number in range(3)]
            for lead in made:
                give(lead, firm.ana, firm.max)
            deliver_all()
        return made

    def bell(self, firm: Firm, member: Membership) -> str:
        page = tight(client_of(member).get("/acme/leads/").content.decode())
        return page.partition(f'href="{INDEX}" aria-label="')[2].partition('"')[0]

    def test_the_bell_counts_what_is_new_until_it_is_read(self, firm: Firm, leads: list[Any]) -> None:
        assert self.bell(firm, firm.ana) == "3 unread notifications"
        assert self.bell(firm, firm.max) == "Notifications"
        assert client_of(firm.ana).post(f"{INDEX}reading/").status_code == 303
        assert self.bell(firm, firm.ana) == "Notifications"
        with tenant_context(firm.tenant):
            assert mark_read(actor=firm.ana) == 0

    def test_many_of_a_kind_are_one_line_that_leads_to_them(self, firm: Firm, leads: list[Any]) -> None:
        client = client_of(firm.ana)
        page = client.get(INDEX)
        assert "Max Manager gave you 3 leads." in page.content.decode()
        [line] = page.context["lines"]
        assert client.get(f"{INDEX}{line.pk}/")["Location"] == "/acme/leads/?owner=me"
        assert self.bell(firm, firm.ana) == "Notifications"

    def test_one_leads_to_its_record_and_is_read_then(self, firm: Firm, leads: list[Any]) -> None:
        with tenant_context(firm.tenant):
            mark_read(actor=firm.ana)
            deal = make.opportunity(firm.max)
            catalogue.type_of(deal).update(deal, actor=firm.max, values={"owner": firm.ana})
            deliver_all()
        client = client_of(firm.ana)
        line = client.get(INDEX).context["lines"][0]
        assert line.is_unread and self.bell(firm, firm.ana) == "1 unread notification"
        assert client.get(f"{INDEX}{line.pk}/")["Location"] == f"/acme/opportunities/{deal.pk}/"
        assert self.bell(firm, firm.ana) == "Notifications"

    def test_nobody_reads_what_others_are_told(self, firm: Firm, other_firm: Firm, leads: list[Any]) -> None:
        with tenant_context(firm.tenant):
            [first, *_more] = told(firm.ana)
        for member in (firm.max, firm.ada):
            assert "gave you" not in client_of(member).get(INDEX).content.decode()
            assert client_of(member).get(f"{INDEX}{first.pk}/").status_code == 404
        gus = client_of(other_firm.ada)
        assert gus.get(f"/globex/notifications/{first.pk}/").status_code == 404
        assert client_of(firm.ana).get(f"{INDEX}{first.pk}/").status_code == 303
        client_of(firm.max).post(f"{INDEX}reading/")
        with tenant_context(firm.tenant):
            assert unread(firm.ana) == 0


class TestATask:
    def task(self, firm: Firm, by: Membership, owner: Membership, *records: Any, subject: str = "Call") -> Any:
        return create_activity(kind="task", records=records, actor=by, owner=owner, subject=subject)

    def test_for_somebody_else_is_told(self, inside: Firm) -> None:
        lead = make.lead(inside.max)
        self.task(inside, inside.max, inside.max, lead)
        self.task(inside, inside.max, inside.ana, lead, subject="Ask about budget")
        create_activity(kind="note", records=[lead], actor=inside.max, owner=inside.ana, body="Not a task")
        deliver_all()
        assert sentences(inside.ana) == ["Max Manager gave you the task “Ask about budget”."]
        [one] = Notification.objects.all()
        assert (one.record_type, one.record_id) == ("leads", lead.pk)

    def test_handed_on_is_told_to_who_has_it_in_the_end(self, inside: Firm) -> None:
        task = self.task(inside, inside.max, inside.max, make.lead(inside.max))
        reassign_task(task=task, owner=inside.ana, actor=inside.max)
        reassign_task(task=task, owner=inside.sam, actor=inside.ana)
        deliver_all()
        assert (sentences(inside.ana), sentences(inside.sam)) == ([], ["Ana Owner gave you the task “Call”."])

    def test_done_before_the_workflow_ran_is_no_news(self, inside: Firm) -> None:
        done, left = (self.task(inside, inside.max, inside.ana, subject=name) for name in ("Done", "Left"))
        complete_task(task=done, actor=inside.max)
        deliver_all()
        assert sentences(inside.ana) == ["Max Manager gave you the task “Left”."]
        assert left.is_open_task

    @pytest.mark.parametrize("about", ["a record", "one that she may not open", "nothing"])
    def test_leads_to_its_record_or_else_to_the_task_itself(self, firm: Firm, about: str) -> None:
        with tenant_context(firm.tenant):
            deal = make.opportunity(firm.max if about == "a record" else firm.sam)
            task = self.task(firm, firm.max, firm.ana, *([] if about == "nothing" else [deal]))
            deliver_all()
            [line] = told(firm.ana)
        client = client_of(firm.ana)
        there = client.get(f"{INDEX}{line.pk}/")["Location"]
        record, alone = f"/acme/opportunities/{deal.pk}/#open-tasks", f"/acme/activities/{task.pk}/edit/"
        assert there == (record if about == "a record" else alone)
        assert client.get(there).status_code == 200

    def test_several_lead_to_the_tasks(self, firm: Firm) -> None:
        with tenant_context(firm.tenant):
            for maker in (make.lead, make.account):
                self.task(firm, firm.max, firm.ana, maker(firm.ana))
            deliver_all()
            [several] = told(firm.ana)
        assert several.sentence == "Max Manager gave you 2 tasks."
        assert client_of(firm.ana).get(f"{INDEX}{several.pk}/")["Location"] == "/acme/tasks/"

    def test_of_a_closed_lead_is_told_to_who_shall_follow_up(self, inside: Firm) -> None:
        lead = make.lead(inside.ana)
        close_as_unqualified(
            lead=lead,
            reason=choices("unqualified_reason")[0],
            actor=inside.ana,
            task_subject="Ask again",
            task_due_on=date(2027, 5, 3),
            task_owner=inside.max,
        )
        deliver_all()
        assert sentences(inside.max) == ["Ana Owner gave you the task “Ask again”."]
