"""What is to happen next with a lead, on its way into an opportunity.

The task or meeting itself goes along, as all do that was written down: it is what the opportunity shows as its next
step unless somebody has set another. The conversion page says so before.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _

from crm import catalogue
from crm.activities.models import ActivityKind
from crm.activities.next_step import Ahead, ahead_of
from leads.conversion.looks import Carried
from leads.models import Lead
from opportunities.models import Opportunity


class NextStepOf:
    """Asked for the opportunity's column only."""

    def __init__(self, lead: Lead) -> None:
        self._lead = lead

    @cached_property
    def task(self) -> Ahead | None:
        return ahead_of("leads", [self._lead.pk]).get(self._lead.pk)

    def carried(self, others: list[Carried]) -> list[Carried]:
        """How it stands among what a new opportunity gets; one that the field map brings goes before it."""
        label = catalogue.record_type(Opportunity.type_key).spec("next_step").label
        if self.task is None or any(one.label == label for one in others):
            return []
        return [Carried(label, escape(self.task))]

    def beside(self, opportunity: Any) -> str:
        """What becomes of it in an opportunity that exists."""
        if self.task is None:
            return ""
        if "next_step" in opportunity.without:
            return _("Comes along: %(task)s") % {"task": self.task}
        there = ahead_of(Opportunity.type_key, [opportunity.pk]).get(opportunity.pk)
        words = {"task": self.task, "step": opportunity.next_step or there}
        if opportunity.next_step or (there is not None and _place(there) < _place(self.task)):
            return _("Comes along: %(task)s. The next step stays “%(step)s”.") % words
        if there is not None and _place(there) == _place(self.task):
            return _("Comes along: %(task)s") % words
        return _("Becomes the next step: %(task)s") % words


def _place(one: Ahead) -> tuple[bool, Any, bool]:
    """Where it stands in the order of ``ahead_of``, as far as days tell."""
    return one.on is None, one.on, one.kind != ActivityKind.MEETING
