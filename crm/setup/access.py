"""What scopes and record types are called on the pages about roles."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.users.access import HIDDEN, READ_ONLY

SCOPE_LABELS = {"none": _("none"), "own": _("their own"), "team": _("their team's"), "all": _("all")}
LIMIT_LABELS = {"": _("see and change"), READ_ONLY: _("only see"), HIDDEN: _("hidden")}
CREATE_LABELS = {"none": _("no"), "all": _("yes")}


def record_labels() -> dict[str, Any]:
    """Return the name of each record type by its key, in the funnel's order."""
    return {record_type.key: record_type.label_plural for record_type in catalogue.record_types()}
