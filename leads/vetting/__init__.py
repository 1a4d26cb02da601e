"""Vetting a lead: criteria, rounds, answers with evidence, and the gate before conversion.

Models load through this package, so it imports only what needs no other model: see ``services`` and ``selectors``.
"""

from leads.vetting.gating import GateResult, current_gate, gate
from leads.vetting.rule import Gate, criteria

__all__ = ["Gate", "GateResult", "criteria", "current_gate", "gate"]
