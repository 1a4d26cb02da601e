"""What happens to saved views."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.types import declare

_VIEW = {"view": "what it is called", "type": "the type of record", "audience": "who has it"}

CREATED = declare("view.created", _("View saved"), _("%(actor)s saved the view “%(view)s”"), payload=_VIEW)
CHANGED = declare("view.changed", _("View changed"), _("%(actor)s changed the view “%(view)s”"), payload=_VIEW)
DELETED = declare("view.deleted", _("View deleted"), _("%(actor)s deleted the view “%(view)s”"), payload=_VIEW)
RESTORED = declare(
    "view.restored", _("View brought back"), _("%(actor)s brought the view “%(view)s” back"), payload=_VIEW
)
