"""Changing what is asked of leads, and what must be met before converting one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm import events
from crm.events.types import EventType
from crm.ground.text import sort_key
from crm.ground.writes import insert_many, service
from crm.tenants.context import current_tenant
from crm.users.models import Membership
from leads.events import CRITERION_CHANGED, CRITERION_CREATED, CRITERION_DELETED, GATE_CHANGED
from leads.vetting.defaults import shipped_criteria
from leads.vetting.fields import keep_asked
from leads.vetting.gating import current_gate
from leads.vetting.models import HEAVIEST, Answer, Criterion, VettingAnswer
from leads.vetting.rule import Gate, Needs, forget_criteria
from leads.vetting.settings import CONVERSION_GATE

FIELDS = frozenset({"label", "question", "weight", "is_active"})


@service
def create_shipped_criteria() -> None:
    """Give the workspace the criteria that all start with, unless it has some. Safe to call again."""
    if not Criterion.objects.exists():
        insert_many(Criterion, [Criterion(**values) for values in shipped_criteria(current_tenant().language)])
    keep_asked()


@service
def create_criterion(*, actor: Membership, values: Mapping[str, Any]) -> Criterion:
    """Add a criterion at the end. ``values``: label, and maybe question, weight."""
    rows = _locked()
    criterion = Criterion(order=max((row.order for row in rows), default=0) + 1)
    _assign(criterion, values, rows)
    criterion.save(force_insert=True)
    _record(CRITERION_CREATED, criterion, actor)
    return criterion


@service
def update_criterion(*, criterion: Criterion, actor: Membership, values: Mapping[str, Any]) -> Criterion:
    """Change some of label, question, weight, is_active; return the fresh criterion.

    Answers stay as they are: they belong to the criterion, whatever it is called and whether or not it is still asked.
    """
    rows = _locked()
    fresh = _same(criterion, rows)
    old = {name: getattr(fresh, name) for name in FIELDS}
    _assign(fresh, values, rows)
    changes = {name: [old[name], getattr(fresh, name)] for name in FIELDS if getattr(fresh, name) != old[name]}
    if changes:
        fresh.save(update_fields=sorted(changes))
        _record(CRITERION_CHANGED, fresh, actor, changes=changes)
    return fresh


@service
def move_criterion(*, criterion: Criterion, position: int, actor: Membership) -> None:
    """Put the criterion at ``position``, counted from 0; one outside means the nearest end."""
    rows = _locked()
    fresh = _same(criterion, rows)
    old = rows.index(fresh)
    rows.insert(max(position, 0), rows.pop(old))
    new = rows.index(fresh)
    if new == old:
        return
    for order, row in enumerate(rows, start=1):
        if row.order != order:
            row.order = order
            row.save(update_fields=["order"])
    _record(CRITERION_CHANGED, fresh, actor, changes={"order": [old + 1, new + 1]})


@service
def delete_criterion(*, criterion: Criterion, actor: Membership) -> None:
    """Delete a criterion that was never answered; one that was can only be deactivated: ``ValidationError``."""
    fresh = _same(criterion, _locked())
    if VettingAnswer.objects.filter(criterion=fresh).exists():
        raise ValidationError(
            _("“%(label)s” has been answered for leads. Deactivate it instead: the answers stay readable."),
            params={"label": fresh.label},
        )
    rule = current_gate()
    if fresh.pk in rule.chosen:
        _save_gate(rule, Gate(rule.needs, rule.chosen - {fresh.pk}, rule.unmet), actor)
    _record(CRITERION_DELETED, fresh, actor)
    fresh.delete()
    keep_asked()


@service
def set_gate(*, actor: Membership, needs: str, criteria: Iterable[Criterion], unmet: str) -> None:
    """Say what must be answered yes before a lead is converted, and what happens when it is not."""
    chosen = frozenset(one.pk for one in criteria) if needs == Needs.SOME else frozenset()
    if needs == Needs.SOME and not chosen:
        raise ValidationError({"criteria": _("Choose at least one criterion, or choose “Nothing”.")})
    _save_gate(current_gate(), Gate(needs, chosen, unmet), actor)


def answer_counts() -> dict[UUID, int]:
    """Return for each criterion how many leads were vetted by it: yes or no, in any round."""
    answered = VettingAnswer.objects.exclude(answer=Answer.UNKNOWN).order_by().values_list("criterion_id")
    return dict(answered.annotate(leads=models.Count("round__lead_id", distinct=True)))


def _save_gate(old: Gate, new: Gate, actor: Membership) -> None:
    if new == old:
        return
    CONVERSION_GATE.require(actor)
    CONVERSION_GATE.keep(new)
    forget_criteria()
    changes: dict[str, list[Any]] = {
        "needs": [str(Needs(old.needs).label), str(Needs(new.needs).label)],
        "criteria": [_names(old), _names(new)],
        "unmet": [old.unmet, new.unmet],
    }
    changes = {name: values for name, values in changes.items() if values[0] != values[1]}
    events.record(GATE_CHANGED, record=None, actor=actor, changes=changes)


def _names(rule: Gate) -> list[str]:
    return [one.label for one in rule.required]


def _locked() -> list[Criterion]:
    """All criteria, locked: two admins cannot give two of them one name."""
    forget_criteria()
    return list(Criterion.objects.select_for_update().order_by("order", "id"))


def _same(criterion: Criterion, rows: Iterable[Criterion]) -> Criterion:
    for row in rows:
        if row.pk == criterion.pk:
            return row
    raise ValidationError(_("“%(label)s” is no longer there."), params={"label": criterion.label})


def _assign(criterion: Criterion, values: Mapping[str, Any], rows: Iterable[Criterion]) -> None:
    if unknown := set(values) - FIELDS:
        raise TypeError(f"A criterion has no {', '.join(sorted(unknown))} to set.")
    for name, value in values.items():
        setattr(criterion, name, value.strip() if isinstance(value, str) else value)
    criterion.clean_fields(exclude={"tenant"})
    if not 1 <= criterion.weight <= HEAVIEST:
        raise ValidationError({"weight": _("Give a weight from 1 to 100.")})
    key = sort_key(criterion.label)
    if any(row.pk != criterion.pk and sort_key(row.label) == key for row in rows):
        message = _("“%(label)s” is among the criteria already. Choose another name.")
        raise ValidationError({"label": ValidationError(message, params={"label": criterion.label})})


def _record(
    event_type: EventType, criterion: Criterion, actor: Membership, *, changes: dict[str, Any] | None = None
) -> None:
    keep_asked()
    data = {"id": str(criterion.pk), "label": criterion.label}
    events.record(event_type, record=None, actor=actor, changes=changes or {}, data=data)
