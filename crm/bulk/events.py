"""What happens to runs over many rows. What they change has events of its own, because of this one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.types import declare

STARTED = declare(
    "bulk.started",
    _("Bulk action started"),
    _("%(actor)s chose in a list: %(action)s"),
    about="bulk",
    payload={
        "action": "what is done, in words",
        "type": "the type of record",
        "rows": "to how many rows",
    },
)
