"""What stands on top of a report: period, owner, team. Read from the address, never failing on what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.tenants.clock import today
from crm.users.access import of_teams, team_of
from crm.users.models import Membership
from crm.users.selectors import members, team_tree_ids, teams
from reports.periods import CUSTOM, LABELS, Period, make_period

ME = "me"
NOBODY = "nobody"
CALENDAR = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2199, 12, 31))]


@dataclass(frozen=True)
class Filters:
    """Which rows a report counts. ``owner`` is a member's id, ``NOBODY`` or None; a team holds those below it."""

    period: Period
    owner: UUID | str | None = None
    team_ids: tuple[UUID, ...] = ()

    def owned(self, rows: QuerySet) -> QuerySet:
        """Return the ``rows`` of the chosen owner and team."""
        if self.owner:
            rows = rows.filter(owner_id=None if self.owner == NOBODY else self.owner)
        if self.team_ids:
            rows = rows.filter(of_teams(self.team_ids))
        return rows

    def owns(self, row: Any) -> bool:
        """Whether ``owned`` lets ``row`` through."""
        if self.owner and row.owner_id != (None if self.owner == NOBODY else self.owner):
            return False
        return not self.team_ids or team_of(row) in self.team_ids


class FilterForm(forms.Form):
    """Period, owner and team of a report; ``filters`` uses what is valid and the report's own period for the rest."""

    period = forms.ChoiceField(label=_("Period"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(self, data: QueryDict, *, periods: tuple[str, ...], default_period: str) -> None:
        super().__init__(data)
        self.default_period = default_period
        for name, label in (("from", _("From")), ("to", _("To"))):  # no identifiers: "from" is a keyword
            widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            self.fields[name] = forms.DateField(
                label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"], validators=CALENDAR
            )
        self.choose("period", [(key, LABELS[key]) for key in periods])
        everybody = sorted(members(active_only=False), key=lambda one: not one.is_active)
        left = _("%(name)s (inactive)")
        people = [(str(one.pk), one.name if one.is_active else left % {"name": one.name}) for one in everybody]
        self.choose("owner", [("", _("Everybody")), (ME, _("Me")), (NOBODY, _("Nobody")), *people])
        self.choose("team", [("", _("All teams")), *((str(team.pk), team.name) for team in teams())])

    def choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and first > last:
            self.add_error("to", _("This day is before the first one."))
        return self.cleaned_data

    @property
    def period_key(self) -> str:
        """The chosen period; two days without a word mean those days."""
        valid = self.values()
        if "period" in self.errors:
            return self.default_period
        if not valid.get("period"):
            return CUSTOM if valid.get("from") or valid.get("to") else self.default_period
        return valid["period"]

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    def filters(self, actor: Membership) -> Filters:
        valid = self.values()
        team = next((team for team in teams() if str(team.pk) == valid.get("team")), None)
        return Filters(
            period=make_period(self.period_key, today(), valid.get("from"), valid.get("to")),
            owner=_owner(valid.get("owner", ""), actor),
            team_ids=tuple(sorted(team_tree_ids(team))) if team else (),
        )


def _owner(word: str, actor: Membership) -> UUID | str | None:
    if word == ME:
        return actor.pk
    return word if word == NOBODY else UUID(word) if word else None
