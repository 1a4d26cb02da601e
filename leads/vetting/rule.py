"""What leads are vetted by, and the rule of what has to be known of one before it may be converted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy

from crm.tenants.memo import forget, memo
from crm.tenants.prepared import prepared
from crm.tenants.stored import Kind
from leads.vetting.models import Criterion


class Needs(models.TextChoices):
    NONE = "none", gettext_lazy("Nothing")
    SOME = "some", gettext_lazy("These criteria")
    ALL = "all", gettext_lazy("All criteria")


class Unmet(models.TextChoices):
    WARN = "warn", gettext_lazy("Warn, and ask for a tick")
    BLOCK = "block", gettext_lazy("Do not convert")


@dataclass(frozen=True)
class Gate:
    """The workspace's rule."""

    needs: str = Needs.NONE
    chosen: frozenset[UUID] = frozenset()
    unmet: str = Unmet.WARN

    @property
    def required(self) -> list[Criterion]:
        """The criteria that must be answered yes."""
        if self.needs == Needs.NONE:
            return []
        return [one for one in criteria() if self.needs == Needs.ALL or one.pk in self.chosen]

    @property
    def warns(self) -> bool:
        """Whether somebody may have to say that leads are converted although something is missing."""
        return bool(self.required) and self.unmet == Unmet.WARN


class GateKind(Kind[Gate]):
    def load(self, kept: Any) -> Gate:
        chosen = frozenset(UUID(one) for one in kept.get("criteria", ()))
        return Gate(Needs(kept.get("needs", Needs.NONE)), chosen, Unmet(kept.get("unmet", Unmet.WARN)))

    def dump(self, value: Gate) -> dict[str, Any]:
        chosen = sorted(str(one) for one in value.chosen)
        return {"needs": str(value.needs), "criteria": chosen, "unmet": str(value.unmet)}

    def __str__(self) -> str:
        return "criteria, and what follows where one is not met"


def criteria(*, active_only: bool = True) -> list[Criterion]:
    """Return the workspace's criteria in their order."""
    return [row for row in _all_criteria() if row.is_active or not active_only]


@memo("vetting.criteria", of_setup=True)
def _all_criteria() -> list[Criterion]:
    return _criterion_rows()


@prepared
def _criterion_rows() -> models.QuerySet[Criterion]:
    return Criterion.objects.order_by("order", "id")


def forget_criteria() -> None:
    forget("vetting.")
