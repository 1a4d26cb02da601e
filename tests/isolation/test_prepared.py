"""Statements whose text is made once ask for just what their querysets ask, in every workspace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Length
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.catalogue import record_type
from crm.picklists.models import Choice
from crm.records.access import visible_records
from crm.tenants.context import NoTenantError, tenant_context
from crm.tenants.models import Tenant
from crm.tenants.prepared import Prepared, prepared
from crm.users.models import Membership, Role
from leads.models import Lead
from tests import make
from tests.people import Firm


@pytest.fixture
def texts() -> Iterator[mock.Mock]:
    """Counts the texts that are made."""
    with mock.patch.object(Prepared, "_prepare", autospec=True, side_effect=Prepared._prepare) as counted:
        yield counted


def test_rows_come_as_the_queryset_brings_them(inside: Firm) -> None:
    @prepared
    def called(*, name: str) -> QuerySet[Membership]:
        people = Membership.objects.filter(name=name).select_related("role", "team__parent")
        return people.annotate(also=F("email"), letters=Length("name"))

    make.lead(inside.ana)
    for person in (inside.ana, inside.ada, inside.ana):
        [found] = called(name=person.name)
        with CaptureQueriesContext(connection) as asked:
            assert (found, found.role, found.team) == (person, person.role, person.team)
            assert (found.also, found.letters) == (person.email, len(person.name))  # type: ignore[attr-defined]
        assert not asked.captured_queries
    assert called(name="Nobody") == []


def test_values_come_as_the_queryset_brings_them(inside: Firm) -> None:
    @prepared
    def roles_of(*, people: tuple[UUID, ...]) -> QuerySet[Membership, tuple[UUID, bool]]:
        found = Membership.objects.filter(pk__in=people).order_by("name")
        return found.values_list("pk", "role__can_set_up")

    assert roles_of(people=(inside.ana.pk, inside.ada.pk)) == [(inside.ada.pk, True), (inside.ana.pk, False)]


def test_one_text_serves_all_workspaces(firm: Firm, other_firm: Firm, texts: mock.Mock) -> None:
    @prepared
    def everybody() -> QuerySet[Membership]:
        return Membership.objects.order_by("id")

    for one in (firm, other_firm, firm):
        with tenant_context(one.tenant):
            assert {person.tenant_id for person in everybody()} == {one.tenant.pk}
    assert texts.call_count == 1
    with pytest.raises(NoTenantError):
        everybody()


def test_what_changes_the_text_is_noticed(inside: Firm, texts: mock.Mock) -> None:
    @prepared
    def people(
        order: str, /, *, team: UUID | None, active: bool, roles: tuple[UUID, ...], since: datetime
    ) -> QuerySet[Membership]:
        found = Membership.objects.filter(team_id=team, is_active=active, role_id__in=roles, created_at__gte=since)
        return found.order_by(order)

    east, rep, manager = inside.east.pk, inside.ana.role_id, inside.max.role_id
    earlier = timezone.now() - timedelta(days=1)
    for _again in range(2):
        assert people("name", team=east, active=True, roles=(rep,), since=earlier) == [inside.ana]
        assert people("name", team=None, active=True, roles=(rep,), since=earlier) == []
        assert people("name", team=east, active=False, roles=(rep,), since=earlier) == []
        assert people("name", team=east, active=True, roles=(rep, manager), since=earlier) == [inside.ana, inside.max]
        assert people("-name", team=east, active=True, roles=(manager, rep), since=earlier) == [inside.max, inside.ana]
        assert people("name", team=east, active=True, roles=(), since=earlier) == []
        assert people("name", team=east, active=True, roles=(rep,), since=timezone.now()) == []
    assert texts.call_count == 6


def test_a_list_is_one_parameter_however_long_it_is(inside: Firm, texts: mock.Mock) -> None:
    @prepared
    def leads_at(*, mails: list[str], number: int) -> QuerySet[Lead]:
        return Lead.objects.filter(email_key__any_of=mails).exclude(employees=number)

    first, second = (make.lead(inside.ana, email=f"{name}@kestrel.example") for name in "ab")
    for mails, found in ((["a"], {first}), ([], set()), (["a", "b"], {first, second}), (["b", "c"], {second})):
        assert {*leads_at(mails=[f"{name}@kestrel.example" for name in mails], number=77)} == found
    assert [call.args[0] for call in texts.call_args_list].count(leads_at) == 1


def kept_plans() -> list[str]:
    """The texts of the statements whose plans this connection's process of the database keeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [text for (text,) in cursor.fetchall()]


@pytest.mark.parametrize("threshold", [5, None], ids=["straight", "pool"])
def test_the_database_keeps_the_plan_of_what_is_asked_often(inside: Firm, threshold: int | None) -> None:
    """What is the same each time stands in the text: by it a plan can tell which index holds all that is asked."""

    @prepared
    def likewise(*, name: str) -> QuerySet[Membership]:
        wanted = Membership.objects.exclude(name_key="").exclude(name_key__contains="100%s")
        return wanted.filter(name=name)

    with mock.patch.object(connection.connection._prepared, "prepare_threshold", threshold):
        for person in (inside.ana, inside.ada) * 5:
            assert likewise(name=person.name) == [person]
    kept = [text for text in kept_plans() if "100" in text]
    assert len(kept) == (threshold is not None)
    for text in kept:
        assert "= '')" in text and "E'%100\\\\%s%'" in text
        assert inside.ana.name not in text and str(inside.tenant.pk) not in text


def test_the_log_of_statements_has_the_text_of_each(inside: Firm) -> None:
    """What is sent by the name of its plan alone had none, so that statements could not be counted."""
    make.lead(inside.ana, last_name="Ash")
    with CaptureQueriesContext(connection) as asked:
        for _time in range(12):
            assert [lead.last_name for lead in _named(name="Ash")] == ["Ash"]
    assert [bool(one["sql"]) and "last_name" in one["sql"] for one in asked] == [True] * 12


@prepared
def _named(*, name: str) -> QuerySet[Lead]:
    return Lead.objects.filter(last_name=name)


def test_lists_may_all_be_empty(inside: Firm) -> None:
    @prepared
    def leads_of(*, mails: list[str], people: list[UUID]) -> QuerySet[Lead]:
        return Lead.objects.filter(Q(email_key__any_of=mails) | Q(owner_id__any_of=people))

    lead = make.lead(inside.ana, email="a@kestrel.example")
    assert leads_of(mails=[], people=[]) == []
    assert leads_of(mails=[], people=[inside.ana.pk]) == leads_of(mails=["a@kestrel.example"], people=[]) == [lead]


def refused(make: Any, *shape: Any, **arguments: Any) -> str:
    with pytest.raises(TypeError) as error:
        prepared(make)(*shape, **arguments)
    return str(error.value)


def test_what_cannot_be_kept_is_refused(inside: Firm) -> None:
    def of_all_workspaces() -> QuerySet[Role]:
        return QuerySet(Role)

    def seen_by(person: Membership, /) -> QuerySet[Lead]:
        return visible_records(person, record_type("leads"))

    def some(*, most: int) -> QuerySet[Choice]:
        return Choice.objects.all()[:most]

    def at(*, zone: Any) -> QuerySet[Tenant]:
        return Tenant.objects.filter(time_zone=zone)

    assert "asks past the wall" in refused(of_all_workspaces)
    assert "_shown_to" in refused(seen_by, inside.ana)  # the next one would be shown what is hidden from this one
    assert "most is no parameter" in refused(some, most=3)
    assert "no value" in refused(at, zone=timedelta(1))
