"""Mailing lists: who is on them, from the record's page, the closing dialog and a conversion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from contacts.models import Contact
from crm.catalogue import panels, record_type
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.mailing_lists.filters import on_list
from crm.mailing_lists.models import MailingList, MailingListMember
from crm.mailing_lists.selectors import mailing_list, member_counts, memberships_of
from crm.mailing_lists.services import (
    create_list,
    delete_list,
    put_on_lists,
    set_list_active,
    set_lists,
    take_off_lists,
    update_list,
)
from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from leads.conversion import (
    BlockedError,
    ConversionPlan,
    blockers,
    convert_lead,
    existing,
    live_conversion,
    new,
    undo_conversion,
)
from leads.models import Lead
from tests import make
from tests.leads.dump import living_rows
from tests.people import Firm, client_of


@pytest.fixture
def news(firm: Firm) -> MailingList:
    with tenant_context(firm.tenant):
        return create_list(actor=firm.ada, name="Newsletter", description="Every month")


def has_panel(one: RecordType) -> bool:
    return "lists" in [panel.key for panel in panels(one, "side")]


def names(record: object) -> list[str]:
    return [row.mailing_list.name for row in memberships_of(record)]


def test_put_on_and_taken_off(inside: Firm, news: MailingList) -> None:
    lead, other = make.lead(inside.ana), make.lead(inside.ana)
    [place] = put_on_lists(record=lead, lists=[news], actor=inside.ana)
    assert (place.added_by, names(lead), names(other)) == (inside.ana, ["Newsletter"], [])
    assert put_on_lists(record=lead, lists=[news], actor=inside.max) == []
    take_off_lists(record=lead, lists=[news], actor=inside.max)
    assert names(lead) == []
    told = Event.objects.filter(record_id=lead.pk, name__in=["lead.put_on_list", "lead.taken_off_list"]).order_by("at")
    assert [(one.name, one.actor, one.data["list"]["label"]) for one in told] == [
        ("lead.put_on_list", inside.ana, "Newsletter"),
        ("lead.taken_off_list", inside.max, "Newsletter"),
    ]


def test_a_list_out_of_use_takes_nobody_and_keeps_who_is_on_it(inside: Firm, news: MailingList) -> None:
    old, late = make.lead(inside.ana), make.lead(inside.ana)
    other = create_list(actor=inside.ada, name="Events")
    put_on_lists(record=old, lists=[news], actor=inside.ana)
    news = set_list_active(mailing_list=news, is_active=False, actor=inside.ada)
    with pytest.raises(ValidationError):
        put_on_lists(record=late, lists=[news], actor=inside.ana)
    set_lists(record=old, lists=[other], actor=inside.ana)
    assert names(old) == ["Events", "Newsletter"]
    news = set_list_active(mailing_list=news, is_active=True, actor=inside.ada)
    put_on_lists(record=late, lists=[news], actor=inside.ana)
    assert names(late) == ["Newsletter"]


def test_two_lists_cannot_have_one_name(inside: Firm, news: MailingList) -> None:
    with pytest.raises(ValidationError):
        create_list(actor=inside.ada, name=" newsletter ")
    other = create_list(actor=inside.ada, name="Events")
    with pytest.raises(ValidationError):
        update_list(mailing_list=other, actor=inside.ada, name="NEWSLETTER", description="")
    assert update_list(mailing_list=other, actor=inside.ada, name="Trade shows", description="").name == "Trade shows"


def test_only_an_empty_list_is_deleted(inside: Firm, news: MailingList) -> None:
    lead = make.lead(inside.ana)
    put_on_lists(record=lead, lists=[news], actor=inside.ana)
    with pytest.raises(ValidationError):
        delete_list(mailing_list=news, actor=inside.ada)
    take_off_lists(record=lead, lists=[news], actor=inside.ana)
    delete_list(mailing_list=mailing_list(news.pk), actor=inside.ada)
    assert not MailingList.objects.exists()


@pytest.mark.parametrize("link", [False, True], ids=["new contact", "contact that exists"])
def test_a_conversion_brings_the_contact_on_the_lists_and_undoing_takes_it_off(
    inside: Firm, news: MailingList, link: bool
) -> None:
    lead, contact = make.lead(inside.ana), make.contact(inside.ana)
    put_on_lists(record=lead, lists=[news], actor=inside.ana)
    before = living_rows()
    part = existing(contact.pk) if link else new()
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=part))
    assert names(done.contact) == ["Newsletter"]
    event = Event.objects.get(record_id=done.contact_id, name="contact.put_on_list")
    assert event.because == done.event
    undo_conversion(conversion=done, actor=inside.ana)
    assert living_rows() == before


def test_a_contact_put_on_a_list_afterwards_keeps_the_conversion_from_being_undone(
    inside: Firm, news: MailingList
) -> None:
    lead = make.lead(inside.ana)
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))
    put_on_lists(record=done.contact, lists=[news], actor=inside.ana)
    assert [one.sentence for one in blockers(done)] == [
        f"Contact “{done.contact.name}” was put on the mailing list “Newsletter”."
    ]
    with pytest.raises(BlockedError):
        undo_conversion(conversion=done, actor=inside.ana)
    take_off_lists(record=done.contact, lists=[news], actor=inside.ana)
    undo_conversion(conversion=done, actor=inside.ana)
    assert live_conversion(Lead.objects.get(pk=lead.pk)) is None


class TestThePages:
    def test_the_dialog_sets_exactly_what_is_ticked(self, firm: Firm, news: MailingList) -> None:
        with tenant_context(firm.tenant):
            contact = make.contact(firm.ana)
            events = create_list(actor=firm.ada, name="Events")
            put_on_lists(record=contact, lists=[news], actor=firm.ana)
        client = client_of(firm.ana)
        path = firm.url("lists:of_record", record_type="contacts", record_id=contact.pk)
        assert f'value="{news.pk}"' in client.get(path).content.decode()
        assert client.post(path, {"lists": [str(events.pk)]}).status_code == 303
        with tenant_context(firm.tenant):
            assert names(contact) == ["Events"]
        page = client.get(firm.url("contacts:record", record_id=contact.pk)).content.decode()
        panel = page.partition('id="mailing-lists"')[2].partition("</section>")[0]
        assert "Events" in panel and "Newsletter" not in panel

    def test_a_list_of_another_workspace_is_no_choice(self, firm: Firm, other_firm: Firm, news: MailingList) -> None:
        with tenant_context(other_firm.tenant):
            theirs = create_list(actor=other_firm.ada, name="Theirs")
        with tenant_context(firm.tenant):
            lead = make.lead(firm.ana)
        client, path = client_of(firm.ana), firm.url("lists:of_record", record_type="leads", record_id=lead.pk)
        assert client.post(path, {"lists": [str(theirs.pk)]}).status_code == 422
        assert client.post(path, {"lists": [str(news.pk)]}).status_code == 303
        with tenant_context(firm.tenant):
            assert names(lead) == ["Newsletter"]

    def test_a_type_is_on_lists_by_the_filter_that_it_declares(self) -> None:
        """No panel whose lists would lead to a filter that is not there."""
        accounts, leads = record_type("accounts"), record_type("leads")
        on_lists = replace(accounts, derived=(on_list("accounts"),))
        cases = {accounts: False, leads: True}
        assert {one: has_panel(one) for one in cases} == cases
        assert has_panel(on_lists) and not has_panel(replace(leads, derived=()))

    def test_accounts_are_on_no_list(self, firm: Firm, news: MailingList) -> None:
        with tenant_context(firm.tenant):
            account, contact = make.account(firm.ana), make.contact(firm.ana)
        client = client_of(firm.ana)
        for record, status in ((account, 404), (contact, 200)):
            path = firm.url("lists:of_record", record_type=record.type_key, record_id=record.pk)
            assert client.get(path).status_code == status

    def test_who_is_on_a_list_can_be_found_among_what_one_may_see(self, firm: Firm, news: MailingList) -> None:
        with tenant_context(firm.tenant):
            mine, theirs, off = (make.lead(one) for one in (firm.ana, firm.sam, firm.ana))
            for lead in (mine, theirs):
                put_on_lists(record=lead, lists=[news], actor=firm.ada)
            assert member_counts()[news.pk] == {("leads", False): 2}
        path = f"{firm.url('leads:list')}?mailing_list={news.pk}"
        page = client_of(firm.ana).get(path).content.decode()
        assert mine.name in page and theirs.name not in page and off.name not in page
        assert "Newsletter" in page, "the filter's chip says which"
        assert theirs.name in client_of(firm.ada).get(path).content.decode()
        others = client_of(firm.ana).get(f"{firm.url('leads:list')}?mailing_list__not={news.pk}").content.decode()
        assert off.name in others and mine.name not in others

    def test_closing_puts_on_lists_and_leaves_a_task_only_with_a_day(self, firm: Firm, news: MailingList) -> None:
        with tenant_context(firm.tenant):
            lead = make.lead(firm.ana)
            reason = choices("unqualified_reason")[0]
        client, path = client_of(firm.ana), firm.url("leads:closing", record_id=lead.pk)
        form = {"unqualified_reason": str(reason.pk), "lists": [str(news.pk)], "task_subject": "Ask again"}
        refused = client.post(path, form)
        assert refused.status_code == 422 and "Give the day" in refused.content.decode()
        with tenant_context(firm.tenant):
            assert names(lead) == []
        assert client.post(path, {**form, "task_subject": ""}).status_code == 303
        with tenant_context(firm.tenant):
            assert names(lead) == ["Newsletter"]
            [place] = MailingListMember.objects.all()
            assert place.added_by == firm.ana
            closed = Event.objects.get(record_id=lead.pk, name="lead.unqualified")
            assert Event.objects.get(record_id=lead.pk, name="lead.put_on_list").because == closed
            assert not Contact.objects.exists()
