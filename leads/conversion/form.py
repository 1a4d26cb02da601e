"""The conversion page's form: three columns, and what will happen when it is sent."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from contacts.models import Contact
from crm.fields import kinds
from crm.fields.look.forms import RecordForm
from crm.fields.spec import FieldSpec
from crm.ui.bidi import isolate
from crm.users.models import Membership
from leads.conversion.column import Column
from leads.conversion.convert import GateError, PartError
from leads.conversion.defaults import owner_of_new, plan_for
from leads.conversion.looks import Problem, listed
from leads.conversion.naming import Naming
from leads.conversion.offers import fitting_opportunities, open_with_contact
from leads.conversion.plan import PARTS, ConversionPlan, Way, existing
from leads.conversion.stepping import NextStepOf
from leads.field_map import Unfit, mapped_values, unfit_values
from leads.matching import Candidate, Candidates, Search
from leads.models import Lead
from leads.vetting import GateResult, gate
from opportunities.models import Opportunity

_EXTRA = (
    FieldSpec("role", gettext_lazy("Role in the opportunity"), kinds.ChoiceOf("contact_role")),
    FieldSpec("owner", gettext_lazy("Owner of what is new"), kinds.Person(owns=True)),
)


class ConversionForm:
    """Reads and shows what shall become of ``lead``. ``data`` is the POST; without it the usual plan is shown."""

    def __init__(self, lead: Lead, *, actor: Membership, data: Any = None) -> None:
        self.lead, self.actor, self.data = lead, actor, data
        owner = owner_of_new(lead, actor)
        self.extra = RecordForm(_EXTRA, actor=actor, data=data, initial={"owner": str(owner.pk)})
        self.extra.fields["owner"].keep(str(owner.pk), owner)  # type: ignore[attr-defined]
        self.made = self._made()
        self.drawn_for = self._drawn_for()
        self.columns: dict[str, Column] = {}
        self.naming = Naming(lead, data, self._account_name)
        for key in PARTS:  # in this order: an opportunity is called after the account
            self.columns[key] = Column(self, key)
        self.errors: list[str] = []
        self.unvetted = False

    @cached_property
    def search(self) -> Search:
        return Search(self.actor, [self.lead], to_show=True)

    @cached_property
    def candidates(self) -> Candidates:
        return self.search.candidates(self.lead)

    @cached_property
    def step(self) -> NextStepOf:
        return NextStepOf(self.lead)

    def _account_name(self) -> str:
        """What the chosen account is called; "" = as the lead says, or none is chosen."""
        accounts = self.columns[Account.type_key]
        name = accounts.record.name if accounts.record is not None else ""
        if accounts.way == Way.NEW and "name" in accounts.new.fields:
            name = str(accounts.new["name"].value() or "").strip()
        return "" if name == self.lead.company.strip() else name

    def offered(self, key: str) -> list[Candidate]:
        """What of the record type ``key`` can be linked, as the other columns stand."""
        found = self.candidates.of(key)
        if key != Opportunity.type_key:
            return found
        account, contact = self.columns[Account.type_key].chosen, self.columns[Contact.type_key].chosen
        return fitting_opportunities(found, actor=self.actor, account=account, contact=contact)

    @cached_property
    def gate(self) -> GateResult:
        return gate(self.lead)

    @property
    def despite_gate(self) -> bool:
        """Whether the person ticked that the lead is converted although something is missing."""
        return "despite_gate" in (self.data or {})

    @cached_property
    def plan(self) -> ConversionPlan:
        """What is chosen at first: an open opportunity with the same contact goes before a new one."""
        plan = plan_for(self.lead, self.actor, self.candidates)
        before = open_with_contact(self.candidates.opportunities, plan)
        return replace(plan, opportunity=existing(before.record.pk)) if before else plan

    def _made(self) -> frozenset[str]:
        if self.data is None:
            return self.plan.made
        return frozenset(key for key in PARTS if self.data.get(key, str(Way.NONE)) != Way.NONE)

    def _drawn_for(self) -> frozenset[str]:
        """What the lead was to become when the page was drawn: by that its fields were filled."""
        sent = (self.data or {}).get("drawn_for")
        return self.made if sent is None else frozenset(sent.split()) & frozenset(PARTS)

    @property
    def drawn_for_text(self) -> str:
        return " ".join(sorted(self.drawn_for))

    def mapped(self, key: str) -> dict[str, Any]:
        return mapped_values(self.lead, key, self.made)

    def unfit(self, key: str) -> list[Unfit]:
        return unfit_values(self.lead, key, self.made)

    def is_valid(self) -> bool:
        """Whether what was sent can be planned. What the service then refuses comes back by ``refuse``."""
        forms = [self.extra, *(form for column in self.columns.values() for form in column.forms)]
        return all([form.is_valid() for form in forms]) and not any(one.problems for one in self.columns.values())

    def read(self) -> ConversionPlan:
        """The plan as it was sent; call it after ``is_valid``."""
        parts = {key: column.part() for key, column in self.columns.items()}
        extra = getattr(self.extra, "cleaned_data", {})
        return ConversionPlan(
            account=parts[Account.type_key],
            contact=parts[Contact.type_key],
            opportunity=parts[Opportunity.type_key],
            role=extra.get("role"),
            owner=extra.get("owner"),
        )

    def refuse(self, error: PartError) -> None:
        """Show what the service refused, at its field where it has one."""
        if isinstance(error, GateError):  # the page says what is missing, here it only leads there
            self.unvetted = True
        elif error.part:
            self.columns[error.part].new.add_service_errors(error)
        else:
            self.errors.extend(error.messages)

    @property
    def problems(self) -> list[Problem]:
        """Everything that keeps the form from being done, each with the field it is about."""
        found = [Problem(message) for message in self.errors]
        if self.unvetted:
            found.append(Problem(_("This lead is not vetted yet."), "gate"))
        found += [
            Problem(f"{column.type.label}: {text}", f"convert-{key}")
            for key, column in self.columns.items()
            for text in column.problems
        ]
        for form in (self.extra, *(form for column in self.columns.values() for form in column.forms)):
            if form.is_bound:
                found += [Problem(str(message)) for message in form.non_field_errors()]
                for field in form:
                    found += [Problem(f"{field.label}: {message}", field.id_for_label) for message in field.errors]
        return found

    @property
    def button(self) -> str:
        """What sending the form will do, short enough for its button."""
        existing = [isolate(column.record.name) for column in self.columns.values() if column.record is not None]
        made = [column.type.in_text for column in self.columns.values() if column.way == Way.NEW]
        words = {"linked": listed(existing), "created": listed(made)}
        if existing and made:
            return _("Link %(linked)s, create %(created)s") % words
        if existing:
            return _("Convert and link %(linked)s") % words
        return _("Convert and create %(created)s") % words if made else _("Convert lead")

    @property
    def signature(self) -> str:
        """The ways chosen: sent along, so that nothing happens but what the button said."""
        return " ".join(column.chosen for column in self.columns.values())

    @property
    def says_something_else(self) -> bool:
        """Whether the button that was pressed announced another choice (changed without JavaScript)."""
        announced = (self.data or {}).get("announced")
        return announced is not None and announced != self.signature
