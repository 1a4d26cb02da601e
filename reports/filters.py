"""What stands on top of a report. Read from the address, never failing on what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.catalogue import record_type as catalogue_type
from crm.catalogue import seen_type
from crm.catalogue.types import RecordType
from crm.fields.look.inputs import DayField
from crm.ground.text import sort_key
from crm.picklists.selectors import pipelines
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.tenants.clock import today
from crm.ui import format as formats
from crm.users.models import Membership
from crm.users.selectors import members, shown_name, teams
from opportunities.models import Opportunity
from reports.periods import CUSTOM, LABELS, PAST, Period, make_period
from reports.products import LONGEST, MOST_OFFERED, chosen_products, products_offered

ME = "me"
NOBODY = "nobody"
LONGEST_SHOWN = 100  # characters of a product that there is not
MOST_NAMED = 2  # products on their button
CALENDAR = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2199, 12, 31))]


@dataclass(frozen=True)
class Filters:
    """Which rows a report counts. ``owner`` is a member's id, ``NOBODY`` or None; a team holds those below it.

    ``pipeline`` and ``products`` are about opportunities only.
    """

    period: Period
    owner: UUID | str | None = None
    team: UUID | None = None
    pipeline: UUID | None = None
    products: tuple[str, ...] = ()

    def query(self, record_type: RecordType) -> Query:
        """What is counted of the type, but for the period."""
        found = [Condition("team", "within", (str(self.team),))] if self.team else []
        if record_type.key == Opportunity.type_key:
            found += [Condition("pipeline", "is", (str(self.pipeline),))] if self.pipeline else []
            found += [Condition("product", "is", self.products)] if self.products else []
        if self.owner:
            is_owner = Condition("owner", "is", (str(self.owner),))
            found.append(Condition("owner", "empty") if self.owner == NOBODY else is_owner)
        return Query(record_type, tuple(found))


class FilterForm(forms.Form):
    """The filters of a report; ``filters`` uses what is valid and the report's own period for the rest."""

    period = forms.ChoiceField(label=_("Period"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(
        self,
        data: QueryDict,
        *,
        actor: Membership,
        periods: tuple[str, ...],
        default_period: str,
        narrows_by: tuple[str, ...] = (),
    ) -> None:
        super().__init__(data)
        self.actor = actor
        self.default_period = default_period
        self.is_past = periods == PAST
        self.no_products: list[str] = []  # those of the address that there are not (any longer)
        self.more_products = 0  # those that it names beyond what a report takes
        for name, label in (("from", _("From")), ("to", _("To"))):  # no identifiers: "from" is a keyword
            self.fields[name] = DayField(label=label, required=False, validators=CALENDAR)
        self.choose("period", [(key, LABELS[key]) for key in periods])
        everybody = sorted(members(active_only=False), key=lambda one: not one.is_active)
        left = _("%(name)s (inactive)")
        called = {one: shown_name(one) for one in everybody}
        people = [(str(one.pk), name if one.is_active else left % {"name": name}) for one, name in called.items()]
        self.choose("owner", [("", _("Everybody")), (ME, _("Me")), (NOBODY, _("Nobody")), *people])
        self.choose("team", [("", _("All teams")), *((str(team.pk), team.name) for team in teams())])
        if "pipeline" in narrows_by and len(pipelines(active_only=False)) > 1:
            self.fields["pipeline"] = forms.ChoiceField(label=_("Pipeline"), required=False)
            offered = [(str(one.pk), one.name) for one in pipelines(active_only=False)]
            self.choose("pipeline", [("", _("All pipelines")), *offered])
        self.left_out: list[str] = []  # fields that the actor's role hides
        if "product" in narrows_by and seen_type(Opportunity.type_key, actor).has("product"):
            self._offer_products(data, actor)
        elif "product" in narrows_by:
            self.left_out.append(str(catalogue_type(Opportunity.type_key).spec("product").label))

    def _offer_products(self, data: QueryDict, actor: Membership) -> None:
        asked = data.getlist("product")
        chosen, self.more_products = chosen_products(asked)
        offered = products_offered(actor, chosen)
        if not offered and not any(asked):
            return
        self.fields["product"] = forms.MultipleChoiceField(label=_("Product"), required=False)
        self.choose("product", [(text, text) for text in offered])
        there = set(offered)
        of_no_product = [text for text in asked if text.strip() and (len(text) > LONGEST or not sort_key(text))]
        self.no_products = [*(text for text in chosen if text not in there), *dict.fromkeys(of_no_product)]
        data = data.copy()
        data.setlist("product", [text for text in chosen if text in there])
        self.data = data

    def choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and first > last:
            self.add_error("to", _("This day is before the first one."))
        products = self.cleaned_data.get("product", [])
        for text in self.no_products:
            words = {"product": text[:LONGEST_SHOWN]}
            self.add_error("product", gettext("No opportunity has the product “%(product)s”: it was left out.") % words)
        if self.more_products:
            words = {"count": formats.number(self.more_products), "most": formats.number(MOST_OFFERED)}
            text = ngettext(
                "A report takes %(most)s products at most, fewer with long names: %(count)s more was left out.",
                "A report takes %(most)s products at most, fewer with long names: %(count)s more were left out.",
                self.more_products,
            )
            self.add_error("product", text % words)
        if "product" in self.fields:
            self.cleaned_data["product"] = products  # the others narrow the report
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

    @property
    def shown_from(self) -> str:
        return self._shown("from")

    @property
    def shown_to(self) -> str:
        return self._shown("to")

    def _shown(self, name: str) -> str:
        """The day as an input of days takes it, however it was written."""
        day = self.values().get(name)
        return day.isoformat() if day else self.data.get(name, "")

    @property
    def product_words(self) -> str:
        chosen = self.values().get("product", [])
        if len(chosen) > MOST_NAMED:
            return gettext("%(count)s chosen") % {"count": len(chosen)}
        return gettext(" or ").join(chosen) or gettext("All")

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    def filters(self) -> Filters:
        valid = self.values()
        return Filters(
            period=make_period(self.period_key, today(), valid.get("from"), valid.get("to"), is_past=self.is_past),
            owner=_owner(valid.get("owner", ""), self.actor),
            team=UUID(valid["team"]) if valid.get("team") else None,
            pipeline=UUID(valid["pipeline"]) if valid.get("pipeline") else None,
            products=tuple(valid.get("product", ())),
        )


def _owner(word: str, actor: Membership) -> UUID | str | None:
    if word == ME:
        return actor.pk
    return word if word == NOBODY else UUID(word) if word else None
