"""Whatever a lead is and whatever is chosen for it: converting and undoing it leaves the workspace as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.records.models import RecordModel
from crm.tenants.wall import tenant_models
from crm.undo.changes import changes_of
from leads.conversion import blockers, convert_lead, undo_conversion
from leads.models import Conversion, Lead
from tests.leads.dump import living_rows
from tests.leads.world import (
    ACCOUNTS,
    BY_LINKING,
    BY_THE_CONTACT,
    CHOICES,
    CONTACTS,
    DEALS,
    LEADS,
    PLAIN,
    Choices,
    World,
    prepare,
)
from tests.people import Firm

VALUES = st.fixed_dictionaries({"leads": LEADS, "accounts": ACCOUNTS, "contacts": CONTACTS, "opportunities": DEALS})
usual = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
many = settings(usual, max_examples=200, derandomize=False)


@pytest.fixture
def workspace(inside: Firm) -> Firm:
    prepare(inside)
    return inside


@contextmanager
def taken_back() -> Iterator[None]:
    """Each example has the database to itself."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def log() -> dict[Any, Any]:
    return {row["id"]: row for row in Event.objects.values()}


def binned() -> set[Any]:
    models = [model for model in tenant_models() if issubclass(model, RecordModel)]
    return {row.pk for model in models for row in model.all_objects.exclude(deleted_at=None)}


def convert_and_undo(firm: Firm, values: dict[str, Any], choices: Choices, delivers: bool) -> None:
    with taken_back():
        world = World(firm, choices, values)
        plan, before, events, bin_before = world.plan(), living_rows(), log(), binned()
        try:
            done = convert_lead(lead_id=world.lead.pk, actor=firm.ana, plan=plan)
        except (ValidationError, Http404) as refused:
            event(f"refused: {type(refused).__name__}")
            assert living_rows() == before and log() == events
            return
        event("converted")
        made = {entry.pk for entry in changes_of(done.pk) if entry.created}
        for _time in range(2):  # what was undone can be done again, and undone again
            if delivers:
                deliver_all()
            assert living_rows() != before
            assert blockers(done) == []
            undo_conversion(conversion=done, actor=world.undoer)
            if delivers:
                deliver_all()
            assert living_rows() == before
            assert binned() - bin_before <= made
            assert {pk: row for pk, row in log().items() if pk in events} == events
            assert Lead.objects.get(pk=world.lead.pk).converted_at is None
            done = convert_lead(lead_id=world.lead.pk, actor=firm.ana, plan=plan)
            made |= {entry.pk for entry in changes_of(done.pk) if entry.created}
        assert Conversion.objects.filter(lead=world.lead, undone_at=None).count() == 1


@usual
@example(values=PLAIN, choices=BY_LINKING, delivers=True)
@example(values=PLAIN, choices=BY_THE_CONTACT, delivers=False)
@given(values=VALUES, choices=CHOICES, delivers=st.booleans())
def test_convert_and_undo(workspace: Firm, values: dict[str, Any], choices: Choices, delivers: bool) -> None:
    convert_and_undo(workspace, values, choices, delivers)


@pytest.mark.slow
@many
@given(values=VALUES, choices=CHOICES, delivers=st.booleans())
def test_convert_and_undo_many(workspace: Firm, values: dict[str, Any], choices: Choices, delivers: bool) -> None:
    convert_and_undo(workspace, values, choices, delivers)
