"""What has to be known of a lead before it may be converted: the workspace's choice, ``CONVERSION_GATE``.

A criterion that is no longer in use is not asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from babel.lists import format_list
from django.utils.translation import gettext as _

from crm.ui import format as formats
from leads.vetting.models import Answer, Criterion, VettingAnswer
from leads.vetting.rule import Gate, Unmet
from leads.vetting.settings import CONVERSION_GATE

if TYPE_CHECKING:
    from leads.models import Lead


@dataclass(frozen=True)
class GateResult:
    """Whether a lead may be converted: ``missing`` are the criteria that are asked for and not answered yes.

    ``blocks``: it may not. Otherwise, while something is missing, somebody has to say that it is converted all the
    same.
    """

    missing: tuple[Criterion, ...] = ()
    blocks: bool = False

    @property
    def is_met(self) -> bool:
        return not self.missing

    @property
    def warns(self) -> bool:
        return bool(self.missing) and not self.blocks

    @property
    def names(self) -> str:
        """What is missing: "Budget and Need"."""
        return format_list([one.label for one in self.missing], locale=formats.locale()) if self.missing else ""

    @property
    def sentence(self) -> str:
        """What is missing, and what follows from it; "" when nothing is."""
        if not self.missing:
            return ""
        words = {"criteria": self.names}
        if self.blocks:
            return _("Not vetted yet: %(criteria)s. Answer these with yes before you convert the lead.") % words
        return _("Not vetted yet: %(criteria)s. Vet the lead first, or convert it all the same.") % words


def current_gate() -> Gate:
    """Return the workspace's rule; without one nothing is asked for."""
    return CONVERSION_GATE.value()


def gate(lead: Lead) -> GateResult:
    """Return what the workspace's rule finds missing of ``lead``, by its current round of vetting.

    Every way of converting a lead asks this one function (``leads.conversion.convert_lead`` does).
    """
    rule = current_gate()
    required = rule.required
    if not required:
        return GateResult()
    if lead._state.adding:  # nobody has asked about it yet
        return judge(rule, set())
    met = VettingAnswer.objects.filter(
        round__lead_id=lead.pk, round__is_current=True, answer=Answer.YES, criterion_id__in=[one.pk for one in required]
    )
    return judge(rule, set(met.values_list("criterion_id", flat=True)))


def judge(rule: Gate, met: set[UUID]) -> GateResult:
    """Return what ``rule`` finds missing when the criteria ``met`` are answered yes."""
    missing = tuple(one for one in rule.required if one.pk not in met)
    return GateResult(missing, bool(missing) and rule.unmet == Unmet.BLOCK)
