"""Undoing a conversion: exactly, or not at all and with the reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account
from accounts.services import update_account
from contacts.models import Contact
from crm import catalogue
from crm.activities.services import complete_task, create_activity
from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.events.phrases import phrase
from crm.pages.vocabulary import cause_phrase
from crm.picklists.selectors import choice_meaning, stages
from crm.records.services import delete_record, restore_record
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, can
from crm.users.services import limit_fields
from leads.conversion import (
    BlockedError,
    ConversionPlan,
    blockers,
    convert_lead,
    existing,
    new,
    plan_for,
    undo_conversion,
)
from leads.models import Conversion, Lead
from leads.services import meaning_of, set_lead_status
from opportunities.models import Opportunity
from opportunities.services import add_contact_role, move_to_stage, update_opportunity
from tests import make
from tests.leads.dump import living_rows
from tests.leads.test_conversion import choice_of, full_lead
from tests.people import Firm, client_of


def worked_lead(firm: Firm) -> Lead:
    """A qualified lead with a note and a task."""
    lead = full_lead(firm)
    set_lead_status(lead=lead, status=choice_meaning("lead_status", "qualified"), actor=firm.ana)
    create_activity(kind="note", records=[lead], actor=firm.ana, body="Likes sensors")
    create_activity(kind="task", records=[lead], actor=firm.ana, subject="Send the offer")
    return lead


def all_new(firm: Firm) -> ConversionPlan:
    return ConversionPlan(account=new(), contact=new(), opportunity=new(), role=choice_of("contact_role", "User"))


def all_linked(firm: Firm) -> ConversionPlan:
    boss = make.contact(firm.ana)
    account = make.account(firm.ana, name="Kestrel")
    lost = make.stage("lost")
    make.opportunity(firm.ana, account=account, stage=lost, loss_reason=choice_of("loss_reason", "Other"))
    opportunity = make.opportunity(firm.ana, contact=boss, account=account)
    contact = make.contact(firm.ana, phone="")
    return ConversionPlan(
        account=existing(account.pk, frozenset({"website", "city"})),
        contact=existing(contact.pk),
        opportunity=existing(opportunity.pk),
        role=choice_of("contact_role", "User"),
    )


def mixed(firm: Firm) -> ConversionPlan:
    account = make.account(firm.sam, name="Kestrel")
    lost = make.stage("lost")
    make.opportunity(firm.sam, account=account, stage=lost, loss_reason=choice_of("loss_reason", "Other"))
    return ConversionPlan(account=existing(account.pk), contact=new(), opportunity=new())


def contact_with_its_account(firm: Firm) -> ConversionPlan:
    account = make.account(firm.sam, name="Kestrel")
    lost = make.stage("lost")
    make.opportunity(firm.sam, account=account, stage=lost, loss_reason=choice_of("loss_reason", "Other"))
    Account.objects.filter(pk=account.pk).update(lost_only=True)
    contact = make.contact(firm.ana, account=account)
    return ConversionPlan(contact=existing(contact.pk), opportunity=new())


PLANS: list[Callable[[Firm], ConversionPlan]] = [all_new, all_linked, mixed, contact_with_its_account]


@pytest.mark.parametrize("make_plan", PLANS)
def test_undoing_gives_everything_back(inside: Firm, make_plan: Callable[[Firm], ConversionPlan]) -> None:
    lead = worked_lead(inside)
    plan = make_plan(inside)
    before = living_rows()
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    assert living_rows() != before
    assert blockers(done) == []
    undo_conversion(conversion=done, actor=inside.ana)
    assert living_rows() == before
    undo_conversion(conversion=Conversion.objects.get(), actor=inside.ana)
    assert Event.objects.filter(name="lead.conversion_undone").count() == 1


def test_after_undoing_the_lead_can_be_converted_again(inside: Firm) -> None:
    lead = worked_lead(inside)
    first = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan_for(lead, inside.ana))
    undo_conversion(conversion=first, actor=inside.ana)
    lead = Lead.objects.get(pk=lead.pk)
    assert (meaning_of(lead), lead.account, lead.converted_at) == ("qualified", None, None)
    before = living_rows()
    second = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan_for(lead, inside.ana))
    assert second.pk != first.pk
    assert second.account_id != first.account_id
    undo_conversion(conversion=second, actor=inside.ana)
    assert living_rows() == before


def test_both_stand_in_the_history_of_all(inside: Firm) -> None:
    lead = worked_lead(inside)
    account = make.account(inside.ana, name="Kestrel")
    plan = ConversionPlan(account=existing(account.pk), contact=new(), opportunity=new())
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    undo_conversion(conversion=done, actor=inside.ada)

    def names(record_id: Any) -> list[str]:
        return list(Event.objects.filter(record_id=record_id).order_by("at", "id").values_list("name", flat=True))

    assert names(lead.pk)[-1] == "lead.conversion_undone"
    assert "lead.converted" in names(lead.pk)
    told = ["account.created", "account.changed", "account.linked", "account.unlinked", "account.changed"]
    assert names(account.pk) == told
    assert names(done.contact_id) == ["contact.created", "contact.deleted"]
    undone = Event.objects.get(name="lead.conversion_undone")
    assert undone.actor == inside.ada
    assert Event.objects.get(record_id=done.opportunity_id, name="opportunity.deleted").because == undone


def test_a_record_that_nothing_was_written_to_tells_of_the_undoing_too(inside: Firm) -> None:
    lead = worked_lead(inside)
    account = make.account(inside.ana, name="Kestrel")
    nothing_taken = ConversionPlan(account=existing(account.pk, frozenset()), contact=new())
    for _time in range(2):
        undo_conversion(
            conversion=convert_lead(lead_id=lead.pk, actor=inside.ana, plan=nothing_taken), actor=inside.ada
        )
    told = Event.objects.filter(record_id=account.pk).order_by("at", "id")
    assert [one.name for one in told][1:] == ["account.linked", "account.unlinked"] * 2
    assert [phrase(one) for one in told][2] == f"Ada Admin undid the conversion of the lead {lead.name} into this"
    undone = Event.objects.filter(name="lead.conversion_undone").first()
    assert [cause_phrase(one, catalogue.record_type("accounts")) for one in (told[2], undone)] == ["", ""]
    assert cause_phrase(told[1], catalogue.record_type("accounts"))


def edit_account(firm: Firm, done: Conversion) -> None:
    update_account(Account.objects.get(pk=done.account_id), actor=firm.ana, values={"city": "Bremen"})


def add_opportunity(firm: Firm, done: Conversion) -> None:
    make.opportunity(firm.ana, name="Second deal", account=done.account)


def add_contact(firm: Firm, done: Conversion) -> None:
    make.contact(firm.ana, first_name="Carl", last_name="Colleague", account=done.account)


def move_stage(firm: Firm, done: Conversion) -> None:
    move_to_stage(opportunity=done.opportunity, stage=stages()[3], actor=firm.ana)


def win(firm: Firm, done: Conversion) -> None:
    move_to_stage(opportunity=done.opportunity, stage=make.stage("won"), actor=firm.ana)


def log_call(firm: Firm, done: Conversion) -> None:
    create_activity(kind="call", records=[done.contact], actor=firm.ana, subject="Said yes")


def add_role(firm: Firm, done: Conversion) -> None:
    add_contact_role(opportunity=done.opportunity, contact=make.contact(firm.ana, last_name="Adviser"), actor=firm.ana)


def add_to_another(firm: Firm, done: Conversion) -> None:
    other = make.opportunity(firm.ana, name="Elsewhere")
    add_contact_role(opportunity=other, contact=done.contact, actor=firm.ana)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit_account, "City"),
        (add_opportunity, "Second deal"),
        (add_contact, "Carl Colleague"),
        (move_stage, "Proposal submitted"),
        (win, "Won"),
        (log_call, "Said yes"),
        (add_role, "has something new: Contact “Carl Adviser”."),
        (add_to_another, "has something new: Opportunity “Elsewhere”."),
    ],
)
def test_what_was_built_on_it_blocks_and_is_named(inside: Firm, change: Callable[..., None], words: str) -> None:
    lead = worked_lead(inside)
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=all_new(inside))
    assert blockers(done) == []
    change(inside, done)
    named = blockers(done)
    assert any(words in blocker.sentence for blocker in named), named
    assert all(blocker.url.startswith("/") for blocker in named)
    before = living_rows()
    with pytest.raises(BlockedError):
        undo_conversion(conversion=done, actor=inside.ana)
    assert living_rows() == before
    assert meaning_of(Lead.objects.get(pk=lead.pk)) == "converted"


def test_what_another_lead_was_converted_into_too_is_not_taken_away(inside: Firm) -> None:
    """The account and contact went to the bin, and the other lead stayed converted into them, without a word."""
    lead, twin = worked_lead(inside), make.lead(inside.sam, first_name="", last_name="Twin")
    before = living_rows()
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=all_new(inside))
    nothing = frozenset[str]()
    both = ConversionPlan(account=existing(done.account_id, nothing), contact=existing(done.contact_id, nothing))
    other = convert_lead(lead_id=twin.pk, actor=inside.ada, plan=both)
    named = blockers(done, inside.ada)
    assert [one.url for one in named] == [f"/leads/{twin.pk}/"]
    assert named[0].sentence.startswith(f"Lead “Twin” was converted into the same records: Account “{done.account}”, ")
    hidden = blockers(done, inside.ana)
    assert [one.url for one in hidden] == [f"/accounts/{done.account_id}/"]
    assert hidden[0].sentence.startswith("Lead that you may not see was converted into the same records: Account")
    delete_record(catalogue.record_type("leads"), twin, actor=inside.ada)
    (gone,) = blockers(done, inside.ada)
    assert gone.sentence.startswith("Lead “Twin” (in the recycle bin) was converted into the same records: Account")
    assert gone.sentence.endswith(". Bring it back and undo that conversion first.")
    restore_record(catalogue.record_type("leads"), twin, actor=inside.ada)
    with pytest.raises(BlockedError):
        undo_conversion(conversion=done, actor=inside.ana)
    for conversion in (other, done):
        assert blockers(conversion) == []
        undo_conversion(conversion=conversion, actor=inside.ada)
    assert living_rows() == before


def test_what_a_later_lead_said_too_is_not_set_back(inside: Firm) -> None:
    """The first lead's undo took the objection to mails away again that the second one, still converted, had too."""
    contact, account = make.contact(inside.ana, phone=""), make.account(inside.ana)
    given = {"opted_out": True, "phone": "+49 731 55501", "tags": ("Fair",), "city": "Ulm"}
    first, second, third = (
        make.lead(inside.ana, last_name=name, **values)
        for name, values in (("One", given), ("Two", given | {"city": "Bonn"}), ("Three", {}))
    )
    both = ConversionPlan(account=existing(account.pk), contact=existing(contact.pk))
    before = living_rows()
    one, two = (convert_lead(lead_id=lead.pk, actor=inside.ana, plan=both) for lead in (first, second))
    other = ConversionPlan(account=existing(account.pk), contact=new())
    three = convert_lead(lead_id=third.pk, actor=inside.ana, plan=other)
    into = "Lead “Lena Two”, converted into {} since, says the same: {}. Undo that conversion first."
    assert [blocker.sentence for blocker in blockers(one, inside.ada)] == [
        into.format(f"Account “{account.name}”", "Tags"),
        into.format(f"Contact “{contact.name}”", "Account, Tags, Opted out, Phone"),
    ]
    assert blockers(two) == []
    for done in (two, one, three):
        undo_conversion(conversion=done, actor=inside.ana)
    assert living_rows() == before


def test_a_blocker_that_one_may_not_see_has_no_name(inside: Firm) -> None:
    lead = worked_lead(inside)
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=all_new(inside))
    make.opportunity(inside.sam, name="Secret deal", account=done.account)
    assert "Secret deal" in blockers(done, inside.ada)[0].sentence
    hidden = blockers(done, inside.ana)
    assert len(hidden) == 1
    assert "Secret deal" not in hidden[0].sentence
    assert hidden[0].url == f"/accounts/{done.account_id}/"


def test_nothing_of_what_one_may_not_see_is_named(inside: Firm) -> None:
    """An opportunity that has gone to Sam since: neither its name, nor fields, nor notes, nor a link."""
    lead = worked_lead(inside)
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=all_new(inside))
    deal = Opportunity.objects.get()
    values = {"owner": inside.sam, "team": inside.sam.team, "name": "Secret deal"}
    update_opportunity(deal, actor=inside.ada, values=values)
    move_to_stage(opportunity=deal, stage=stages()[1], actor=inside.ada)
    create_activity(kind="note", records=[deal], actor=inside.sam, body="Secret words")
    add_contact_role(
        opportunity=deal,
        contact=make.contact(inside.sam, last_name="Adviser"),
        role=None,
        is_primary=False,
        actor=inside.sam,
    )
    told = " ".join(blocker.sentence for blocker in blockers(done, inside.ada))
    assert all(word in told for word in ("Secret deal", "Secret words", "moved since")), told
    assert not can(inside.ana, "view", deal)
    hidden = blockers(done, inside.ana)
    said = " ".join(blocker.sentence for blocker in hidden)
    assert "Secret" not in said and "moved" not in said and stages()[1].label not in said
    assert "Opportunity that you may not see was changed." in said
    assert "Note that you may not see" in said
    assert all(str(deal.pk) not in blocker.url for blocker in hidden)
    page = client_of(inside.ana).get(f"/acme/leads/{lead.pk}/conversion/undo/").content.decode()
    assert "can no longer be undone" in page and "Secret" not in page


def test_other_changes_of_what_was_linked_do_not_block_and_stay(inside: Firm) -> None:
    lead = worked_lead(inside)
    account = make.account(inside.ana, name="Kestrel")
    plan = ConversionPlan(account=existing(account.pk), contact=new())
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    account = Account.objects.get()
    update_account(account, actor=inside.ana, values={"founded": 1999})
    create_activity(kind="note", records=[account], actor=inside.ana, body="A new note")
    make.contact(inside.ana, account=account)
    undo_conversion(conversion=done, actor=inside.ana)
    account = Account.objects.get()
    assert (account.founded, account.city, account.website) == (1999, "", "")
    assert Contact.objects.count() == 1


def test_a_filled_field_that_was_changed_since_blocks(inside: Firm) -> None:
    lead = worked_lead(inside)
    account = make.account(inside.ana, name="Kestrel")
    done = convert_lead(
        lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(account=existing(account.pk), contact=new())
    )
    update_account(Account.objects.get(), actor=inside.ana, values={"city": "Bremen"})
    assert ["City" in blocker.sentence for blocker in blockers(done)] == [True]


def test_a_task_done_meanwhile_stays_done(inside: Firm) -> None:
    lead = worked_lead(inside)
    task = create_activity(kind="task", records=[lead], actor=inside.ana, subject="Ring back")
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=all_new(inside))
    complete_task(task=task, actor=inside.ana)
    undo_conversion(conversion=done, actor=inside.ana)
    task.refresh_from_db()
    assert task.completed_at is not None
    assert not Opportunity.objects.exists()


@pytest.mark.parametrize("delivers", [False, True], ids=["at once", "after the worker"])
def test_an_account_that_was_lost_only_is_so_again(inside: Firm, delivers: bool) -> None:
    """An open opportunity of the person's comes to the account by the conversion, and leaves it again."""
    account = make.account(inside.ana, name="Kestrel")
    lost = make.stage("lost")
    make.opportunity(inside.ana, account=account, stage=lost, loss_reason=choice_of("loss_reason", "Other"))
    opportunity = make.opportunity(inside.ana, contact=make.contact(inside.ana))
    lead = worked_lead(inside)
    deliver_all()
    assert Account.objects.get().lost_only
    before = living_rows()
    plan = ConversionPlan(account=existing(account.pk), contact=new(), opportunity=existing(opportunity.pk))
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    if delivers:
        deliver_all()
    assert not Account.objects.get().lost_only
    undo_conversion(conversion=done, actor=inside.ana)
    deliver_all()
    assert living_rows() == before


def test_the_undo_of_a_conversion_names_no_hidden_field(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        there = make.contact(firm.ana, last_name="Known", email="", phone="+1 416 555 0202")
        lead = make.lead(firm.ana, last_name="Known", email="known@canary.example", job_title="Buyer")
        convert_lead(lead_id=lead.pk, actor=firm.ana, plan=ConversionPlan(contact=existing(there.pk)))
    path = f"/acme/leads/{lead.pk}/conversion/undo/"
    assert "E-mail" in client_of(firm.ana).get(path).content.decode()
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="contacts", limits={"email": HIDDEN})
    page = client_of(firm.ana).get(path).content.decode()
    assert "E-mail" not in page and "Job title" in page and "other facts" in page
