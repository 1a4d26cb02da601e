"""How the change log tells what was changed of a role, a stage, a criterion …: of rows that only the setup has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.events.phrases import Called


@dataclass(frozen=True)
class SetupRow:
    """What the fields are called of the row that events named ``<noun>.…`` are about."""

    noun: str
    fields: Mapping[str, Called]


NAME = Called(_("name"))
ORDER = Called(_("order"))
IS_DEFAULT = Called(_("default"))
IS_ACTIVE = Called(_("active"), verbs={False: _("deactivated it"), True: _("activated it again")})
