"""Converting a lead into account, contact and opportunity, and taking it back."""

from leads.conversion.blockers import Blocker, blockers
from leads.conversion.convert import GateError, PartError, convert_held, convert_lead, live_conversion
from leads.conversion.defaults import plan_for
from leads.conversion.plan import NOTHING, PARTS, ConversionPlan, Part, Way, existing, new
from leads.conversion.together import bring_together
from leads.conversion.undo import BlockedError, undo_conversion, what_undoing_does

__all__ = [
    "NOTHING",
    "PARTS",
    "BlockedError",
    "Blocker",
    "ConversionPlan",
    "GateError",
    "Part",
    "PartError",
    "Way",
    "blockers",
    "bring_together",
    "convert_held",
    "convert_lead",
    "existing",
    "live_conversion",
    "new",
    "plan_for",
    "undo_conversion",
    "what_undoing_does",
]
