"""What an act wrote is kept as it was before and after it, whoever has written it, and for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from crm.ground.ids import uuid7
from crm.ground.writes import collect_inserts, insert
from crm.mailing_lists.models import MailingListMember
from crm.mailing_lists.services import create_list, put_on_lists, take_off_lists
from crm.undo.changes import Entry, changes_of, is_kept
from crm.undo.keeping import keeping
from crm.undo.models import Change
from crm.undo.services import forget_changes
from leads.conversion import BlockedError, ConversionPlan, blockers, convert_lead, new, undo_conversion
from tests import make
from tests.leads.test_undo import all_new, worked_lead
from tests.people import Firm


def kept(act: UUID) -> dict[UUID, Entry]:
    return {one.pk: one for one in changes_of(act)}


def rename(account: Account, name: str) -> None:
    Account.objects.filter(pk=account.pk).update(name=name)


def test_what_is_written_past_all_services_is_kept_too(inside: Firm) -> None:
    one, two = make.account(inside.ana, name="Kestrel"), make.account(inside.ana, name="Heron")
    act = uuid7()
    rename(one, "Before")
    with keeping(act):
        Account.objects.update(city="Bremen")
        rename(one, "Osprey")
        rename(two, "Egret")
        rename(two, "Heron")
    rename(one, "After")
    entries = kept(act)
    assert entries[one.pk].before == {"name": "Before", "city": None}
    assert entries[one.pk].after == {"name": "Osprey", "city": "Bremen"}
    assert (entries[two.pk].before, entries[two.pk].after) == ({"city": None}, {"city": "Bremen"})


def test_rows_that_are_made_and_deleted_are_kept_whole(inside: Firm) -> None:
    contact, letter = make.contact(inside.ana), create_list(actor=inside.ada, name="Letter")
    [place] = put_on_lists(record=contact, lists=[letter], actor=inside.ana)
    off, there_and_back = uuid7(), uuid7()
    with keeping(off):
        take_off_lists(record=contact, lists=[letter], actor=inside.ana)
    [entry] = changes_of(off)
    assert (entry.pk, entry.created, entry.deleted, entry.after) == (place.pk, False, True, {})
    assert entry.before["mailing_list_id"] == str(letter.pk)
    with keeping(there_and_back):
        [again] = put_on_lists(record=contact, lists=[letter], actor=inside.ana)
        MailingListMember.objects.filter(pk=again.pk).delete()
    assert changes_of(there_and_back) == []


def test_an_act_within_another_keeps_its_own_and_a_part_its_part(inside: Firm) -> None:
    account = make.account(inside.ana, name="Kestrel")
    outer, inner = uuid7(), uuid7()
    with keeping(outer):
        with keeping(inner):
            rename(account, "Heron")
        with keeping(outer, account.pk):
            rename(account, "Egret")
        rename(account, "Osprey")
    assert kept(inner)[account.pk].after == {"name": "Heron"}
    rows = Change.objects.filter(act=outer).order_by("after__name")
    assert [(one.part, one.before["name"], one.after["name"]) for one in rows] == [  # type: ignore[index]
        (account.pk, "Heron", "Egret"), (outer, "Egret", "Osprey"),
    ]  # fmt: skip


def test_what_is_rolled_back_is_not_kept_and_the_act_goes_on(inside: Firm) -> None:
    account, act, lost = make.account(inside.ana, name="Kestrel"), uuid7(), uuid7()
    with keeping(act):
        with pytest.raises(ValueError, match="enough"), transaction.atomic(), keeping(lost):
            rename(account, "Heron")
            raise ValueError("enough")
        rename(account, "Egret")
    assert changes_of(lost) == []
    assert kept(act)[account.pk].after == {"name": "Egret"}
    rename(account, "Osprey")
    assert kept(act)[account.pk].after == {"name": "Egret"}


def test_inserts_that_are_kept_back_are_kept_as_they_will_be(inside: Firm) -> None:
    act = uuid7()
    with collect_inserts():
        insert(Account(name="Before", owner=inside.ana, type=make.account(inside.ana).type))
        with keeping(act):
            made = Account(name="Heron", owner=inside.ana, type=make.account(inside.ana).type)
            insert(made)
    entry = kept(act)[made.pk]
    assert entry.created and entry.after["name"] == "Heron"
    assert Account.objects.get(pk=made.pk).created_at.isoformat() == entry.after["created_at"]


def test_a_conversion_takes_few_statements(inside: Firm) -> None:
    lead = worked_lead(inside)
    with CaptureQueriesContext(connection) as captured:
        convert_lead(lead_id=lead.pk, actor=inside.ana, plan=all_new(inside))
    statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(statements) <= 38, "\n".join(statements)


def test_what_was_done_too_long_ago_is_forgotten_and_said_to_be(inside: Firm) -> None:
    lead = worked_lead(inside)
    old = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))
    young = convert_lead(lead_id=make.lead(inside.ana).pk, actor=inside.ana, plan=ConversionPlan(contact=new()))
    milliseconds = int((timezone.now() - timedelta(days=31)).timestamp() * 1000)
    long_ago = UUID(int=milliseconds << 80 | old.pk.int & (1 << 80) - 1)
    Change.objects.filter(act=old.pk).update(act=long_ago)
    assert forget_changes(1) == 1, "the rest another time"
    assert Change.objects.filter(act=long_ago).exists()
    assert (is_kept(long_ago), changes_of(long_ago)) == (False, []), "what is half forgotten is not taken back by half"
    assert forget_changes(1000) > 0
    assert (is_kept(long_ago), is_kept(young.pk), blockers(young)) == (False, True, [])
    [blocker] = blockers(old)
    assert blocker.sentence.endswith("before its conversion was not kept."), "it was converted just now"
    old.converted_at -= timedelta(days=31)
    [blocker] = blockers(old)
    assert "more than 30 days ago" in blocker.sentence
    assert blocker.url == make_url(lead)
    with pytest.raises(BlockedError):
        undo_conversion(conversion=old, actor=inside.ana)


def make_url(lead: Any) -> str:
    from crm import catalogue

    return catalogue.url(lead)
