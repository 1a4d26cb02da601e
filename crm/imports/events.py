"""What happens to imports. What they bring in has events of its own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.types import declare

_IMPORT = {"file": "what the file is called", "type": "the type of record", "rows": "how many rows it has"}

STARTED = declare(
    "import.started", _("Import started"), _("%(actor)s started the import of “%(file)s”"), payload=_IMPORT
)
CANCELLED = declare(
    "import.cancelled", _("Import cancelled"), _("%(actor)s cancelled the import of “%(file)s”"), payload=_IMPORT
)
