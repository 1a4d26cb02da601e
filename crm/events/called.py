"""What several kinds of rows that only the setup has (roles, stages, criteria …) call their changes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.phrases import Called

NAME = Called(_("name"))
ORDER = Called(_("order"))
IS_DEFAULT = Called(_("default"))
IS_ACTIVE = Called(_("active"), verbs={False: _("deactivated it"), True: _("activated it again")})
