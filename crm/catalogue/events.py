"""What happens to the types of record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.types import declare

RENAMED = declare(
    "workspace.types_renamed",
    _("Names of records changed"),
    _("%(actor)s changed what records are called: %(names)s"),
    payload={
        "names": "what those are called now that were changed, in words",
        "before": "by type, what it was called: one and several; standard names are left out",
        "after": "the same of now",
    },
)
