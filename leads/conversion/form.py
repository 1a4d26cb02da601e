"""The conversion page's form: three columns, and what will happen when it is sent."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.fields import kinds
from crm.fields.look.forms import RecordForm
from crm.fields.spec import FieldSpec
from crm.records.access import visible_records
from crm.tenants.ids import uuid_of
from crm.tenants.names import join_name
from crm.ui.bidi import isolate
from crm.ui.dialect import in_text
from crm.users.access import can, may
from crm.users.models import Membership
from leads.conversion.another import ANOTHER, AnotherForm
from leads.conversion.convert import GateError, PartError
from leads.conversion.defaults import opportunity_values, owner_of_new, plan_for
from leads.conversion.looks import Carried, Choosable, Problem, Rivals, carried_into, initial_of, listed, shown
from leads.conversion.meanwhile import changed_since, prints_of, who_changed, why_gone
from leads.conversion.naming import Naming
from leads.conversion.new_form import NewForm, open_stage_field
from leads.conversion.offers import fitting_opportunities, open_with_contact
from leads.conversion.plan import NOTHING, PARTS, ConversionPlan, Part, Way, existing
from leads.conversion.remarks import remarks_on
from leads.conversion.stepping import NextStepOf
from leads.conversion.winning import winning_values
from leads.field_map import Unfit, joined, mapped_values, unfit_values
from leads.matching import Candidate, Candidates, find_candidates
from leads.models import Lead
from leads.vetting import GateResult, gate
from opportunities.models import Opportunity

# What can be typed for a new record; the rest comes over as it is.
NEW_FIELDS = {
    Account.type_key: ("name", "website", "phone"),
    Contact.type_key: ("first_name", "last_name", "job_title", "email", "phone"),
    Opportunity.type_key: ("name", "stage", "amount", "expected_close_on"),
}
# What tells candidates apart.
_ABOUT = {
    Account.type_key: ("type", "city", "owner"),
    Contact.type_key: ("job_title", "account", "email"),
    Opportunity.type_key: ("stage", "amount", "account"),
}
_EXTRA = (
    FieldSpec("role", gettext_lazy("Role in the opportunity"), kinds.ChoiceOf("contact_role")),
    FieldSpec("owner", gettext_lazy("Owner of what is new"), kinds.Person(owns=True)),
)


class Column:
    """One of the three records: the ways that are open, the one that is chosen, and what it asks for."""

    def __init__(self, form: ConversionForm, key: str) -> None:
        self.form = form
        self.key = key
        self.type = catalogue.record_type(key)
        self.may_create = may(form.actor, "create", key)
        self.another = AnotherForm(self.type, actor=form.actor, data=form.data)
        self.chosen = self._chosen()
        self.new = self._new_form()

    def _chosen(self) -> str:
        """ "new", "none", the id of an existing record, or ``ANOTHER`` while it is not said which."""
        if self.form.data is None:
            part = self.form.plan.of(self.key)
            return str(part.record_id) if part.way == Way.EXISTING else str(part.way)
        sent = self.form.data.get(self.key, str(Way.NONE))
        return str(self.another.record_id or ANOTHER) if sent == ANOTHER else sent

    @property
    def forms(self) -> list[Any]:
        """The forms that have to be right for what is chosen."""
        return [self.new, self.another] if self.chosen == ANOTHER else [self.new]

    @property
    def record_id(self) -> UUID | None:
        return uuid_of(self.chosen)

    @property
    def record(self) -> Any:
        return next((one.record for one in self.candidates if one.is_chosen), None)

    @property
    def way(self) -> Way:
        if self.record_id:
            return Way.EXISTING
        return Way.NEW if self.chosen == Way.NEW else Way.NONE

    @cached_property
    def candidates(self) -> list[Choosable]:
        """What can be linked; looked up only when the page is shown."""
        found = self.form.offered(self.key)
        ids = {candidate.record.pk for candidate in found}
        if self.record_id and self.record_id not in ids:  # named in the address or by a former form
            others = visible_records(self.form.actor, self.type).filter(pk=self.record_id)
            found = [*found, *(Candidate(record, (), 0, False) for record in others)]
        return [Choosable(one, self._about(one.record), str(one.record.pk) == self.chosen) for one in found]

    @property
    def offered(self) -> str:
        """What can be linked, as the page sends it back."""
        return " ".join(str(one.record.pk) for one in self.candidates)

    @property
    def offer_is_stale(self) -> bool:
        """Whether the page still offers something else: what fits depends on the other columns."""
        return self.offered != (self.form.data or {}).get(f"{self.key}-offered", "")

    @property
    def appeared(self) -> list[str]:
        """What may be the same as a new record, and could not be linked when the page was drawn."""
        sent = (self.form.data or {}).get(f"{self.key}-offered")
        if sent is None or self.way != Way.NEW or self.key == Opportunity.type_key:
            return []  # which opportunities fit hangs on the other columns
        return [one.record.name for one in self.form.offered(self.key) if str(one.record.pk) not in sent.split()]

    def _about(self, record: Any) -> SafeString:
        texts = [shown(spec, record) for spec in self.type.specs(_ABOUT[self.key])]
        return mark_safe(" · ".join(text for text in texts if text))

    def _new_form(self) -> NewForm:
        specs = self.type.specs(NEW_FIELDS[self.key])
        wanted, who = self.way == Way.NEW, partial(who_changed, self.form.lead, self.key)
        initial, data = self._initial(), self.form.data
        form = NewForm(specs, key=self.key, wanted=wanted, who=who, actor=self.form.actor, data=data, initial=initial)
        if "stage" in form.fields:
            form.fields["stage"] = open_stage_field(form.fields["stage"].label)
        if self.key == Opportunity.type_key:
            self.form.naming.settle(form)
        return form

    def _initial(self) -> dict[str, Any]:
        """What the lead brings, as its fields show it."""
        given = mapped_values(self.form.lead, self.key, self.form.drawn_for)
        if self.form.data is None:
            given |= dict(self.form.plan.of(self.key).values)
        if self.key == Opportunity.type_key:
            given = opportunity_values(self.form.lead, self.form.naming.named_for) | given
        return initial_of(self.type, given)

    @property
    def rivals(self) -> list[Rivals]:
        """Where the chosen record and the lead say different things, each with the winner."""
        record = self.record
        if record is None:
            return []
        part = self.part()
        wins = winning_values(self.form.lead, record, part, self.form.made)
        rows = []
        for name, value in mapped_values(self.form.lead, self.key, self.form.made, record).items():
            spec = self.type.spec(name)
            blank = self.type.model()
            spec.kind.assign(spec, blank, joined(spec, record, value))
            theirs, ours = shown(spec, record), shown(spec, blank)
            if theirs != ours:
                rows.append(Rivals(name, spec.label, theirs, ours, name in wins))
        return rows

    @property
    def rival_prints(self) -> str:
        return prints_of(self.rivals)

    @cached_property
    def problems(self) -> list[str]:
        """What has happened meanwhile to the record that is to be linked, or beside a new one: to be looked at."""
        if names := self.appeared:
            text = _(
                "Added since you opened this page, perhaps the same: %(names)s. Choose it, or press “Convert” again."
            )
            return [text % {"names": listed([f"“{name}”" for name in names])}]
        if self.record_id is None or self.form.data is None:
            return []
        if gone := why_gone(self.type, self.record_id, self.form.actor):
            return [gone]
        sent = self.form.data.get(f"{self.key}-rivals")
        if sent is None or self.compare_is_stale or not self.may_change:
            return []
        labels = [str(one.label) for one in changed_since(self.rivals, sent)]
        text = _("Changed meanwhile, so look which value shall count: %(fields)s.")
        return [text % {"fields": listed(labels)}] if labels else []

    @property
    def compare_is_stale(self) -> bool:
        """Whether the page still compares the lead with another record than the chosen one."""
        shown = (self.form.data or {}).get(f"{self.key}-compared", "")
        return shown != (self.chosen if self.record is not None else "")

    @property
    def carried(self) -> list[Carried]:
        """What comes over into a new record without standing in the form."""
        given = self.form.mapped(self.key)
        found = carried_into(self.type, {name: given[name] for name in given if name not in NEW_FIELDS[self.key]})
        found += [Carried(one.target.label, escape(one.text), is_unfit=True) for one in self.form.unfit(self.key)]
        return found + self.form.step.carried(found) if self.key == Opportunity.type_key else found

    @property
    def step_beside(self) -> str:
        is_there = self.key == Opportunity.type_key and self.record is not None
        return self.form.step.beside(self.record) if is_there else ""

    @property
    def sentence(self) -> str:
        """What will become of this record, as part of the sentence beside the button."""
        noun = self.type.in_text
        if self.record is not None:
            taken = [in_text(str(rival.label)) for rival in self.rivals if rival.takes_lead] if self.may_change else []
            words = {"noun": noun, "name": self.record.name, "fields": listed(taken)}
            if taken:
                return _("links the %(noun)s “%(name)s” and sets its %(fields)s") % words
            return _("links the %(noun)s “%(name)s” as it is") % words
        if self.chosen == ANOTHER:
            return _("links another %(noun)s, if you say which") % {"noun": noun}
        if self.way == Way.NEW:
            return _("creates the %(noun)s “%(name)s”") % {"noun": noun, "name": self.new_name}
        return _("makes no %(noun)s") % {"noun": noun}

    @property
    def new_name(self) -> str:
        """What the new record would be called, as the form stands."""
        texts = {name: str(self.new[name].value() or "").strip() for name in self.new.fields if name.endswith("name")}
        typed = texts.get("name") or join_name(texts.get("first_name", ""), texts.get("last_name", ""))
        return typed or self.form.lead.name

    @property
    def may_change(self) -> bool:
        return self.record is not None and can(self.form.actor, "edit", self.record)

    def part(self) -> Part:
        """What the person asks for; with the values of a new record only once the form is valid."""
        if self.way == Way.NEW:
            return Part(Way.NEW, values=dict(getattr(self.new, "cleaned_data", {})))
        if self.record_id is None:
            return NOTHING
        data = self.form.data
        if data is None or data.get(f"{self.key}-compared") != self.chosen:
            return existing(self.record_id)
        marks = [name for name, spec in self.form.mapped(self.key).items()]
        return existing(
            self.record_id, frozenset(name for name in marks if data.get(f"{self.key}-wins-{name}") == "lead")
        )


class ConversionForm:
    """Reads and shows what shall become of ``lead``. ``data`` is the POST; without it the usual plan is shown."""

    def __init__(self, lead: Lead, *, actor: Membership, data: Any = None) -> None:
        self.lead, self.actor, self.data = lead, actor, data
        owner = owner_of_new(lead, actor)
        self.extra = RecordForm(_EXTRA, actor=actor, data=data, initial={"owner": str(owner.pk)})
        self.made = self._made()
        self.drawn_for = self._drawn_for()
        self.columns: dict[str, Column] = {}
        self.naming = Naming(lead, data, self._account_name)
        for key in PARTS:  # in this order: an opportunity is called after the account
            self.columns[key] = Column(self, key)
        self.step = NextStepOf(lead)
        self.errors: list[str] = []
        self.unvetted = False

    @cached_property
    def candidates(self) -> Candidates:
        return find_candidates(self.lead, self.actor)

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
    def remarks(self) -> list[str]:
        return remarks_on(self)

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
