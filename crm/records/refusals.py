"""Why a service, or the database, refused a record, in words."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError
from django.db.models import UniqueConstraint
from django.utils.translation import gettext as _
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from crm.catalogue.types import RecordType


def reasons_of(error: ValidationError, record_type: RecordType) -> list[str]:
    """The messages of ``error``, each with the label of its field."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    reasons = []
    for name, messages in error.message_dict.items():
        label = f"{record_type.spec(name).label}: " if record_type.has(name) else ""
        reasons += [f"{label}{message}" for message in messages]
    return reasons


def refusal_of(error: DataError | IntegrityError, record_type: RecordType) -> ValidationError:
    """What the database refused, which no service had seen: it was there a moment too late, or cannot be stored."""
    if isinstance(error, DataError):
        return ValidationError(_("The database does not take this row: a value is too long or too large."))
    if isinstance(error.__cause__, ForeignKeyViolation):
        return ValidationError(_("Something that this row names was deleted meanwhile. Import this row again."))
    if not isinstance(error.__cause__, UniqueViolation):
        return ValidationError(_("The database does not take this row: its values do not go together."))
    name = error.__cause__.diag.constraint_name
    rules = (one for one in record_type.model._meta.constraints if isinstance(one, UniqueConstraint))
    taken = next((one.fields[-1] for one in rules if one.name == name), "")
    if taken and record_type.has(taken):
        return ValidationError({taken: _("Another record already has it.")})
    return ValidationError(_("Something that this row would add was added meanwhile. Import this row again."))
