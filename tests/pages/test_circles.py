"""Accounts below accounts and contacts who report to contacts never make a circle; one of before can be mended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Event as ThreadEvent
from typing import Any

import pytest
from django.db import connections

from crm import catalogue
from crm.imports.models import RefusedRow
from crm.tenants.context import tenant_context
from tests import make
from tests.imports.steps import bring_in
from tests.people import Firm, client_of
from tests.waiting import somebody_waits

KINDS = {"accounts": ("parent", make.account), "contacts": ("reports_to", make.contact)}
CIRCLE = {"accounts": "cannot stand below itself", "contacts": "reports to this contact, directly or through others"}
both = pytest.mark.parametrize("key", KINDS)


def put(firm: Firm, record: Any, name: str, value: str) -> Any:
    key = record.type_key
    return client_of(firm.ada).post(f"/{firm.tenant.slug}/{key}/{record.pk}/fields/{name}/", {name: value})


def now(firm: Firm, record: Any) -> Any:
    with tenant_context(firm.tenant):
        return type(record).objects.get(pk=record.pk)


@both
def test_two_at_once_make_no_circle(fresh_firm: Firm, key: str) -> None:
    """A was put below B, and B below A: who comes second waits, and is told."""
    firm, (name, make_one) = fresh_firm, KINDS[key]
    with tenant_context(firm.tenant):
        one, other = make_one(firm.ada), make_one(firm.ada)
    is_written, may_end = ThreadEvent(), ThreadEvent()

    def write() -> None:
        try:
            with tenant_context(firm.tenant):
                catalogue.record_type(key).update(one, actor=firm.ada, values={name: other})
                is_written.set()
                assert may_end.wait(20)
        finally:
            connections.close_all()

    def ask() -> Any:
        try:
            return put(firm, other, name, one.name)
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as people:
        first = people.submit(write)
        assert is_written.wait(20)
        second = people.submit(ask)
        while not somebody_waits() and not second.done():
            may_end.wait(0.02)
        assert not second.done(), "it did not wait"
        may_end.set()
        first.result(20)
        answer = second.result(20)
    assert answer.status_code == 422
    assert CIRCLE[key] in str(answer.context["form"].errors)
    assert getattr(now(firm, other), f"{name}_id") is None


@both
def test_a_ring_is_refused_and_one_of_before_keeps_no_other_field_back(firm: Firm, key: str) -> None:
    """Every edit of accounts that stood in a circle was refused, with a word about what was not on the form."""
    name, make_one = KINDS[key]
    with tenant_context(firm.tenant):
        ring = [make_one(firm.ada) for _number in range(3)]
    for low, high in pairwise(ring):
        assert put(firm, low, name, high.name).status_code == 303
    assert put(firm, ring[2], name, ring[0].name).status_code == 422
    assert put(firm, ring[0], name, ring[0].name).status_code == 422
    with tenant_context(firm.tenant):
        type(ring[2]).objects.filter(pk=ring[2].pk).update(**{f"{name}_id": ring[0].pk})
    assert put(firm, ring[0], "description", "Saved").status_code == 303
    assert now(firm, ring[0]).description == "Saved"
    assert put(firm, ring[2], name, "").status_code == 303, "it can be opened again"


@both
def test_an_import_makes_no_circle(firm: Firm, key: str) -> None:
    name, _make = KINDS[key]
    label = str(catalogue.record_type(key).spec(name).label)
    who = {"accounts": "Name", "contacts": "Last name"}[key]
    job = bring_in(firm, key, f"{who},{label}\nAone,Btwo\nBtwo,Aone\n")
    with tenant_context(firm.tenant):
        model = catalogue.record_type(key).model
        links = [one for one in model.objects.values_list(f"{name}_id", flat=True) if one is not None]
        told = str([*RefusedRow.objects.filter(run=job).values_list("reasons", flat=True)])
    assert len(links) == 1
    assert CIRCLE[key] in told
