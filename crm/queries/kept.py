"""Counts and sums out of those that the database keeps added up (``RecordType.kept_sums``), where these say all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models import Sum as SumOf
from django.db.models.lookups import GreaterThan

from crm.catalogue.kept_sums import KeptSums
from crm.queries.condition import Condition
from crm.queries.measures import Measure
from crm.queries.query import Query
from crm.users.access import NOTHING, reach
from crm.users.models import Membership


def kept_sums(query: Query, leaves: Iterable[Condition]) -> KeptSums | None:
    """What is kept for the type, if ``query`` with its cases, which have these ``leaves``, asks for nothing else."""
    kept = query.type.kept_sums
    if kept is None or not kept.groups.issuperset(query.groups):
        return None
    if not (kept.fields | kept.told_by_them).issuperset(leaf.field for leaf in leaves):
        return None
    return kept if all(measure.name in kept.measures for measure in query.measures) else None


def kept_rows(kept: KeptSums, query: Query, actor: Membership) -> QuerySet:
    """The rows that add up to what ``actor`` sees of ``query``: owner and team stand in each."""
    # Conditions name a link, or the column of its id.
    rows = kept.model.objects.alias(**{name: F(f"{name}_id") for name in kept.fields})
    within = reach(actor, query.type.key)
    if within is not None:
        rows = rows.none() if within == NOTHING else rows.filter(within)
    return query.among(rows, actor)


def count_of(kept: KeptSums | None, only: Q) -> Any:
    return SumOf("number", filter=only or None) if kept else Count(Value(1), filter=only or None)


def measure_of(kept: KeptSums | None, query: Query, measure: Measure, only: Q) -> Any:
    """None where no record has an amount, as of the records themselves."""
    if kept is None:
        return measure.aggregate(query.type, only)
    found = SumOf(kept.measures[measure.name], filter=only or None)
    return Case(When(GreaterThan(SumOf("valued", filter=only or None), 0), then=found))
