"""Why a service refused a record, in words."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from crm.records.types import RecordType


def reasons_of(error: ValidationError, record_type: RecordType) -> list[str]:
    """The messages of ``error``, each with the label of its field."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    reasons = []
    for name, messages in error.message_dict.items():
        label = f"{record_type.spec(name).label}: " if record_type.has(name) else ""
        reasons += [f"{label}{message}" for message in messages]
    return reasons
