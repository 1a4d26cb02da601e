"""Vetting a lead: criteria, rounds, answers with evidence, and the gate before conversion.

Models load through this package, so it imports only what needs no other model: see ``services`` and ``selectors``.
"""

from leads.vetting.gating import Gate, GateResult, criteria, current_gate, gate

__all__ = ["Gate", "GateResult", "criteria", "current_gate", "gate"]
