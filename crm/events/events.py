"""What happens to the workspace itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.types import declare

# Of every app that keeps a setting: the changes are by the setting's key.
WORKSPACE_CHANGED = declare("workspace.changed", _("Settings changed"))
RETRIED = declare(
    "workflow.retried",
    _("Workflow tried again"),
    _("%(actor)s tried “%(handler)s” again"),
    payload={"handler": "the key of the handler", "event": "the id of the event that it is to handle"},
)
