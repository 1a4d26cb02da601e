"""What a workspace's setup says is remembered from request to request, and never after it has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.mailing_lists.models import MailingList
from crm.picklists.models import Choice
from crm.picklists.selectors import choices
from crm.picklists.services import update_choice
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget, keep_setup
from crm.tenants.models import SetupVersion, TenantModel
from crm.tenants.wall import tenant_models
from crm.users.models import Membership
from tests import make
from tests.people import Firm, client_of

# Of tables with columns that are no setup, only another value is a change
OTHER_VALUES = {
    Membership: {
        "user": "NULL",
        "name": "name || '.'",
        "email": "email || '.'",
        "name_key": "name_key || '.'",
        "role": "(SELECT id FROM users_role WHERE tenant_id = users_membership.tenant_id AND id <> role_id LIMIT 1)",
        "team": "NULL",
        "is_active": "NOT is_active",
    }
}
SETUP = [model for model in tenant_models() if model.is_setup]


def number(firm: Firm) -> int | None:
    return SetupVersion.objects.filter(pk=firm.tenant.pk).values_list("number", flat=True).first()


def by_hand(statement: str) -> None:
    """As an owner of the database may: nothing of ours notices."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def asked(captured: Any, table: str) -> list[str]:
    return [one["sql"] for one in captured if f'FROM "{table}"' in str(one["sql"])]


@pytest.mark.parametrize("model", SETUP, ids=lambda model: model._meta.label_lower)
def test_each_change_of_a_row_gives_a_new_number(model: type[TenantModel], inside: Firm, other_firm: Firm) -> None:
    MailingList.objects.create(name="News")
    seen = {number(inside)}
    theirs = number(other_firm)
    for field in model._meta.local_fields:
        if field.name not in {"id", "tenant", *model.is_no_setup}:
            changed = OTHER_VALUES.get(model, {}).get(field.name, f'"{field.column}"')
            by_hand(f'UPDATE "{model._meta.db_table}" SET "{field.column}" = {changed}')
            assert number(inside) not in seen, field.name
            seen.add(number(inside))
    assert number(other_firm) == theirs


def test_columns_may_change_their_type_and_new_ones_are_watched(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgattr::text FROM pg_trigger WHERE tgname = 'setup_changed'")
        watched = dict(cursor.fetchall())
    assert watched == dict.fromkeys((model._meta.db_table for model in SETUP), ""), "no columns are named"


def test_rows_that_come_and_go_give_new_numbers(inside: Firm) -> None:
    before = number(inside)
    choice = Choice.objects.create(picklist="lead_source", label="Fair", order=99)
    between = number(inside)
    Choice.objects.filter(pk=choice.pk).delete()
    assert len({before, between, number(inside)}) == 3


def test_what_is_no_setup_of_a_person_changes_nothing(inside: Firm) -> None:
    before = number(inside)
    Membership.objects.filter(pk=inside.ana.pk).update(unread=7)
    assert number(inside) == before


def test_a_number_never_comes_twice(inside: Firm) -> None:
    """A rollback gives the old state its old number; what is written after it is another one."""
    numbers = []
    for tone in ("info", "danger"):
        with transaction.atomic():
            Choice.objects.filter(picklist="lead_source").update(tone=tone)
            numbers.append(number(inside))
            transaction.set_rollback(True)
    assert len({number(inside), *numbers}) == 3


def test_nobody_else_writes_the_numbers(inside: Firm) -> None:
    make.lead(inside.ana)
    with pytest.raises(DatabaseError), transaction.atomic():
        SetupVersion.objects.update_or_create(pk=inside.tenant.pk, defaults={"number": 1})


def test_a_page_asks_for_the_setup_once_and_again_when_it_has_changed(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(firm.tenant):
        source = make.reason("lead_source", "")
        make.lead(firm.ana, source=source)
    client, theirs = client_of(firm.ana), client_of(other_firm.ana)
    path = "/acme/leads/?filters=none&columns=name&columns=source"
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(path).content.decode()
    assert source.label in page and not asked(captured, "picklists_choice")
    with tenant_context(firm.tenant):
        Choice.objects.filter(pk=source.pk).update(label="Changed elsewhere")
    with CaptureQueriesContext(connection) as captured:
        page = client.get(path).content.decode()
    assert "Changed elsewhere" in page and asked(captured, "picklists_choice")
    assert "Changed elsewhere" not in theirs.get("/globex/leads/new/").content.decode()


def test_who_writes_takes_what_is_known_and_adds_nothing(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, source=make.reason("lead_source", ""))
    client, path = client_of(firm.ana), f"/acme/leads/{lead.pk}/"

    def choices_asked(act: Callable[[], Any]) -> bool:
        with CaptureQueriesContext(connection) as captured:
            act()
        return bool(asked(captured, "picklists_choice"))

    def rename(name: str) -> Callable[[], Any]:
        return lambda: client.post(f"{path}fields/company/", {"company": name})

    client.get(path)
    assert not choices_asked(rename("Known"))
    with tenant_context(firm.tenant):
        Choice.objects.filter(picklist="lead_source").update(tone="info")
    assert choices_asked(rename("Unknown")) and choices_asked(rename("Still unknown"))
    assert choices_asked(lambda: client.get(path))  # what was read to write is not shared
    assert not choices_asked(rename("Known again"))


def test_who_writes_reads_anew_and_is_not_read_by_others(firm: Firm) -> None:
    """What is not committed yet is in no memory but the writer's own."""
    with tenant_context(firm.tenant) as tenant:
        keep_setup(tenant, number(firm))
        [source, *_rest] = choices("lead_source")
        with transaction.atomic():
            update_choice(choice=source, actor=firm.ada, values={"label": "Not yet"})
            assert choices("lead_source")[0].label == "Not yet"
            transaction.set_rollback(True)
        forget()
        keep_setup(tenant, number(firm))
        assert choices("lead_source")[0].label == source.label != "Not yet"
