"""One of the three records that a conversion makes or links, as its page asks for it."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.ground.ids import uuid_of
from crm.keys.names import join_name
from crm.records.access import visible_records
from crm.ui.dialect import in_text
from crm.users.access import can, may
from leads.conversion.another import ANOTHER, AnotherForm
from leads.conversion.defaults import opportunity_values
from leads.conversion.looks import Carried, Choosable, Rivals, carried_into, initial_of, listed, shown
from leads.conversion.meanwhile import changed_since, prints_of, who_changed, why_gone
from leads.conversion.new_form import NewForm, open_stage_field
from leads.conversion.plan import NOTHING, Part, Way, existing
from leads.conversion.winning import winning_values
from leads.field_map import current_map, joined, mapped_values
from leads.matching import Candidate
from leads.models import Lead
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


class Column:
    """One of the three records: the ways that are open, the one that is chosen, and what it asks for. ``form`` is the
    ``ConversionForm`` whose column it is."""

    def __init__(self, form: Any, key: str) -> None:
        self.form = form
        self.key = key
        self.type = catalogue.seen_type(key, form.actor)
        self.may_create = may(form.actor, "create", key)
        self.another = AnotherForm(self.type, actor=form.actor, data=form.data)
        self.chosen = self._chosen()
        self.new = self._new_form()

    @cached_property
    def unseen(self) -> frozenset[str]:
        """The fields of which the person sees nothing: they, or what the lead brings into them, are hidden."""
        hidden = catalogue.seen_type(Lead.type_key, self.form.actor).hidden
        fed = {one.field for one in current_map() if one.target == self.key and one.source in hidden}
        return self.type.hidden | fed

    @property
    def undecided(self) -> frozenset[str]:
        """The fields that are not the person's to fill: they get what the lead brings, as without anybody's word."""
        return self.unseen | self.type.read_only

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
        return next((one.record for one in self.candidates if one.is_chosen), None) if self.record_id else None

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
        could_be_linked = {uuid_of(one) for one in sent.split()}
        if not self.form.search.may_find(self.form.lead, self.key, could_be_linked):
            return []
        return [one.record.name for one in self.form.offered(self.key) if one.record.pk not in could_be_linked]

    def _about(self, record: Any) -> SafeString:
        texts = [shown(spec, record) for spec in self.type.specs(_ABOUT[self.key])]
        return mark_safe(" · ".join(text for text in texts if text))

    def _new_form(self) -> NewForm:
        specs = self.type.specs(tuple(name for name in NEW_FIELDS[self.key] if name not in self.undecided))
        of_all = catalogue.record_type(self.key).specs(NEW_FIELDS[self.key])
        form = NewForm(
            specs,
            key=self.key,
            wanted=self.way == Way.NEW,
            who=partial(who_changed, self.form.lead, self.key),
            actor=self.form.actor,
            data=self.form.data,
            initial=self._initial(),
            withheld=[one for one in of_all if one.name in self.undecided],
        )
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
        return initial_of(self.type, {name: value for name, value in given.items() if name not in self.undecided})

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
            if name in self.undecided:
                continue
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
        beside = {name for name in given if name not in self.new.fields and name not in self.unseen}
        found = carried_into(self.type, {name: given[name] for name in given if name in beside})
        unfit = [one for one in self.form.unfit(self.key) if one.target.name not in self.unseen]
        found += [Carried(one.target.label, escape(one.text), is_unfit=True) for one in unfit]
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
        take = frozenset(name for name in marks if data.get(f"{self.key}-wins-{name}") == "lead")
        return existing(self.record_id, take - self.undecided, self.undecided)
